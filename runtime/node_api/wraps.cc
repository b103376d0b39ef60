// Node-API: native data tied to JavaScript objects: wraps, finalizers, references, externals, type tags
// ("Object wrap", "References to values with a lifespan longer than that of the native method").
#include "runtime/node_api/env.h"

using parley::OneByte;
using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::Reference;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

namespace {

Local<v8::Private> WrapKey(napi_env env) {
  return v8::Private::ForApi(env->isolate(), OneByte(env->isolate(), "parley:napi_wrap"));
}
Local<v8::Private> TagKey(napi_env env) {
  return v8::Private::ForApi(env->isolate(), OneByte(env->isolate(), "parley:napi_type_tag"));
}

// The reference a wrapped object carries; null when it is not wrapped.
Reference* WrapOf(napi_env env, Local<v8::Object> object) {
  Local<v8::Value> held;
  if (!object->GetPrivate(env->context(), WrapKey(env)).ToLocal(&held) || !held->IsExternal()) return nullptr;
  return static_cast<Reference*>(held.As<v8::External>()->Value());
}

napi_ref AsRef(Reference* reference) { return reinterpret_cast<napi_ref>(reference); }
Reference* FromRef(napi_ref ref) { return reinterpret_cast<Reference*>(ref); }

}  // namespace

napi_status NAPI_CDECL napi_wrap(napi_env env, napi_value js_object, void* native, napi_finalize finalize,
                                 void* hint, napi_ref* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, js_object);
  NAPI_REQUIRE(env, ToLocal(js_object)->IsObject(), napi_object_expected);
  Local<v8::Object> object = ToLocal(js_object).As<v8::Object>();
  NAPI_REQUIRE(env, WrapOf(env, object) == nullptr, napi_invalid_arg);
  // A reference the addon can delete must come with a finalizer, which is where it deletes it.
  if (result != nullptr) NAPI_CHECK_ARG(env, finalize);
  auto* reference = new Reference(
      env, object, 0, result ? Reference::Owner::kAddon : Reference::Owner::kRuntime, finalize, native, hint);
  reference->is_wrap = true;
  if (result != nullptr) *result = AsRef(reference);
  NAPI_TRY(env,
           object->SetPrivate(env->context(), WrapKey(env), v8::External::New(env->isolate(), reference))
               .FromMaybe(false),
           napi_generic_failure);
  NAPI_END(env);
}

static napi_status Unwrap(napi_env env, napi_value js_object, void** result, bool remove) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, js_object);
  if (!remove) NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(js_object)->IsObject(), napi_object_expected);
  Local<v8::Object> object = ToLocal(js_object).As<v8::Object>();
  Reference* reference = WrapOf(env, object);
  NAPI_REQUIRE(env, reference != nullptr, napi_invalid_arg);
  if (result != nullptr) *result = reference->data();
  if (remove) {
    NAPI_TRY(env, object->DeletePrivate(env->context(), WrapKey(env)).FromMaybe(false), napi_generic_failure);
    reference->is_wrap = false;
    if (reference->owner() == Reference::Owner::kRuntime) {
      delete reference;
    } else {
      reference->DropFinalizer();
    }
  }
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_unwrap(napi_env env, napi_value js_object, void** result) {
  return Unwrap(env, js_object, result, false);
}

napi_status NAPI_CDECL napi_remove_wrap(napi_env env, napi_value js_object, void** result) {
  return Unwrap(env, js_object, result, true);
}

