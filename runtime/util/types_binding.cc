// internalBinding('types') and internalBinding('util'): what only V8 knows about a value
// (https://nodejs.org/docs/latest-v20.x/api/util.html#utiltypes) and what util.inspect() needs to look inside
// one.
#include <v8.h>

#include <charconv>
#include <string>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/object_shape.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

// clang-format never finds rest in a list like this.
// clang-format off
#define PARLEY_VALUE_CHECKS(V)                                                                          \
  V(External)                                                                                           \
  V(Date) V(ArgumentsObject) V(BigIntObject) V(BooleanObject) V(NumberObject) V(StringObject)           \
      V(SymbolObject) V(NativeError) V(RegExp) V(AsyncFunction) V(GeneratorFunction) V(GeneratorObject) \
          V(Promise) V(Map) V(Set) V(MapIterator) V(SetIterator) V(WeakMap) V(WeakSet) V(ArrayBuffer)   \
              V(DataView) V(SharedArrayBuffer) V(Proxy) V(ModuleNamespaceObject)
// clang-format on

#define PARLEY_DEFINE_CHECK(type) \
  void Is##type(const Args& args) { args.GetReturnValue().Set(args[0]->Is##type()); }
PARLEY_VALUE_CHECKS(PARLEY_DEFINE_CHECK)
#undef PARLEY_DEFINE_CHECK

void IsAnyArrayBuffer(const Args& args) {
  args.GetReturnValue().Set(args[0]->IsArrayBuffer() || args[0]->IsSharedArrayBuffer());
}

void IsBoxedPrimitive(const Args& args) {
  v8::Local<v8::Value> value = args[0];
  args.GetReturnValue().Set(value->IsNumberObject() || value->IsStringObject() || value->IsBooleanObject() ||
                            value->IsBigIntObject() || value->IsSymbolObject());
}

constexpr BindingFunction kTypeFunctions[] = {
#define PARLEY_LIST_CHECK(type) {"is" #type, Is##type},
    PARLEY_VALUE_CHECKS(PARLEY_LIST_CHECK)
#undef PARLEY_LIST_CHECK
        {"isAnyArrayBuffer", IsAnyArrayBuffer},
    {"isBoxedPrimitive", IsBoxedPrimitive},
};

// (value, both) -> undefined for what is no proxy; the target, or [target, handler]; null for revoked ones.
void GetProxyDetails(const Args& args) {
  if (!args[0]->IsProxy()) return;
  v8::Local<v8::Proxy> proxy = args[0].As<v8::Proxy>();
  if (args.Length() == 1 || args[1]->IsTrue()) {
    v8::Local<v8::Value> pair[] = {proxy->GetTarget(), proxy->GetHandler()};
    args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), pair, 2));
  } else {
    args.GetReturnValue().Set(proxy->GetTarget());
  }
}

// (value) -> an ObjectShape (runtime/engine/object_shape.h)
void GetShape(const Args& args) { args.GetReturnValue().Set(static_cast<int>(ShapeOf(args[0]))); }

// (array) -> its JSON when all its elements are small integers, else undefined. V8 10.2 takes ten times as
// long when the array may have holes, as all have that are made by a length.
void JsonOfIntegers(const Args& args) {
  using v8::internal::Internals;
  constexpr size_t kMost = 1024, kLongest = 12;  // elements; characters with the comma
  const std::span<const v8::internal::Address> elements = SmallIntegers(args[0]);
  if (elements.empty() || elements.size() > kMost) return;
  char text[kMost * kLongest + 1];
  char* end = text;
  for (const v8::internal::Address element : elements) {
    if (Internals::HasHeapObjectTag(element)) return;
    *end = end == text ? '[' : ',';
    end++;
    end = std::to_chars(end, end + kLongest, Internals::SmiValue(element)).ptr;
  }
  *end++ = ']';
  v8::Local<v8::String> json;
  if (v8::String::NewFromOneByte(args.GetIsolate(), reinterpret_cast<const uint8_t*>(text),
                                 v8::NewStringType::kNormal, static_cast<int>(end - text))
          .ToLocal(&json)) {
    args.GetReturnValue().Set(json);
  }
}

