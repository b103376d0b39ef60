// The program `parley`.
#include <malloc.h>
#include <v8.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/child_process/children.h"
#include "runtime/engine/bootstrap.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/memory_limit.h"
#include "runtime/engine/platform.h"
#include "runtime/engine/snapshot.h"
#include "runtime/engine/version.h"
#include "runtime/inspector/signal.h"
#include "runtime/main/env_file.h"
#include "runtime/main/options.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

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
  std::string exec_path = ExecutablePath(options.argv0);
  std::vector<std::string> argv = {exec_path};
  if (!options.script.empty()) argv.push_back(options.script);
  argv.insert(argv.end(), options.arguments.begin(), options.arguments.end());
  set("argv", Strings(isolate, argv));
  set("argv0", ToV8(isolate, options.argv0));
  set("execArgv", Strings(isolate, options.exec_argv));
  set("execPath", ToV8(isolate, exec_path));
  if (!options.script.empty()) set("script", ToV8(isolate, options.script));
  return object;
}

int Run(const Options& options, uint64_t node_start) {
  const uint64_t v8_start = uv_hrtime();
  int threads = std::atoi(options.Text("--v8-pool-size").c_str());
  auto platform = std::make_unique<Platform>(threads);
  v8::V8::InitializePlatform(platform.get());
  v8::V8::Initialize();
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = SharedAllocator();
  params.snapshot_blob = const_cast<v8::StartupData*>(EmbeddedSnapshot());
  params.external_references = ExternalReferences();
  ConfigureHeap(&params.constraints);
  v8::Isolate* isolate = v8::Isolate::New(params);
  v8::Isolate::Scope isolate_scope(isolate);
  v8::HandleScope handles(isolate);
  ConfigureIsolate(isolate);
  Environment env(isolate, uv_default_loop());
  env.Reach(Environment::Milestone::kNodeStart, node_start);
  env.Reach(Environment::Milestone::kV8Start, v8_start);
  env.Reach(Environment::Milestone::kEnvironment);
  env.platform = platform.get();
  env.drain_platform = [p = platform.get(), isolate] { return p->DrainTasks(isolate); };
  v8::Local<v8::Context> context;
  if (!MakeMainContext(&env).ToLocal(&context)) return 70;
  env.StartLoop();
  platform->RunnerOf(isolate)->Attach(&env);
  OpenInspectorOnSignal(&env);
  ReapAdoptedChildren(env.loop());
  env.Reach(Environment::Milestone::kBootstrapComplete);
  {
    v8::Context::Scope scope(context);
    v8::HandleScope inner(isolate);
    v8::Local<v8::Value> arguments[] = {OptionsObject(isolate, options)};
    env.MakeCallback(v8::Undefined(isolate), env.GetHook(Hook::kStart), 1, arguments, {kMainScriptId, 0});
  }
  env.Exit(env.RunLoop());
  return 0;
}

}  // namespace
}  // namespace parley

// --env-file: before NODE_OPTIONS is read, which may be in such a file.
std::vector<std::string> LoadEnvFiles(int argc, char** argv) {
  bool wanted = false;
  for (int i = 1; i < argc; i++) wanted = wanted || std::string_view(argv[i]).starts_with("--env");
  if (!wanted) return {};
  parley::Options options;
  parley::ParseCommandLine(argc, argv, &options);
  parley::Variables variables;
  for (const char* name : {"--env-file-if-exists", "--env-file"}) {
    for (const std::string& path : options.At(static_cast<size_t>(parley::FindOption(name))).values) {
      bool read = parley::ReadEnvFile(path, &variables);
      if (!read && std::string_view(name) == "--env-file") return {path + ": not found"};
    }
  }
  parley::AddToEnvironment(variables);
  return {};
}

// --inspect-brk and its kin are --inspect and something more.
void JoinInspectOptions(parley::Options* options) {
  bool any = options->Flag("--inspect-brk") || options->Flag("--inspect-brk-node") ||
             options->Flag("--inspect-wait");
  if (any) options->At(static_cast<size_t>(parley::FindOption("--inspect"))).on = true;
}

