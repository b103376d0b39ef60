// import() in scripts, CommonJS modules and ES modules. Every file's name is its compiled resource's name, so
// the name is all that is needed to know who asks.
#include "runtime/modules/dynamic_import.h"

#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/vm/context.h"
#include "runtime/vm/host_options.h"

namespace parley {

v8::Local<v8::Value> ImportAttributes(v8::Local<v8::Context> context, v8::Local<v8::FixedArray> rows,
                                      int stride) {
  v8::Isolate* isolate = context->GetIsolate();
  if (rows->Length() == 0) return v8::Undefined(isolate);
  std::vector<v8::Local<v8::Value>> flat;
  for (int i = 0; i + 1 < rows->Length(); i += stride) {
    flat.push_back(rows->Get(context, i).As<v8::Value>());
    flat.push_back(rows->Get(context, i + 1).As<v8::Value>());
  }
  return v8::Array::New(isolate, flat.data(), flat.size());
}

v8::MaybeLocal<v8::Promise> ImportModuleDynamically(v8::Local<v8::Context> context,
                                                    v8::Local<v8::Data> host_defined_options,
                                                    v8::Local<v8::Value> resource_name,
                                                    v8::Local<v8::String> specifier,
                                                    v8::Local<v8::FixedArray> import_assertions) {
  v8::Isolate* isolate = context->GetIsolate();
  v8::EscapableHandleScope scope(isolate);
  Environment* env = Environment::From(isolate);
  v8::Local<v8::Value> key = IdOfHostOptions(isolate, host_defined_options);
  if (key->IsUndefined()) key = ImportIdOf(context);
  v8::Local<v8::Value> argv[] = {specifier, resource_name, ImportAttributes(context, import_assertions, 2),
                                 key};
  v8::Local<v8::Value> result;
  if (!env->HasHook(Hook::kImport) ||
      !env->GetHook(Hook::kImport)->Call(env->context(), v8::Undefined(isolate), 4, argv).ToLocal(&result)) {
    return {};
  }
  return scope.Escape(result.As<v8::Promise>());
}

}  // namespace parley
