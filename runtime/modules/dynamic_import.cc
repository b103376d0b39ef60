// import() in scripts, CommonJS modules and ES modules. Every file's name is its compiled resource's name, so
// the name is all that is needed to know who asks.
#include "runtime/modules/dynamic_import.h"

#include "runtime/engine/environment.h"

namespace parley {

v8::MaybeLocal<v8::Promise> ImportModuleDynamically(v8::Local<v8::Context> context, v8::Local<v8::Data>,
                                                    v8::Local<v8::Value> resource_name,
                                                    v8::Local<v8::String> specifier,
                                                    v8::Local<v8::FixedArray> import_assertions) {
  v8::Isolate* isolate = context->GetIsolate();
  v8::EscapableHandleScope scope(isolate);
  v8::Local<v8::Value> type = v8::Undefined(isolate);
  // Rows of key and value.
  for (int i = 0; i + 1 < import_assertions->Length(); i += 2) {
    auto key = import_assertions->Get(context, i).As<v8::String>();
    if (key->StringEquals(OneByte(isolate, "type")))
      type = import_assertions->Get(context, i + 1).As<v8::Value>();
  }
  Environment* env = Environment::From(isolate);
  v8::Local<v8::Value> argv[] = {specifier, resource_name, type};
  v8::Local<v8::Value> result;
  if (!env->HasHook(Hook::kImport) ||
      !env->GetHook(Hook::kImport)->Call(env->context(), v8::Undefined(isolate), 3, argv).ToLocal(&result)) {
    return {};
  }
  return scope.Escape(result.As<v8::Promise>());
}

}  // namespace parley