napi_status NAPI_CDECL napi_add_finalizer(napi_env env, napi_value js_object, void* data,
                                          napi_finalize finalize, void* hint, napi_ref* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, js_object);
  NAPI_CHECK_ARG(env, finalize);
  NAPI_REQUIRE(env, ToLocal(js_object)->IsObject(), napi_invalid_arg);
  auto* reference =
      new Reference(env, ToLocal(js_object), 0,
                    result ? Reference::Owner::kAddon : Reference::Owner::kRuntime, finalize, data, hint);
  if (result != nullptr) *result = AsRef(reference);
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_external(napi_env env, void* data, napi_finalize finalize, void* hint,
                                            napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Value> external = v8::External::New(env->isolate(), data);
  if (finalize != nullptr) new Reference(env, external, 0, Reference::Owner::kRuntime, finalize, data, hint);
  *result = FromLocal(external);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_value_external(napi_env env, napi_value value, void** result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(value)->IsExternal(), napi_invalid_arg);
  *result = ToLocal(value).As<v8::External>()->Value();
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_reference(napi_env env, napi_value value, uint32_t count,
                                             napi_ref* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Value> v = ToLocal(value);
  NAPI_REQUIRE(env, v->IsObject() || v->IsSymbol() || v->IsExternal(), napi_invalid_arg);
  *result = AsRef(new Reference(env, v, count, Reference::Owner::kAddon));
  return Ok(env);
}

napi_status NAPI_CDECL napi_delete_reference(napi_env env, napi_ref ref) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, ref);
  Reference* reference = FromRef(ref);
  if (reference->is_wrap) {
    // The object may live on: it must not lead to a deleted reference.
    v8::HandleScope scope(env->isolate());
    Local<v8::Value> object = reference->value();
    if (!object.IsEmpty())
      (void)object.As<v8::Object>()->DeletePrivate(env->context(), WrapKey(env)).FromMaybe(false);
  }
  delete reference;
  return Ok(env);
}

napi_status NAPI_CDECL napi_reference_ref(napi_env env, napi_ref ref, uint32_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, ref);
  uint32_t count = FromRef(ref)->Ref();
  if (result != nullptr) *result = count;
  return Ok(env);
}

napi_status NAPI_CDECL napi_reference_unref(napi_env env, napi_ref ref, uint32_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, ref);
  NAPI_REQUIRE(env, FromRef(ref)->count() > 0, napi_generic_failure);
  uint32_t count = FromRef(ref)->Unref();
  if (result != nullptr) *result = count;
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_reference_value(napi_env env, napi_ref ref, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, ref);
  NAPI_CHECK_ARG(env, result);
  *result = FromLocal(FromRef(ref)->value());
  return Ok(env);
}

// A tag is 128 bits, kept as a BigInt under a private name.
napi_status NAPI_CDECL napi_type_tag_object(napi_env env, napi_value value, const napi_type_tag* tag) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, tag);
  Local<v8::Object> object;
  NAPI_TRY(env, ToLocal(value)->ToObject(env->context()).ToLocal(&object), napi_object_expected);
  NAPI_REQUIRE(env, !object->HasPrivate(env->context(), TagKey(env)).FromMaybe(true), napi_invalid_arg);
  const uint64_t words[] = {tag->lower, tag->upper};
  Local<v8::BigInt> number;
  NAPI_TRY(env, v8::BigInt::NewFromWords(env->context(), 0, 2, words).ToLocal(&number), napi_generic_failure);
  NAPI_TRY(env, object->SetPrivate(env->context(), TagKey(env), number).FromMaybe(false),
           napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_check_object_type_tag(napi_env env, napi_value value, const napi_type_tag* tag,
                                                  bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, tag);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Object> object;
  Local<v8::Value> held;
  NAPI_TRY(env, ToLocal(value)->ToObject(env->context()).ToLocal(&object), napi_object_expected);
  NAPI_TRY(env, object->GetPrivate(env->context(), TagKey(env)).ToLocal(&held), napi_generic_failure);
  *result = false;
  if (held->IsBigInt()) {
    uint64_t words[2] = {0, 0};
    int sign = 0;
    int count = 2;
    held.As<v8::BigInt>()->ToWordsArray(&sign, &count, words);
    *result = count <= 2 && words[0] == tag->lower && words[1] == tag->upper;
  }
  NAPI_END(env);
}