// (map, set or iterator[, want kind]) -> entries, or [entries, entries are pairs]
void PreviewEntries(const Args& args) {
  if (!args[0]->IsObject()) return;
  bool pairs = false;
  v8::Local<v8::Array> entries;
  if (!args[0].As<v8::Object>()->PreviewEntries(&pairs).ToLocal(&entries)) return;
  if (args.Length() == 1) {
    args.GetReturnValue().Set(entries);
    return;
  }
  v8::Local<v8::Value> result[] = {entries, v8::Boolean::New(args.GetIsolate(), pairs)};
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), result, 2));
}

// (promise) -> [state, result]
void GetPromiseDetails(const Args& args) {
  if (!args[0]->IsPromise()) return;
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Promise> promise = args[0].As<v8::Promise>();
  const int state = promise->State();
  v8::Local<v8::Value> pair[] = {v8::Integer::New(isolate, state), v8::Undefined(isolate)};
  if (state != v8::Promise::kPending) pair[1] = promise->Result();
  args.GetReturnValue().Set(v8::Array::New(isolate, pair, 2));
}

// (object, only enumerable) -> names and symbols
void GetOwnNonIndexProperties(const Args& args) {
  if (!args[0]->IsObject()) return;
  v8::Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  const auto filter = args[1]->IsTrue() ? v8::ONLY_ENUMERABLE : v8::ALL_PROPERTIES;
  v8::Local<v8::Array> names;
  if (args[0]
          .As<v8::Object>()
          ->GetPropertyNames(context, v8::KeyCollectionMode::kOwnOnly, filter, v8::IndexFilter::kSkipIndices)
          .ToLocal(&names)) {
    args.GetReturnValue().Set(names);
  }
}

void GetConstructorName(const Args& args) {
  if (args[0]->IsObject()) args.GetReturnValue().Set(args[0].As<v8::Object>()->GetConstructorName());
}

void GetExternalValue(const Args& args) {
  if (!args[0]->IsExternal()) return;
  const auto address = reinterpret_cast<uint64_t>(args[0].As<v8::External>()->Value());
  args.GetReturnValue().Set(v8::BigInt::NewFromUnsigned(args.GetIsolate(), address));
}

// (buffer): detaches it
void DetachArrayBuffer(const Args& args) {
  if (args[0]->IsArrayBuffer() && args[0].As<v8::ArrayBuffer>()->IsDetachable())
    args[0].As<v8::ArrayBuffer>()->Detach();
}

// (string) -> the string with lone surrogates replaced by U+FFFD
void ToUsvString(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsString()) return;
  v8::Local<v8::String> string = args[0].As<v8::String>();
  if (string->IsOneByte()) {
    args.GetReturnValue().Set(string);
    return;
  }
  const int length = string->Length();
  std::u16string text(static_cast<size_t>(length), u'\0');
  string->Write(isolate, reinterpret_cast<uint16_t*>(text.data()), 0, length,
                v8::String::NO_NULL_TERMINATION);
  for (size_t i = 0; i < text.size(); i++) {
    if ((text[i] & 0xf800) != 0xd800) continue;
    const bool leads = (text[i] & 0x0400) == 0;
    if (leads && i + 1 < text.size() && (text[i + 1] & 0xfc00) == 0xdc00) {
      i++;
    } else {
      text[i] = u'\ufffd';
    }
  }
  v8::Local<v8::String> result;
  if (v8::String::NewFromTwoByte(isolate, reinterpret_cast<uint16_t*>(text.data()),
                                 v8::NewStringType::kNormal, length)
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

constexpr BindingFunction kUtilFunctions[] = {
    {"getProxyDetails", GetProxyDetails},
    {"previewEntries", PreviewEntries},
    {"getPromiseDetails", GetPromiseDetails},
    {"getOwnNonIndexProperties", GetOwnNonIndexProperties},
    {"getConstructorName", GetConstructorName},
    {"getExternalValue", GetExternalValue},
    {"detachArrayBuffer", DetachArrayBuffer},
    {"toUSVString", ToUsvString},
    {"getShape", GetShape},
    {"jsonOfIntegers", JsonOfIntegers},
};

PARLEY_BINDING(types, BindingKind::kInternal, kTypeFunctions, nullptr, {});
PARLEY_BINDING(util, BindingKind::kInternal, kUtilFunctions, nullptr, {});

}  // namespace
}  // namespace parley
