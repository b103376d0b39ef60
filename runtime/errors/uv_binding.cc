// internalBinding('uv'): libuv's error names, messages and numbers for JavaScript
// (https://docs.libuv.org/en/v1.x/errors.html).
#include <uv.h>
#include <v8.h>

#include <cstdio>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

struct UvError {
  int number;
  const char* name;
  const char* message;
};

constexpr UvError kErrors[] = {
#define PARLEY_UV_ERROR(name, message) {UV_##name, #name, message},
    UV_ERRNO_MAP(PARLEY_UV_ERROR)
#undef PARLEY_UV_ERROR
};

int NumberOf(const v8::FunctionCallbackInfo<v8::Value>& args) {
  return args[0]->Int32Value(args.GetIsolate()->GetCurrentContext()).FromMaybe(0);
}

void ErrName(const v8::FunctionCallbackInfo<v8::Value>& args) {
  char name[64];
  uv_err_name_r(NumberOf(args), name, sizeof(name));
  args.GetReturnValue().Set(ToV8(args.GetIsolate(), name));
}

void ErrMessage(const v8::FunctionCallbackInfo<v8::Value>& args) {
  char message[128];
  uv_strerror_r(NumberOf(args), message, sizeof(message));
  args.GetReturnValue().Set(ToV8(args.GetIsolate(), message));
}

// Map of number -> [name, message].
void GetErrorMap(const v8::FunctionCallbackInfo<v8::Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Map> map = v8::Map::New(isolate);
  for (const UvError& error : kErrors) {
    v8::Local<v8::Value> pair[] = {OneByte(isolate, error.name), OneByte(isolate, error.message)};
    if (map->Set(context, v8::Integer::New(isolate, error.number), v8::Array::New(isolate, pair, 2))
            .IsEmpty())
      return;
  }
  args.GetReturnValue().Set(map);
}

constexpr BindingFunction kFunctions[] = {
    {"errname", ErrName}, {"errmessage", ErrMessage}, {"getErrorMap", GetErrorMap}};

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  for (const UvError& error : kErrors) {
    char name[64];
    std::snprintf(name, sizeof(name), "UV_%s", error.name);
    target->Set(context, OneByte(isolate, name), v8::Integer::New(isolate, error.number)).Check();
  }
}

PARLEY_BINDING(uv, BindingKind::kBuiltin, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
