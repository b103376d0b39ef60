// Node-API: functions, classes and calls between the two worlds ("Working with JavaScript functions",
// napi_define_properties, napi_define_class).
#include "runtime/node_api/env.h"

using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::FunctionCallbackInfo;
using v8::Local;

struct napi_callback_info__ {
  const FunctionCallbackInfo<v8::Value>& arguments;
  void* data;
};

namespace parley::napi {
namespace {

// What a JavaScript function made by an addon calls. Dies with the function.
struct Bundle {
  napi_env env;
  napi_callback callback;
  void* data;
  v8::Global<v8::Value> holder;
};

void Invoke(const FunctionCallbackInfo<v8::Value>& info) {
  auto* bundle = static_cast<Bundle*>(info.Data().As<v8::External>()->Value());
  napi_env env = bundle->env;
  Ok(env);
  // This may be a call from within a call: the outer one's scopes stay open, what the inner one left open is
  // closed with it.
  const int open_outside = env->open_handle_scopes;
  napi_callback_info__ callback_info{info, bundle->data};
  napi_value result = bundle->callback(env, &callback_info);
  env->open_handle_scopes = open_outside;
  if (!env->last_exception.IsEmpty()) {
    Local<v8::Value> error = env->last_exception.Get(env->isolate());
    env->last_exception.Reset();
    env->isolate()->ThrowException(error);
    return;
  }
  if (result != nullptr) info.GetReturnValue().Set(ToLocal(result));
}

Local<v8::Value> NewBundle(napi_env env, napi_callback callback, void* data) {
  auto* bundle = new Bundle{env, callback, data, {}};
  Local<v8::External> holder = v8::External::New(env->isolate(), bundle);
  bundle->holder.Reset(env->isolate(), holder);
  bundle->holder.SetWeak(
      bundle,
      [](const v8::WeakCallbackInfo<Bundle>& info) {
        info.GetParameter()->holder.Reset();
        delete info.GetParameter();
      },
      v8::WeakCallbackType::kParameter);
  return holder;
}

v8::PropertyAttribute AttributesOf(const napi_property_descriptor& p) {
  int attributes = v8::None;
  bool accessor = p.getter != nullptr || p.setter != nullptr;
  if (!accessor && (p.attributes & napi_writable) == 0) attributes |= v8::ReadOnly;
  if ((p.attributes & napi_enumerable) == 0) attributes |= v8::DontEnum;
  if ((p.attributes & napi_configurable) == 0) attributes |= v8::DontDelete;
  return static_cast<v8::PropertyAttribute>(attributes);
}

napi_status PropertyName(napi_env env, const napi_property_descriptor& p, Local<v8::Name>* name) {
  if (p.utf8name != nullptr) {
    Local<v8::String> text;
    NAPI_REQUIRE(
        env,
        v8::String::NewFromUtf8(env->isolate(), p.utf8name, v8::NewStringType::kInternalized).ToLocal(&text),
        napi_generic_failure);
    *name = text;
    return napi_ok;
  }
  NAPI_CHECK_ARG(env, p.name);
  NAPI_REQUIRE(env, ToLocal(p.name)->IsName(), napi_name_expected);
  *name = ToLocal(p.name).As<v8::Name>();
  return napi_ok;
}

Local<v8::FunctionTemplate> NewTemplate(napi_env env, napi_callback callback, void* data,
                                        Local<v8::Signature> signature = {}) {
  return v8::FunctionTemplate::New(env->isolate(), Invoke, NewBundle(env, callback, data), signature);
}

}  // namespace

v8::MaybeLocal<v8::Function> NewFunction(napi_env env, napi_callback callback, void* data) {
  return v8::Function::New(env->context(), Invoke, NewBundle(env, callback, data));
}

namespace {

napi_status DefineOn(napi_env env, Local<v8::Object> object, const napi_property_descriptor& p) {
  Local<v8::Name> name;
  napi_status status = PropertyName(env, p, &name);
  if (status != napi_ok) return status;
  v8::PropertyAttribute attributes = AttributesOf(p);
  v8::Maybe<bool> defined = v8::Nothing<bool>();
  if (p.getter != nullptr || p.setter != nullptr) {
    Local<v8::Function> getter;
    Local<v8::Function> setter;
    if (p.getter != nullptr && !NewFunction(env, p.getter, p.data).ToLocal(&getter))
      return napi_generic_failure;
    if (p.setter != nullptr && !NewFunction(env, p.setter, p.data).ToLocal(&setter))
      return napi_generic_failure;
    Local<v8::Value> none = v8::Undefined(env->isolate());
    v8::PropertyDescriptor descriptor(getter.IsEmpty() ? none : getter.As<v8::Value>(),
                                      setter.IsEmpty() ? none : setter.As<v8::Value>());
    descriptor.set_enumerable((attributes & v8::DontEnum) == 0);
    descriptor.set_configurable((attributes & v8::DontDelete) == 0);
    defined = object->DefineProperty(env->context(), name, descriptor);
  } else {
    Local<v8::Value> value;
    if (p.method != nullptr) {
      Local<v8::Function> method;
      if (!NewFunction(env, p.method, p.data).ToLocal(&method)) return napi_generic_failure;
      if (name->IsString()) method->SetName(name.As<v8::String>());
      value = method;
    } else {
      NAPI_CHECK_ARG(env, p.value);
      value = ToLocal(p.value);
    }
    bool plain = (p.attributes & (napi_writable | napi_enumerable | napi_configurable)) ==
                 (napi_writable | napi_enumerable | napi_configurable);
    if (plain) {
      defined = object->CreateDataProperty(env->context(), name, value);
    } else {
      v8::PropertyDescriptor descriptor(value, (attributes & v8::ReadOnly) == 0);
      descriptor.set_enumerable((attributes & v8::DontEnum) == 0);
      descriptor.set_configurable((attributes & v8::DontDelete) == 0);
      defined = object->DefineProperty(env->context(), name, descriptor);
    }
  }
  return SetLastError(env, defined.FromMaybe(false) ? napi_ok : napi_invalid_arg);
}

}  // namespace
}  // namespace parley::napi

