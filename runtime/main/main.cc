// The program `parley`.
#include <v8.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "runtime/engine/bootstrap.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/platform.h"
#include "runtime/engine/snapshot.h"
#include "runtime/engine/version.h"
#include "runtime/main/options.h"

namespace parley {
namespace {

constexpr char kHelp[] =
    "Usage: parley [options] [V8 options] [script | -e code | -p code | -] [--] [arguments]\n\n"
    "  -e, --eval CODE               run CODE\n"
    "  -p, --print CODE              run CODE and print its result\n"
    "  -c, --check                   check the script's syntax without running it\n"
    "  -r, --require MODULE          load MODULE first\n"
    "  -C, --conditions NAME         a condition for exports and imports of packages\n"
    "      --input-type TYPE         commonjs or module: what -e and standard input are\n"
    "      --unhandled-rejections M  throw, strict, warn, none, warn-with-error-codes\n"
    "      --no-warnings, --no-deprecation, --trace-warnings, --throw-deprecation\n"
    "      --v8-options              list V8's options\n"
    "  -v, --version                 print the version\n"
    "  -h, --help                    print this\n\n"
    "NODE_OPTIONS, NODE_PATH and NODE_DEBUG are read from the environment.\n";

std::string ExecutablePath(const std::string& argv0) {
  char path[4096];
  size_t size = sizeof(path);
  return uv_exepath(path, &size) == 0 ? std::string(path, size) : argv0;
}

v8::Local<v8::Value> Strings(v8::Isolate* isolate, const std::vector<std::string>& list) {
  std::vector<v8::Local<v8::Value>> values;
  for (const std::string& s : list) values.push_back(ToV8(isolate, s));
  return v8::Array::New(isolate, values.data(), values.size());
}

v8::Local<v8::Object> OptionsObject(v8::Isolate* isolate, const Options& options) {
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Object> object = v8::Object::New(isolate);
  auto set = [&](const char* name, v8::Local<v8::Value> value) {
    object->Set(context, OneByte(isolate, name), value).Check();
  };
  auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) set(name, ToV8(isolate, value));
  };
  auto flag = [&](const char* name, bool value) {
    if (value) set(name, v8::True(isolate));
  };
  std::string exec_path = ExecutablePath(options.argv0);
  std::vector<std::string> argv = {exec_path};
  if (!options.script.empty()) argv.push_back(options.script);
  argv.insert(argv.end(), options.arguments.begin(), options.arguments.end());
  set("argv", Strings(isolate, argv));
  set("argv0", ToV8(isolate, options.argv0));
  set("execArgv", Strings(isolate, options.exec_argv));
  set("execPath", ToV8(isolate, exec_path));
  text("script", options.script);
  if (options.eval) set("eval", ToV8(isolate, *options.eval));
  flag("print", options.print);
  flag("check", options.check);
  flag("interactive", options.interactive);
  set("preload", Strings(isolate, options.preload));
  set("conditions", Strings(isolate, options.conditions));
  text("inputType", options.input_type);
  text("unhandledRejections", options.unhandled_rejections);
  flag("noWarnings", options.no_warnings);
  flag("noDeprecation", options.no_deprecation);
  flag("throwDeprecation", options.throw_deprecation);
  flag("traceDeprecation", options.trace_deprecation);
  flag("traceWarnings", options.trace_warnings);
  flag("traceUncaught", options.trace_uncaught);
  flag("preserveSymlinks", options.preserve_symlinks);
  flag("preserveSymlinksMain", options.preserve_symlinks_main);
  flag("exposeInternals", options.expose_internals);
  return object;
}

int Run(const Options& options) {
  SetEngineFlags();
  for (const std::string& flag : options.v8_flags) v8::V8::SetFlagsFromString(flag.c_str());
  auto platform = std::make_unique<Platform>();
  v8::V8::InitializePlatform(platform.get());
  v8::V8::Initialize();
  v8::Isolate::CreateParams params;
  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator(v8::ArrayBuffer::Allocator::NewDefaultAllocator());
  params.array_buffer_allocator = allocator.get();
  params.snapshot_blob = const_cast<v8::StartupData*>(EmbeddedSnapshot());
  params.external_references = ExternalReferences();
  v8::Isolate* isolate = v8::Isolate::New(params);
  v8::Isolate::Scope isolate_scope(isolate);
  v8::HandleScope handles(isolate);
  ConfigureIsolate(isolate);
  Environment env(isolate, uv_default_loop());
  env.drain_platform = [p = platform.get(), isolate] { return p->DrainTasks(isolate); };
  v8::Local<v8::Context> context;
  if (!MakeMainContext(&env).ToLocal(&context)) return 70;
  env.StartLoop();
  platform->RunnerOf(isolate)->Attach(&env);
  {
    v8::Context::Scope scope(context);
    v8::HandleScope inner(isolate);
    v8::Local<v8::Value> arguments[] = {OptionsObject(isolate, options)};
    env.MakeCallback(v8::Undefined(isolate), env.GetHook(Hook::kStart), 1, arguments);
  }
  env.Exit(env.RunLoop());
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  argv = uv_setup_args(argc, argv);
  // A peer that went away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  parley::Options options;
  std::string error = parley::ParseOptions(argc, argv, std::getenv("NODE_OPTIONS"), &options);
  if (!error.empty()) {
    std::fprintf(stderr, "%s: %s\n", "parley", error.c_str());
    return 9;
  }
  if (options.version) {
    std::printf("v%s (Node.js v%s)\n", PARLEY_VERSION, PARLEY_NODE_VERSION);
    return 0;
  }
  if (options.help) {
    std::fputs(parley::kHelp, stdout);
    return 0;
  }
  if (options.print_v8_options) {
    v8::V8::SetFlagsFromString("--help");
    return 0;
  }
  return parley::Run(options);
}
