// internalBinding('env'): process.env, an object whose properties are the environment variables of the
// process, or those that a worker has of its own (Node doc: process.env).
#include <mutex>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/messaging/message.h"
#include "runtime/process/variables.h"

namespace parley {
namespace {

std::mutex environ_mutex;  // setenv moves what getenv returned

class ProcessVariables : public Variables {
 public:
  bool Get(const std::string& name, std::string* value) override {
    std::lock_guard lock(environ_mutex);
    value->resize(256);
    size_t size = value->size();
    int error = uv_os_getenv(name.c_str(), value->data(), &size);
    if (error == UV_ENOBUFS) {
      value->resize(size);
      error = uv_os_getenv(name.c_str(), value->data(), &size);
    }
    value->resize(error == 0 ? size : 0);
    return error == 0;
  }
  void Set(const std::string& name, const std::string& value) override {
    std::lock_guard lock(environ_mutex);
    uv_os_setenv(name.c_str(), value.c_str());
  }
  void Delete(const std::string& name) override {
    std::lock_guard lock(environ_mutex);
    uv_os_unsetenv(name.c_str());
  }
  std::vector<std::string> Names() override {
    std::lock_guard lock(environ_mutex);
    std::vector<std::string> names;
    uv_env_item_t* items;
    int count;
    if (uv_os_environ(&items, &count) != 0) return names;
    for (int i = 0; i < count; i++) names.emplace_back(items[i].name);
    uv_os_free_environ(items, count);
    return names;
  }
};

struct OwnSlot {
  std::shared_ptr<Variables> variables;
};

Variables& Of(v8::Isolate* isolate) {
  static ProcessVariables process;
  Environment* env = Environment::From(isolate);
  if (!env->is_worker()) return process;
  const auto& own = env->Slot<OwnSlot>()->variables;
  return own ? *own : process;
}

void Get(v8::Local<v8::Name> property, const v8::PropertyCallbackInfo<v8::Value>& info) {
  if (!property->IsString()) return;
  std::string value;
  if (Of(info.GetIsolate()).Get(ToUtf8(info.GetIsolate(), property), &value)) {
    info.GetReturnValue().Set(ToV8(info.GetIsolate(), value));
  }
}

// V8 and the C library keep what they know of the time zone.
void NoticeChange(v8::Isolate* isolate, const std::string& name) {
  if (name != "TZ" || Environment::From(isolate)->is_worker()) return;
  tzset();
  isolate->DateTimeConfigurationChangeNotification(v8::Isolate::TimeZoneDetection::kRedetect);
}

void Set(v8::Local<v8::Name> property, v8::Local<v8::Value> value,
         const v8::PropertyCallbackInfo<v8::Value>& info) {
  if (!property->IsString()) {
    return Environment::From(info.GetIsolate())
        ->ThrowError(nullptr, "Cannot convert a Symbol value to a string",
                     Environment::ErrorType::kTypeError);
  }
  // With --pending-deprecation values that are no text are told of.
  if (info.Data()->IsFunction() && !value->IsString() && !value->IsNumber() && !value->IsBoolean()) {
    v8::Local<v8::Context> context = info.GetIsolate()->GetCurrentContext();
    if (info.Data().As<v8::Function>()->Call(context, v8::Undefined(info.GetIsolate()), 0, nullptr).IsEmpty())
      return;
  }
  v8::Local<v8::String> text;
  if (!value->ToString(info.GetIsolate()->GetCurrentContext()).ToLocal(&text)) return;
  std::string name = ToUtf8(info.GetIsolate(), property);
  if (!name.empty()) {
    Of(info.GetIsolate()).Set(name, ToUtf8(info.GetIsolate(), text));
    NoticeChange(info.GetIsolate(), name);
  }
  info.GetReturnValue().Set(value);
}

void Query(v8::Local<v8::Name> property, const v8::PropertyCallbackInfo<v8::Integer>& info) {
  if (!property->IsString()) return;
  std::string value;
  if (Of(info.GetIsolate()).Get(ToUtf8(info.GetIsolate(), property), &value))
    info.GetReturnValue().Set(v8::None);
}

void Delete(v8::Local<v8::Name> property, const v8::PropertyCallbackInfo<v8::Boolean>& info) {
  if (property->IsString()) {
    std::string name = ToUtf8(info.GetIsolate(), property);
    Of(info.GetIsolate()).Delete(name);
    NoticeChange(info.GetIsolate(), name);
  }
  info.GetReturnValue().Set(true);
}

void Enumerate(const v8::PropertyCallbackInfo<v8::Array>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  std::vector<v8::Local<v8::Value>> names;
  for (const std::string& name : Of(isolate).Names()) names.push_back(ToV8(isolate, name));
  info.GetReturnValue().Set(v8::Array::New(isolate, names.data(), names.size()));
}

void Define(v8::Local<v8::Name> property, const v8::PropertyDescriptor& descriptor,
            const v8::PropertyCallbackInfo<v8::Value>& info) {
  const char* problem = nullptr;
  if (!descriptor.has_value()) {
    problem = descriptor.has_get() || descriptor.has_set()
                  ? "'process.env' does not accept an accessor(getter/setter) descriptor"
                  : "'process.env' only accepts a configurable, writable, and enumerable data descriptor";
  } else if (!descriptor.has_configurable() || !descriptor.configurable() || !descriptor.has_writable() ||
             !descriptor.writable() || !descriptor.has_enumerable() || !descriptor.enumerable()) {
    problem = "'process.env' only accepts a configurable, writable, and enumerable data descriptor";
  }
  if (problem != nullptr) {
    return Environment::From(info.GetIsolate())
        ->ThrowError("ERR_INVALID_OBJECT_DEFINE_PROPERTY", problem, Environment::ErrorType::kTypeError);
  }
  Set(property, descriptor.value(), info);
}

// create(onOddValue) -> the object; made at start-up, never part of the snapshot. `onOddValue`, if any, is
// called before something is set that is no string, number or boolean.
void Create(const v8::FunctionCallbackInfo<v8::Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::ObjectTemplate> t = v8::ObjectTemplate::New(isolate);
  t->SetHandler(v8::NamedPropertyHandlerConfiguration(Get, Set, Query, Delete, Enumerate, Define, nullptr,
                                                      args[0], v8::PropertyHandlerFlags::kHasNoSideEffect));
  v8::Local<v8::Object> object;
  if (!t->NewInstance(isolate->GetCurrentContext()).ToLocal(&object)) return;
  MarkPlain(isolate, object);
  args.GetReturnValue().Set(object);
}

// useOwn(): this worker's process.env starts anew, with nothing in it.
void UseOwn(const v8::FunctionCallbackInfo<v8::Value>& args) {
  SetVariables(Environment::From(args), std::make_shared<OwnVariables>());
}

constexpr BindingFunction kFunctions[] = {{"create", Create}, {"useOwn", UseOwn}};
const intptr_t kReferences[] = {reinterpret_cast<intptr_t>(Get),       reinterpret_cast<intptr_t>(Set),
                                reinterpret_cast<intptr_t>(Query),     reinterpret_cast<intptr_t>(Delete),
                                reinterpret_cast<intptr_t>(Enumerate), reinterpret_cast<intptr_t>(Define)};
PARLEY_BINDING(env, BindingKind::kInternal, kFunctions, nullptr, kReferences);

}  // namespace

bool OwnVariables::Get(const std::string& name, std::string* value) {
  std::lock_guard lock(mutex_);
  auto found = values_.find(name);
  if (found == values_.end()) return false;
  *value = found->second;
  return true;
}

void OwnVariables::Set(const std::string& name, const std::string& value) {
  std::lock_guard lock(mutex_);
  values_[name] = value;
}

void OwnVariables::Delete(const std::string& name) {
  std::lock_guard lock(mutex_);
  values_.erase(name);
}

std::vector<std::string> OwnVariables::Names() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, value] : values_) names.push_back(name);
  return names;
}

std::shared_ptr<Variables> VariablesOf(Environment* env) { return env->Slot<OwnSlot>()->variables; }

void SetVariables(Environment* env, std::shared_ptr<Variables> variables) {
  env->Slot<OwnSlot>()->variables = std::move(variables);
}

}  // namespace parley
