// internalBinding('env_file'): for process.loadEnvFile and util.parseEnv.
#include <cerrno>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/main/env_file.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

v8::Local<v8::Object> ToObject(v8::Isolate* isolate, const Variables& variables) {
  v8::Local<v8::Object> object = v8::Object::New(isolate);
  for (const auto& [name, value] : variables) {
    object->Set(isolate->GetCurrentContext(), ToV8(isolate, name), ToV8(isolate, value)).Check();
  }
  return object;
}

// parse(text) -> {name: value}
void Parse(const Args& args) {
  Variables variables;
  ParseEnvText(ToUtf8(args.GetIsolate(), args[0]), &variables);
  args.GetReturnValue().Set(ToObject(args.GetIsolate(), variables));
}

// load(path): adds the file's variables to the environment.
void Load(const Args& args) {
  Environment* env = Environment::From(args);
  std::string path = ToUtf8(env->isolate(), args[0]);
  Variables variables;
  if (IsDenied(env, Permission::kFsRead, path)) return;
  errno = 0;
  if (!ReadEnvFile(path, &variables)) {
    return env->ThrowUvException(errno != 0 ? -errno : UV_ENOENT, "open", nullptr, path.c_str());
  }
  AddToEnvironment(variables);
}

constexpr BindingFunction kFunctions[] = {{"parse", Parse}, {"load", Load}};
PARLEY_BINDING(env_file, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
