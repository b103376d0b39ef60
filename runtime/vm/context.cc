// A contextified object: interceptors on the context's global object read from and write to the sandbox.
#include "runtime/vm/context.h"

#include <memory>
#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/engine/stack_trace.h"

namespace parley {
namespace {

using v8::Context;
using v8::Local;
using v8::Name;
using v8::Object;
using v8::Value;

// Slots of the context's embedder data; 0 is the debugger's.
constexpr int kSandboxSlot = 1;
constexpr int kAllowWasmSlot = 2;
constexpr int kNameSlot = 3;
constexpr int kImportSlot = 4;
constexpr int kMicrotasksSlot = 5;
constexpr int kOriginSlot = 6;

// What must outlive a context and end with it.
struct ContextRecord {
  std::unique_ptr<v8::MicrotaskQueue> microtasks;
  v8::Global<Context> context;

  static void Watch(v8::Isolate* isolate, Local<Context> context, std::unique_ptr<ContextRecord> record) {
    ContextRecord* raw = record.release();
    raw->context.Reset(isolate, context);
    raw->context.SetWeak(
        raw,
        [](const v8::WeakCallbackInfo<ContextRecord>& info) {
          info.GetParameter()->context.Reset();
          info.SetSecondPassCallback(
              [](const v8::WeakCallbackInfo<ContextRecord>& second) { delete second.GetParameter(); });
        },
        v8::WeakCallbackType::kParameter);
  }
};

bool AllowWasm(Local<Context> context, Local<v8::String>) {
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<uint32_t>(kAllowWasmSlot)) return true;
  Local<Value> allowed = context->GetEmbedderData(kAllowWasmSlot);
  return allowed.IsEmpty() || !allowed->IsFalse();
}

Local<v8::Private> SandboxKey(v8::Isolate* isolate) {
  return v8::Private::ForApi(isolate, OneByte(isolate, "parley:vm:global"));
}

// The sandbox of the global object an interceptor is called for. False while the context is still being made.
bool SandboxOf(Local<Object> holder, Local<Context>* context, Local<Object>* sandbox) {
  if (!holder->GetCreationContext().ToLocal(context)) return false;
  if ((*context)->GetNumberOfEmbedderDataFields() <= static_cast<uint32_t>(kSandboxSlot)) return false;
  Local<Value> value = (*context)->GetEmbedderData(kSandboxSlot);
  if (!value->IsObject()) return false;
  *sandbox = value.As<Object>();
  return true;
}

void Get(Local<Name> property, const v8::PropertyCallbackInfo<Value>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  Local<Value> value;
  if (!sandbox->GetRealNamedProperty(context, property).ToLocal(&value)) {
    // Names that only the context itself defines: its own builtins.
    if (!info.Holder()->GetRealNamedProperty(context, property).ToLocal(&value)) return;
  }
  if (value == sandbox) value = context->Global();
  info.GetReturnValue().Set(value);
}

void Set(Local<Name> property, Local<Value> value, const v8::PropertyCallbackInfo<Value>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  auto attributes = v8::PropertyAttribute::None;
  bool own = sandbox->GetRealNamedPropertyAttributes(context, property).To(&attributes);
  bool read_only = own && (attributes & v8::PropertyAttribute::ReadOnly);
  auto global_attributes = v8::PropertyAttribute::None;
  bool on_global = info.Holder()->GetRealNamedPropertyAttributes(context, property).To(&global_attributes);
  read_only = read_only || (on_global && (global_attributes & v8::PropertyAttribute::ReadOnly));
  if (read_only) return;
  // In strict mode, assigning to a name nobody declared is an error; V8 raises it when nothing is
  // intercepted. A declaration and `this.x = ...` are told from that by the receiver being the global object
  // itself.
  bool declared = own || on_global;
  bool contextual_store = context->Global() != info.This();
  bool is_function = value->IsFunction();
  if (!declared && info.ShouldThrowOnError() && contextual_store && !is_function) return;
  if (!declared && property->IsSymbol()) return;
  if (own) {
    // An accessor without a setter refuses; one with a setter takes the value.
    Local<Value> descriptor;
    if (sandbox->GetOwnPropertyDescriptor(context, property).ToLocal(&descriptor) && descriptor->IsObject()) {
      Local<Object> d = descriptor.As<Object>();
      v8::Isolate* isolate = context->GetIsolate();
      if (d->HasOwnProperty(context, OneByte(isolate, "get")).FromMaybe(false)) {
        Local<Value> setter;
        if (!d->Get(context, OneByte(isolate, "set")).ToLocal(&setter) || setter->IsUndefined()) return;
        sandbox->Set(context, property, value).FromMaybe(false);
        info.GetReturnValue().Set(value);
        return;
      }
    }
  }
  if (sandbox->Set(context, property, value).IsNothing()) return;
}

void Query(Local<Name> property, const v8::PropertyCallbackInfo<v8::Integer>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  v8::PropertyAttribute attributes;
  if (sandbox->HasOwnProperty(context, property).FromMaybe(false)) {
    if (sandbox->GetPropertyAttributes(context, property).To(&attributes))
      info.GetReturnValue().Set(attributes);
    return;
  }
  // Of a proxy V8 tells attributes whether it has the property or not.
  if (sandbox->IsProxy()) return;
  if (sandbox->GetRealNamedPropertyAttributes(context, property).To(&attributes)) {
    info.GetReturnValue().Set(attributes);
  }
}

void Delete(Local<Name> property, const v8::PropertyCallbackInfo<v8::Boolean>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  bool deleted;
  // What the sandbox lacks may still be the global's own.
  if (sandbox->Delete(context, property).To(&deleted) && !deleted) info.GetReturnValue().Set(false);
}

void Enumerate(const v8::PropertyCallbackInfo<v8::Array>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  Local<v8::Array> names;
  if (sandbox
          ->GetPropertyNames(context, v8::KeyCollectionMode::kOwnOnly, v8::PropertyFilter::ALL_PROPERTIES,
                             v8::IndexFilter::kSkipIndices, v8::KeyConversionMode::kConvertToString)
          .ToLocal(&names)) {
    info.GetReturnValue().Set(names);
  }
}

void EnumerateIndices(const v8::PropertyCallbackInfo<v8::Array>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  Local<v8::Array> names;
  if (!sandbox
           ->GetPropertyNames(context, v8::KeyCollectionMode::kOwnOnly, v8::PropertyFilter::SKIP_SYMBOLS,
                              v8::IndexFilter::kIncludeIndices)
           .ToLocal(&names)) {
    return;
  }
  std::vector<Local<Value>> indices;
  for (uint32_t i = 0; i < names->Length(); i++) {
    Local<Value> name;
    if (names->Get(context, i).ToLocal(&name) && name->IsUint32()) indices.push_back(name);
  }
  info.GetReturnValue().Set(v8::Array::New(context->GetIsolate(), indices.data(), indices.size()));
}

void Descriptor(Local<Name> property, const v8::PropertyCallbackInfo<Value>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  Local<Value> descriptor;
  if (!sandbox->HasOwnProperty(context, property).FromMaybe(false)) return;
  if (sandbox->GetOwnPropertyDescriptor(context, property).ToLocal(&descriptor))
    info.GetReturnValue().Set(descriptor);
}

void Define(Local<Name> property, const v8::PropertyDescriptor& wanted,
            const v8::PropertyCallbackInfo<Value>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  if (!SandboxOf(info.Holder(), &context, &sandbox)) return;
  v8::Isolate* isolate = context->GetIsolate();
  v8::PropertyAttribute attributes;
  // The global's own fixed properties stay as they are.
  if (info.Holder()->GetRealNamedPropertyAttributes(context, property).To(&attributes) &&
      (attributes & v8::PropertyAttribute::ReadOnly) && (attributes & v8::PropertyAttribute::DontDelete)) {
    return;
  }
  auto define = [&](v8::PropertyDescriptor* d) {
    if (wanted.has_enumerable()) d->set_enumerable(wanted.enumerable());
    if (wanted.has_configurable()) d->set_configurable(wanted.configurable());
    sandbox->DefineProperty(context, property, *d).FromMaybe(false);
  };
  Local<Value> undefined = v8::Undefined(isolate);
  if (wanted.has_get() || wanted.has_set()) {
    v8::PropertyDescriptor d(wanted.has_get() ? wanted.get() : undefined,
                             wanted.has_set() ? wanted.set() : undefined);
    define(&d);
    return;
  }
  Local<Value> value = wanted.has_value() ? wanted.value() : undefined;
  if (wanted.has_writable()) {
    v8::PropertyDescriptor d(value, wanted.writable());
    define(&d);
  } else {
    v8::PropertyDescriptor d(value);
    define(&d);
  }
}

// Indexed properties go the way of named ones.
Local<Name> NameOf(uint32_t index, v8::Isolate* isolate) {
  return v8::Integer::NewFromUnsigned(isolate, index)
      ->ToString(isolate->GetCurrentContext())
      .ToLocalChecked();
}
void GetIndex(uint32_t index, const v8::PropertyCallbackInfo<Value>& info) {
  Local<Context> context;
  Local<Object> sandbox;
  Local<Value> value;
  if (SandboxOf(info.Holder(), &context, &sandbox) && sandbox->Has(context, index).FromMaybe(false) &&
      sandbox->Get(context, index).ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}
void SetIndex(uint32_t index, Local<Value> value, const v8::PropertyCallbackInfo<Value>& info) {
  Set(NameOf(index, info.GetIsolate()), value, info);
}
void QueryIndex(uint32_t index, const v8::PropertyCallbackInfo<v8::Integer>& info) {
  Query(NameOf(index, info.GetIsolate()), info);
}
void DeleteIndex(uint32_t index, const v8::PropertyCallbackInfo<v8::Boolean>& info) {
  Delete(NameOf(index, info.GetIsolate()), info);
}
void DescribeIndex(uint32_t index, const v8::PropertyCallbackInfo<Value>& info) {
  Descriptor(NameOf(index, info.GetIsolate()), info);
}
void DefineIndex(uint32_t index, const v8::PropertyDescriptor& wanted,
                 const v8::PropertyCallbackInfo<Value>& info) {
  Define(NameOf(index, info.GetIsolate()), wanted, info);
}

Local<v8::ObjectTemplate> GlobalTemplate(v8::Isolate* isolate) {
  Local<v8::FunctionTemplate> function = v8::FunctionTemplate::New(isolate);
  function->SetClassName(OneByte(isolate, "Object"));
  Local<v8::ObjectTemplate> t = function->InstanceTemplate();
  t->SetHandler(v8::NamedPropertyHandlerConfiguration(Get, Set, Query, Delete, Enumerate, Define, Descriptor,
                                                      Local<Value>(),
                                                      v8::PropertyHandlerFlags::kHasNoSideEffect));
  t->SetHandler(v8::IndexedPropertyHandlerConfiguration(
      GetIndex, SetIndex, QueryIndex, DeleteIndex, EnumerateIndices, DefineIndex, DescribeIndex,
      Local<Value>(), v8::PropertyHandlerFlags::kHasNoSideEffect));
  return t;
}

}  // namespace

v8::MaybeLocal<Context> ContextifyObject(v8::Isolate* isolate, Local<Object> sandbox,
                                         const ContextOptions& options) {
  v8::EscapableHandleScope handles(isolate);
  Local<Context> main = isolate->GetCurrentContext();
  auto record = std::make_unique<ContextRecord>();
  if (options.own_microtasks)
    record->microtasks = v8::MicrotaskQueue::New(isolate, v8::MicrotasksPolicy::kExplicit);
  Local<Context> context =
      Context::New(isolate, nullptr, GlobalTemplate(isolate), {}, {}, record->microtasks.get());
  if (context.IsEmpty()) return {};
  context->SetSecurityToken(main->GetSecurityToken());
  context->AllowCodeGenerationFromStrings(options.allow_eval);
  context->SetEmbedderData(kSandboxSlot, sandbox);
  context->SetEmbedderData(kAllowWasmSlot, v8::Boolean::New(isolate, options.allow_wasm));
  context->SetEmbedderData(kNameSlot, options.name);
  context->SetEmbedderData(kOriginSlot, options.origin);
  context->SetEmbedderData(kImportSlot, options.import_id);
  context->SetAlignedPointerInEmbedderData(kMicrotasksSlot, record->microtasks.get());
  isolate->SetAllowWasmCodeGenerationCallback(AllowWasm);
  if (record->microtasks) ContextRecord::Watch(isolate, context, std::move(record));
  Environment* env = Environment::From(isolate);
  env->async().AddContext(context);
  WatchStackTraces(env);
  if (env->context_observer) env->context_observer(context);
  if (sandbox->SetPrivate(main, SandboxKey(isolate), context->Global()).IsNothing()) return {};
  return handles.Escape(context);
}

Local<Value> ImportIdOf(Local<Context> context) {
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<uint32_t>(kImportSlot))
    return v8::Undefined(context->GetIsolate());
  return context->GetEmbedderData(kImportSlot);
}

std::pair<std::string, std::string> NamesOf(Local<Context> context) {
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<uint32_t>(kOriginSlot)) return {};
  auto text = [&](int slot) {
    Local<Value> value = context->GetEmbedderData(slot);
    return value->IsString() ? ToUtf8(context->GetIsolate(), value) : "";
  };
  return {text(kNameSlot), text(kOriginSlot)};
}

v8::MicrotaskQueue* OwnMicrotasks(Local<Context> context) {
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<uint32_t>(kMicrotasksSlot)) return nullptr;
  return static_cast<v8::MicrotaskQueue*>(context->GetAlignedPointerFromEmbedderData(kMicrotasksSlot));
}

v8::MaybeLocal<Context> ContextOfSandbox(v8::Isolate* isolate, Local<Object> sandbox) {
  Local<Value> global;
  if (!sandbox->GetPrivate(isolate->GetCurrentContext(), SandboxKey(isolate)).ToLocal(&global) ||
      !global->IsObject()) {
    return {};
  }
  return global.As<Object>()->GetCreationContext();
}

}  // namespace parley
