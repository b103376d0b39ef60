// Using the snapshot: external references, the main context, code caches.
#include "runtime/engine/snapshot.h"

#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/bootstrap.h"
#include "runtime/engine/builtins.h"
#include "runtime/engine/environment.h"

// Defined by snapshot_none.S (all zero) or by the file mksnapshot writes.
extern "C" {
extern const char parley_snapshot_data[];
extern const uint64_t parley_snapshot_size;
extern const uint8_t parley_code_cache_data[];
struct ParleyCodeCacheEntry {
  uint64_t offset;
  uint64_t size;
};
extern const ParleyCodeCacheEntry parley_code_cache_table[];
extern const uint64_t parley_code_cache_count;
}

namespace parley {

const intptr_t* ExternalReferences() {
  static const std::vector<intptr_t> references = [] {
    std::vector<intptr_t> all;
    for (const BindingDescriptor* binding : AllBindings()) {
      for (const BindingFunction& f : binding->functions)
        all.push_back(reinterpret_cast<intptr_t>(f.callback));
      all.insert(all.end(), binding->references.begin(), binding->references.end());
    }
    AddBuiltinReferences(&all);
    all.push_back(0);
    return all;
  }();
  return references.data();
}

const v8::StartupData* EmbeddedSnapshot() {
  static const v8::StartupData snapshot{parley_snapshot_data, static_cast<int>(parley_snapshot_size)};
  return snapshot.raw_size == 0 ? nullptr : &snapshot;
}

CodeCache EmbeddedCodeCache(size_t index) {
  if (index >= parley_code_cache_count) return {nullptr, 0};
  const ParleyCodeCacheEntry& entry = parley_code_cache_table[index];
  return {parley_code_cache_data + entry.offset, entry.size};
}

void SetEngineFlags() {
  // The snapshot is part of the program file; who can change it can change everything else, too.
  v8::V8::SetFlagsFromString("--no-verify-snapshot-checksum");
  // import … with { type: 'json' }, and its older spelling "assert": on by default only in newer versions of
  // V8.
  v8::V8::SetFlagsFromString("--harmony-import-attributes");
  v8::V8::SetFlagsFromString("--harmony-import-assertions");
}

v8::MaybeLocal<v8::Context> MakeMainContext(Environment* env) {
  v8::Isolate* isolate = env->isolate();
  v8::EscapableHandleScope handles(isolate);
  if (EmbeddedSnapshot() == nullptr) {
    v8::Local<v8::Context> context = v8::Context::New(isolate);
    env->SetMainContext(context);
    if (!Bootstrap(env, context)) return {};
    return handles.Escape(context);
  }
  v8::Local<v8::Context> context;
  if (!v8::Context::FromSnapshot(isolate, 0).ToLocal(&context)) return {};
  env->SetMainContext(context);
  v8::Context::Scope scope(context);
  // What WriteSnapshot put beside the context: the shared fields, then the hooks in the order of enum Hook.
  v8::Local<v8::Array> data;
  if (!context->GetDataFromSnapshotOnce<v8::Array>(0).ToLocal(&data)) return {};
  for (uint32_t i = 0; i < data->Length(); i++) {
    v8::Local<v8::Value> value;
    if (!data->Get(context, i).ToLocal(&value)) return {};
    if (i == 0) {
      env->SetFields(value.As<v8::Int32Array>());
    } else if (value->IsFunction()) {
      env->SetHook(static_cast<Hook>(i - 1), value.As<v8::Function>());
    }
  }
  return handles.Escape(context);
}

}  // namespace parley
