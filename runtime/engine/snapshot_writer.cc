// Making the snapshot, when the program is built.
#include <uv.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

#include "runtime/engine/bootstrap.h"
#include "runtime/engine/builtins.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/layout.h"
#include "runtime/engine/snapshot.h"

namespace parley {
namespace {

// The heap after Bootstrap(): the default context has the language's library only (vm's contexts are made
// from it), context 0 is the main one.
std::string BuildBlob(v8::StartupData* blob) {
  v8::SnapshotCreator creator(ExternalReferences());
  v8::Isolate* isolate = creator.GetIsolate();
  isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  {
    Environment env(isolate, uv_default_loop());
    v8::HandleScope handles(isolate);
    v8::Local<v8::Context> bare = v8::Context::New(isolate);
    if (!ExtendLibrary(bare)) return "the library of bare contexts failed";
    creator.SetDefaultContext(bare);
    v8::Local<v8::Context> context = v8::Context::New(isolate);
    env.SetMainContext(context);
    if (!Bootstrap(&env, context)) return "builtin JavaScript failed";
    v8::Context::Scope scope(context);
    v8::Local<v8::Array> data = v8::Array::New(isolate);
    data->Set(context, 0, env.fields_array()).Check();
    for (uint32_t i = 0; i < static_cast<uint32_t>(Hook::kCount); i++) {
      if (env.HasHook(static_cast<Hook>(i)))
        data->Set(context, i + 1, env.GetHook(static_cast<Hook>(i))).Check();
    }
    if (creator.AddContext(context) != 0) return "the main context is not number 0";
    creator.AddData(context, data);
  }  // the environment's handles must be gone before the heap is written
  *blob = creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
  if (blob->data == nullptr) return "V8 could not serialize the heap";
  if (!blob->CanBeRehashed())
    return "the snapshot cannot be rehashed: it holds a collection V8 cannot hash anew";
  return "";
}

// Code caches, made in an isolate that came from the same snapshot.
std::string BuildCodeCaches(const v8::StartupData* blob, std::vector<std::string>* caches) {
  v8::Isolate::CreateParams params;
  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator(v8::ArrayBuffer::Allocator::NewDefaultAllocator());
  params.array_buffer_allocator = allocator.get();
  params.snapshot_blob = const_cast<v8::StartupData*>(blob);
  params.external_references = ExternalReferences();
  v8::Isolate* isolate = v8::Isolate::New(params);
  std::string problem;
  {
    v8::Isolate::Scope isolate_scope(isolate);
    v8::HandleScope handles(isolate);
    v8::Local<v8::Context> context = v8::Context::New(isolate);
    v8::Context::Scope scope(context);
    if (!layout::CheckLayout(isolate)) problem = "V8's objects are not as runtime/engine/layout.h has them";
    for (const BuiltinSource& source : Builtins()) {
      v8::HandleScope inner(isolate);
      v8::TryCatch try_catch(isolate);
      v8::Local<v8::Function> function;
      if (!CompileBuiltin(context, &source).ToLocal(&function)) {
        problem = std::string(source.id) + ": " + ToUtf8(isolate, try_catch.Exception());
        break;
      }
      std::unique_ptr<v8::ScriptCompiler::CachedData> cache(
          v8::ScriptCompiler::CreateCodeCacheForFunction(function));
      caches->emplace_back();
      if (cache)
        caches->back().assign(reinterpret_cast<const char*>(cache->data), static_cast<size_t>(cache->length));
    }
  }
  isolate->Dispose();
  return problem;
}

bool WriteFile(const std::string& path, const char* data, size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(data, static_cast<std::streamsize>(size));
  return file.good();
}

}  // namespace

std::string WriteSnapshot(const std::string& assembler_path) {
  v8::StartupData blob{nullptr, 0};
  std::string problem = BuildBlob(&blob);
  std::unique_ptr<const char[]> owner(blob.data);
  if (!problem.empty()) return problem;
  std::vector<std::string> caches;
  problem = BuildCodeCaches(&blob, &caches);
  if (!problem.empty()) return problem;
  std::string bytes;
  std::string table;
  for (const std::string& cache : caches) {
    bytes.resize((bytes.size() + 15) & ~size_t{15});
    table += ".quad " + std::to_string(bytes.size()) + ", " + std::to_string(cache.size()) + "\n";
    bytes += cache;
  }
  auto object = [](const std::string& name, const std::string& content) {
    return ".balign 16\n.globl " + name + "\n.hidden " + name + "\n" + name + ":\n" + content;
  };
  std::string text = ".section .rodata\n" +
                     object("parley_snapshot_data", ".incbin \"" + assembler_path + ".blob\"\n") +
                     object("parley_snapshot_size", ".quad " + std::to_string(blob.raw_size) + "\n") +
                     object("parley_code_cache_data", ".incbin \"" + assembler_path + ".cache\"\n") +
                     object("parley_code_cache_table", table) +
                     object("parley_code_cache_count", ".quad " + std::to_string(caches.size()) + "\n") +
                     ".section .note.GNU-stack, \"\", @progbits\n";
  if (!WriteFile(assembler_path + ".blob", blob.data, static_cast<size_t>(blob.raw_size)) ||
      !WriteFile(assembler_path + ".cache", bytes.data(), bytes.size()) ||
      !WriteFile(assembler_path, text.data(), text.size())) {
    return "cannot write " + assembler_path;
  }
  std::printf("snapshot: %d bytes; code cache: %zu bytes for %zu modules\n", blob.raw_size, bytes.size(),
              caches.size());
  return "";
}

}  // namespace parley
