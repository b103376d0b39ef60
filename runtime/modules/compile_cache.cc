#include "runtime/modules/compile_cache.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "runtime/engine/environment.h"
#include "runtime/main/options.h"

namespace parley {
namespace {

// Smaller texts compile about as fast as their code is read back.
constexpr int kMinSource = 512;
// Sources (in all) below which a file is not worth making.
constexpr size_t kMinTotal = 256 * 1024;
// The part of its time that a program gives to the next run's start.
constexpr uint64_t kBudgetDivisor = 12;
constexpr uint64_t kWriteAfterMs = 3000;
constexpr uint64_t kIdleBudgetNs = 40'000'000;

std::string Environ(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::string Hex(const CacheKey& key) {
  char text[33];
  std::snprintf(text, sizeof(text), "%016llx%016llx", static_cast<unsigned long long>(key.high),
                static_cast<unsigned long long>(key.low));
  return text;
}

std::string_view View(const v8::String::Utf8Value& text) {
  return {*text == nullptr ? "" : *text, static_cast<size_t>(text.length())};
}

// A text's characters as they are in V8's memory, one or two bytes each.
CacheKey HashSource(v8::Isolate* isolate, v8::Local<v8::String> source, CacheKey seed) {
  int length = source->Length();
  std::string bytes;
  if (source->ContainsOnlyOneByte()) {
    bytes.resize(static_cast<size_t>(length));
    source->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(bytes.data()), 0, length,
                         v8::String::NO_NULL_TERMINATION);
  } else {
    bytes.resize(static_cast<size_t>(length) * 2);
    source->Write(isolate, reinterpret_cast<uint16_t*>(bytes.data()), 0, length,
                  v8::String::NO_NULL_TERMINATION);
  }
  return HashBytes(bytes, seed);
}

}  // namespace

// Empty when there is no program or no folder to keep it in.
std::string CompileCache::Path() {
  const std::string& script = ProcessOptions().script;
  std::string folder = Environ("PARLEY_COMPILE_CACHE");
  if (script.empty() || script == "-" || folder == "0") return "";
  if (folder.empty()) {
    folder = Environ("XDG_CACHE_HOME");
    if (folder.empty() && !Environ("HOME").empty()) folder = Environ("HOME") + "/.cache";
    if (!folder.empty()) folder += "/parley";
  }
  if (folder.empty() || folder[0] != '/') return "";
  std::string program = script;
  char here[4096];
  if (program[0] != '/' && ::getcwd(here, sizeof(here)) != nullptr)
    program = std::string(here) + "/" + program;
  char version[16];
  std::snprintf(version, sizeof(version), "v%08x", v8::ScriptCompiler::CachedDataVersionTag());
  return folder + "/" + version + "/" + Hex(HashBytes(program));
}

CompileCache::CompileCache(Environment* env) : env_(env), started_(uv_hrtime()) {
  std::string path = Path();
  if (path.empty()) return;
  enabled_ = true;
  file_.Open(path);
  env->AddCleanupHook(OnExit, this);
}

CompileCache::~CompileCache() = default;

CompileCache* CompileCache::Of(Environment* env) { return env->Slot<CompileCache>(); }

v8::ScriptCompiler::CachedData* CompileCache::Find(v8::Local<v8::String> source, v8::Local<v8::Value> name,
                                                   char kind, Request* request) {
  if (!enabled_ || source->Length() < kMinSource) return nullptr;
  v8::Isolate* isolate = env_->isolate();
  // V8 keeps the name with the code, so the same text under two names is two texts.
  CacheKey seed = HashBytes(View(v8::String::Utf8Value(isolate, name)), {static_cast<uint64_t>(kind), 0});
  request->key = HashSource(isolate, source, seed);
  request->size = static_cast<size_t>(source->Length());
  std::span<const uint8_t> bytes = file_.Find(request->key);
  if (bytes.empty()) return nullptr;
  return new v8::ScriptCompiler::CachedData(bytes.data(), static_cast<int>(bytes.size()));
}

void CompileCache::Keep(const Request& request, v8::Local<v8::Function> function) {
  if (request.size > 0) Add({request, v8::Global<v8::Function>(env_->isolate(), function), {}});
}

void CompileCache::Keep(const Request& request, v8::Local<v8::UnboundModuleScript> script) {
  if (request.size > 0) Add({request, {}, v8::Global<v8::UnboundModuleScript>(env_->isolate(), script)});
}

void CompileCache::Add(Pending pending) {
  // Held until Save(): programs let go of a module's outer function as soon as it has run.
  pending_size_ += pending.request.size;
  pending_.push_back(std::move(pending));
  if (timer_ != nullptr || pending_size_ < kMinTotal) return;
  timer_ = new uv_timer_t;
  uv_timer_init(env_->loop(), timer_);
  timer_->data = this;
  uv_timer_start(timer_, OnTimer, kWriteAfterMs, 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(timer_));
}

// Makes the code of the largest texts first, as long as the time lasts.
void CompileCache::Save(uint64_t budget_ns) {
  if (pending_size_ < kMinTotal) return;
  uint64_t end = uv_hrtime() + budget_ns;
  v8::HandleScope handles(env_->isolate());
  std::map<CacheKey, std::string> made;
  std::stable_sort(pending_.begin(), pending_.end(),
                   [](const Pending& a, const Pending& b) { return a.request.size > b.request.size; });
  for (const Pending& pending : pending_) {
    if (uv_hrtime() >= end) break;
    std::unique_ptr<v8::ScriptCompiler::CachedData> data;
    if (!pending.function.IsEmpty()) {
      data.reset(v8::ScriptCompiler::CreateCodeCacheForFunction(pending.function.Get(env_->isolate())));
    } else if (!pending.module.IsEmpty()) {
      data.reset(v8::ScriptCompiler::CreateCodeCache(pending.module.Get(env_->isolate())));
    }
    if (data)
      made[pending.request.key].assign(reinterpret_cast<const char*>(data->data),
                                       static_cast<size_t>(data->length));
  }
  pending_.clear();
  pending_size_ = 0;
  if (!made.empty() && file_.Save(made)) file_.Reopen();
}

void CompileCache::OnExit(void* data) {
  auto* self = static_cast<CompileCache*>(data);
  self->Save((uv_hrtime() - self->started_) / kBudgetDivisor);
}

void CompileCache::OnTimer(uv_timer_t* timer) {
  auto* self = static_cast<CompileCache*>(timer->data);
  self->Save(kIdleBudgetNs);
  self->timer_ = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(timer),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
}

}  // namespace parley
