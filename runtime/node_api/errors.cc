// Node-API: errors and exceptions ("Error handling").
#include <cstdio>
#include <cstdlib>

#include "runtime/engine/fatal.h"
#include "runtime/node_api/env.h"

using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

namespace {

// In the order of napi_status.
constexpr const char* kMessages[] = {
    nullptr,
    "Invalid argument",
    "An object was expected",
    "A string was expected",
    "A string or symbol was expected",
    "A function was expected",
    "A number was expected",
    "A boolean was expected",
    "An array was expected",
    "Unknown failure",
    "An exception is pending",
    "The async work item was cancelled",
    "napi_escape_handle already called on scope",
    "Invalid handle scope usage",
    "Invalid callback scope usage",
    "Thread-safe function queue is full",
    "Thread-safe function handle is closing",
    "A bigint was expected",
    "A date was expected",
    "An arraybuffer was expected",
    "A detachable arraybuffer was expected",
    "Main thread would deadlock",
    "External buffers are not allowed",
    "Cannot run JavaScript",
};
static_assert(std::size(kMessages) == napi_cannot_run_js + 1);

using MakeError = Local<v8::Value> (*)(Local<v8::String>);

napi_status SetCode(napi_env env, Local<v8::Value> error, Local<v8::Value> code) {
  NAPI_REQUIRE(env, code->IsString(), napi_string_expected);
  auto done = error.As<v8::Object>()->Set(env->context(), parley::OneByte(env->isolate(), "code"), code);
  NAPI_REQUIRE(env, done.FromMaybe(false), napi_generic_failure);
  return napi_ok;
}

napi_status Create(napi_env env, napi_value code, napi_value msg, napi_value* result, MakeError make) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, msg);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(msg)->IsString(), napi_string_expected);
  Local<v8::Value> error = make(ToLocal(msg).As<v8::String>());
  if (code != nullptr) {
    napi_status status = SetCode(env, error, ToLocal(code));
    if (status != napi_ok) return status;
  }
  *result = FromLocal(error);
  return Ok(env);
}

napi_status Throw(napi_env env, const char* code, const char* msg, MakeError make) {
  NAPI_BEGIN(env);
  v8::Isolate* isolate = env->isolate();
  Local<v8::String> message = parley::ToV8(isolate, msg == nullptr ? "" : msg);
  Local<v8::Value> error = make(message);
  if (code != nullptr) {
    napi_status status = SetCode(env, error, parley::ToV8(isolate, code));
    if (status != napi_ok) return status;
  }
  isolate->ThrowException(error);
  // try_catch keeps it for the callback's end; the call itself went well.
  return Ok(env);
}

}  // namespace

napi_status NAPI_CDECL napi_get_last_error_info(napi_env env, const napi_extended_error_info** result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  size_t code = static_cast<size_t>(env->last_error.error_code);
  env->last_error.error_message = code < std::size(kMessages) ? kMessages[code] : nullptr;
  *result = &env->last_error;
  return napi_ok;
}

napi_status NAPI_CDECL napi_create_error(napi_env env, napi_value code, napi_value msg, napi_value* result) {
  return Create(env, code, msg, result, v8::Exception::Error);
}
napi_status NAPI_CDECL napi_create_type_error(napi_env env, napi_value code, napi_value msg,
                                              napi_value* result) {
  return Create(env, code, msg, result, v8::Exception::TypeError);
}
napi_status NAPI_CDECL napi_create_range_error(napi_env env, napi_value code, napi_value msg,
                                               napi_value* result) {
  return Create(env, code, msg, result, v8::Exception::RangeError);
}
napi_status NAPI_CDECL node_api_create_syntax_error(napi_env env, napi_value code, napi_value msg,
                                                    napi_value* result) {
  return Create(env, code, msg, result, v8::Exception::SyntaxError);
}

napi_status NAPI_CDECL napi_throw(napi_env env, napi_value error) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, error);
  env->isolate()->ThrowException(ToLocal(error));
  return Ok(env);
}
napi_status NAPI_CDECL napi_throw_error(napi_env env, const char* code, const char* msg) {
  return Throw(env, code, msg, v8::Exception::Error);
}
napi_status NAPI_CDECL napi_throw_type_error(napi_env env, const char* code, const char* msg) {
  return Throw(env, code, msg, v8::Exception::TypeError);
}
napi_status NAPI_CDECL napi_throw_range_error(napi_env env, const char* code, const char* msg) {
  return Throw(env, code, msg, v8::Exception::RangeError);
}
napi_status NAPI_CDECL node_api_throw_syntax_error(napi_env env, const char* code, const char* msg) {
  return Throw(env, code, msg, v8::Exception::SyntaxError);
}

napi_status NAPI_CDECL napi_is_exception_pending(napi_env env, bool* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = !env->last_exception.IsEmpty();
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_and_clear_last_exception(napi_env env, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  if (env->last_exception.IsEmpty()) return napi_get_undefined(env, result);
  *result = FromLocal(env->last_exception.Get(env->isolate()));
  env->last_exception.Reset();
  return Ok(env);
}

napi_status NAPI_CDECL napi_fatal_exception(napi_env env, napi_value err) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, err);
  Local<v8::Value> error = ToLocal(err);
  env->environment->TriggerUncaughtException(error, v8::Exception::CreateMessage(env->isolate(), error));
  return Ok(env);
}

void NAPI_CDECL napi_fatal_error(const char* location, size_t location_len, const char* message,
                                 size_t message_len) {
  auto text = [](const char* s, size_t n) {
    return s == nullptr ? std::string() : n == NAPI_AUTO_LENGTH ? std::string(s) : std::string(s, n);
  };
  parley::FatalError(text(location, location_len), text(message, message_len));
}