using parley::napi::AttributesOf;
using parley::napi::DefineOn;
using parley::napi::NewTemplate;
using parley::napi::PropertyName;

napi_status NAPI_CDECL napi_create_function(napi_env env, const char* utf8name, size_t length,
                                            napi_callback cb, void* data, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, cb);
  Local<v8::Function> function;
  NAPI_TRY(env, parley::napi::NewFunction(env, cb, data).ToLocal(&function), napi_generic_failure);
  if (utf8name != nullptr) {
    napi_value name;
    napi_status status = napi_create_string_utf8(env, utf8name, length, &name);
    if (status != napi_ok) return status;
    function->SetName(ToLocal(name).As<v8::String>());
  }
  *result = FromLocal(function);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_define_properties(napi_env env, napi_value object, size_t count,
                                              const napi_property_descriptor* properties) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  if (count > 0) NAPI_CHECK_ARG(env, properties);
  NAPI_REQUIRE(env, ToLocal(object)->IsObject(), napi_object_expected);
  for (size_t i = 0; i < count; i++) {
    napi_status status = DefineOn(env, ToLocal(object).As<v8::Object>(), properties[i]);
    if (status != napi_ok) return SetLastError(env, try_catch.HasCaught() ? napi_pending_exception : status);
  }
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_define_class(napi_env env, const char* utf8name, size_t length,
                                         napi_callback constructor, void* data, size_t count,
                                         const napi_property_descriptor* properties, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, constructor);
  if (count > 0) NAPI_CHECK_ARG(env, properties);
  v8::EscapableHandleScope scope(env->isolate());
  Local<v8::FunctionTemplate> tpl = NewTemplate(env, constructor, data);
  napi_value name;
  napi_status status = napi_create_string_utf8(env, utf8name, length, &name);
  if (status != napi_ok) return status;
  tpl->SetClassName(ToLocal(name).As<v8::String>());
  Local<v8::Signature> signature = v8::Signature::New(env->isolate(), tpl);
  std::vector<napi_property_descriptor> statics;
  for (size_t i = 0; i < count; i++) {
    const napi_property_descriptor& p = properties[i];
    if ((p.attributes & napi_static) != 0) {
      statics.push_back(p);
      continue;
    }
    Local<v8::Name> key;
    status = PropertyName(env, p, &key);
    if (status != napi_ok) return status;
    if (p.getter != nullptr || p.setter != nullptr) {
      Local<v8::FunctionTemplate> getter;
      Local<v8::FunctionTemplate> setter;
      if (p.getter != nullptr) getter = NewTemplate(env, p.getter, p.data, signature);
      if (p.setter != nullptr) setter = NewTemplate(env, p.setter, p.data, signature);
      tpl->PrototypeTemplate()->SetAccessorProperty(key, getter, setter, AttributesOf(p),
                                                    v8::AccessControl::DEFAULT);
    } else if (p.method != nullptr) {
      tpl->PrototypeTemplate()->Set(key, NewTemplate(env, p.method, p.data, signature), AttributesOf(p));
    } else {
      NAPI_CHECK_ARG(env, p.value);
      tpl->PrototypeTemplate()->Set(key, ToLocal(p.value), AttributesOf(p));
    }
  }
  Local<v8::Function> function;
  NAPI_TRY(env, tpl->GetFunction(env->context()).ToLocal(&function), napi_generic_failure);
  for (const napi_property_descriptor& p : statics) {
    status = DefineOn(env, function, p);
    if (status != napi_ok) return SetLastError(env, try_catch.HasCaught() ? napi_pending_exception : status);
  }
  *result = FromLocal(scope.Escape(function));
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_cb_info(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv,
                                        napi_value* this_arg, void** data) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, info);
  const auto& arguments = info->arguments;
  if (argv != nullptr) {
    NAPI_CHECK_ARG(env, argc);
    for (size_t i = 0; i < *argc; i++)
      argv[i] = FromLocal(arguments[static_cast<int>(i)]);  // missing: undefined
  }
  if (argc != nullptr) *argc = static_cast<size_t>(arguments.Length());
  if (this_arg != nullptr) *this_arg = FromLocal(arguments.This());
  if (data != nullptr) *data = info->data;
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_new_target(napi_env env, napi_callback_info info, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, info);
  NAPI_CHECK_ARG(env, result);
  *result = info->arguments.IsConstructCall() ? FromLocal(info->arguments.NewTarget()) : nullptr;
  return Ok(env);
}