// Environment variables that stand for options.
void ApplyVariables(parley::Options* options) {
  constexpr const char* kFlags[][2] = {{"NODE_PENDING_DEPRECATION", "--pending-deprecation"},
                                       {"NODE_PRESERVE_SYMLINKS", "--preserve-symlinks"},
                                       {"NODE_PRESERVE_SYMLINKS_MAIN", "--preserve-symlinks-main"}};
  for (const auto& [variable, option] : kFlags) {
    const char* value = std::getenv(variable);
    if (value == nullptr || std::string_view(value) != "1") continue;
    options->At(static_cast<size_t>(parley::FindOption(option))).on = true;
  }
  const char* file = std::getenv("NODE_REDIRECT_WARNINGS");
  if (file != nullptr && *file != '\0' && !options->Given("--redirect-warnings")) {
    parley::OptionValue& value = options->At(static_cast<size_t>(parley::FindOption("--redirect-warnings")));
    value.given = true;
    value.values.emplace_back(file);
  }
}

// Gives V8 the options that are its own. What it does not know is returned.
std::vector<std::string> SetV8Flags(const parley::Options& options) {
  std::vector<char*> words = {const_cast<char*>(options.argv0.c_str())};
  for (const std::string& flag : options.v8_flags) words.push_back(const_cast<char*>(flag.c_str()));
  int count = static_cast<int>(words.size());
  if (count > 1) v8::V8::SetFlagsFromCommandLine(&count, words.data(), true);
  if (options.Flag("--experimental-shadow-realm")) v8::V8::SetFlagsFromString("--harmony-shadow-realm");
  std::vector<std::string> unknown;
  for (int i = 1; i < count; i++)
    unknown.push_back("bad option: " + std::string(words[static_cast<size_t>(i)]));
  return unknown;
}

// Prints what is wrong, if anything, and ends the process.
void EndOnErrors(const parley::Options& options, const std::vector<std::string>& errors) {
  if (errors.empty()) return;
  for (const std::string& error : errors)
    std::fprintf(stderr, "%s: %s\n", options.argv0.c_str(), error.c_str());
  std::exit(9);  // "Invalid Argument"
}

int PrintAndEnd(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

// Buffers of some megabytes come and go with the garbage collector: malloc() keeps their memory for the next
// ones, where the kernel would have to clear every page of it again.
void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

int main(int argc, char** argv) {
  const uint64_t start = uv_hrtime();
  KeepFreedMemory();
  argv = uv_setup_args(argc, argv);
  // A peer that went away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  parley::Options& options = parley::ProcessOptions();
  options.argv0 = argc > 0 ? argv[0] : "parley";
  EndOnErrors(options, LoadEnvFiles(argc, argv));
  const char* node_options = secure_getenv("NODE_OPTIONS");
  if (node_options != nullptr) EndOnErrors(options, parley::ParseEnvironmentOptions(node_options, &options));
  EndOnErrors(options, parley::ParseCommandLine(argc, argv, &options));
  ApplyVariables(&options);
  JoinInspectOptions(&options);
  parley::SetEngineFlags();
  EndOnErrors(options, SetV8Flags(options));
  EndOnErrors(options, parley::CheckOptions(options));
  parley::RestrictProcess(options);
  if (options.Flag("--version"))
    return PrintAndEnd("v" PARLEY_VERSION " (Node.js v" PARLEY_NODE_VERSION ")\n");
  if (options.Flag("--help")) return PrintAndEnd(parley::HelpText());
  if (options.Flag("--completion-bash")) return PrintAndEnd(parley::BashCompletion());
  if (options.Flag("--v8-options")) {
    v8::V8::SetFlagsFromString("--help");  // ends the process
    return 0;
  }
  return parley::Run(options, start);
}