napi_status NAPI_CDECL napi_call_function(napi_env env, napi_value recv, napi_value func, size_t argc,
                                          const napi_value* argv, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, func);
  if (argc > 0) NAPI_CHECK_ARG(env, argv);
  NAPI_REQUIRE(env, ToLocal(func)->IsFunction(), napi_invalid_arg);
  Local<v8::Value> receiver = recv == nullptr ? v8::Undefined(env->isolate()).As<v8::Value>() : ToLocal(recv);
  auto* arguments = reinterpret_cast<Local<v8::Value>*>(const_cast<napi_value*>(argv));
  Local<v8::Value> value;
  NAPI_TRY(env,
           ToLocal(func)
               .As<v8::Function>()
               ->Call(env->context(), receiver, static_cast<int>(argc), arguments)
               .ToLocal(&value),
           napi_generic_failure);
  if (result != nullptr) *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_new_instance(napi_env env, napi_value constructor, size_t argc,
                                         const napi_value* argv, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, constructor);
  if (argc > 0) NAPI_CHECK_ARG(env, argv);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(constructor)->IsFunction(), napi_function_expected);
  auto* arguments = reinterpret_cast<Local<v8::Value>*>(const_cast<napi_value*>(argv));
  Local<v8::Object> instance;
  NAPI_TRY(env,
           ToLocal(constructor)
               .As<v8::Function>()
               ->NewInstance(env->context(), static_cast<int>(argc), arguments)
               .ToLocal(&instance),
           napi_pending_exception);
  *result = FromLocal(instance);
  NAPI_END(env);
}
