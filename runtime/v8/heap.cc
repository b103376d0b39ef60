// internalBinding('v8'): numbers of the heap and V8's flags (Node doc: v8).
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

void SetNumber(v8::Isolate* isolate, v8::Local<v8::Object> target, const char* name, size_t value) {
  target
      ->Set(isolate->GetCurrentContext(), OneByte(isolate, name),
            v8::Number::New(isolate, static_cast<double>(value)))
      .Check();
}

void GetHeapStatistics(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::HeapStatistics h;
  isolate->GetHeapStatistics(&h);
  v8::Local<v8::Object> result = v8::Object::New(isolate);
  SetNumber(isolate, result, "total_heap_size", h.total_heap_size());
  SetNumber(isolate, result, "total_heap_size_executable", h.total_heap_size_executable());
  SetNumber(isolate, result, "total_physical_size", h.total_physical_size());
  SetNumber(isolate, result, "total_available_size", h.total_available_size());
  SetNumber(isolate, result, "used_heap_size", h.used_heap_size());
  SetNumber(isolate, result, "heap_size_limit", h.heap_size_limit());
  SetNumber(isolate, result, "malloced_memory", h.malloced_memory());
  SetNumber(isolate, result, "peak_malloced_memory", h.peak_malloced_memory());
  SetNumber(isolate, result, "does_zap_garbage", h.does_zap_garbage());
  SetNumber(isolate, result, "number_of_native_contexts", h.number_of_native_contexts());
  SetNumber(isolate, result, "number_of_detached_contexts", h.number_of_detached_contexts());
  SetNumber(isolate, result, "total_global_handles_size", h.total_global_handles_size());
  SetNumber(isolate, result, "used_global_handles_size", h.used_global_handles_size());
  SetNumber(isolate, result, "external_memory", h.external_memory());
  args.GetReturnValue().Set(result);
}

void GetHeapSpaceStatistics(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  size_t count = isolate->NumberOfHeapSpaces();
  v8::Local<v8::Array> result = v8::Array::New(isolate, static_cast<int>(count));
  for (size_t i = 0; i < count; i++) {
    v8::HeapSpaceStatistics s;
    isolate->GetHeapSpaceStatistics(&s, i);
    v8::Local<v8::Object> space = v8::Object::New(isolate);
    space->Set(context, OneByte(isolate, "space_name"), ToV8(isolate, s.space_name())).Check();
    SetNumber(isolate, space, "space_size", s.space_size());
    SetNumber(isolate, space, "space_used_size", s.space_used_size());
    SetNumber(isolate, space, "space_available_size", s.space_available_size());
    SetNumber(isolate, space, "physical_space_size", s.physical_space_size());
    result->Set(context, static_cast<uint32_t>(i), space).Check();
  }
  args.GetReturnValue().Set(result);
}

void GetHeapCodeStatistics(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::HeapCodeStatistics s;
  isolate->GetHeapCodeAndMetadataStatistics(&s);
  v8::Local<v8::Object> result = v8::Object::New(isolate);
  SetNumber(isolate, result, "code_and_metadata_size", s.code_and_metadata_size());
  SetNumber(isolate, result, "bytecode_and_metadata_size", s.bytecode_and_metadata_size());
  SetNumber(isolate, result, "external_script_source_size", s.external_script_source_size());
  SetNumber(isolate, result, "cpu_profiler_metadata_size", 0);
  args.GetReturnValue().Set(result);
}

void SetFlagsFromString(const Args& args) {
  v8::V8::SetFlagsFromString(ToUtf8(args.GetIsolate(), args[0]).c_str());
}

void CachedDataVersionTag(const Args& args) {
  args.GetReturnValue().Set(v8::ScriptCompiler::CachedDataVersionTag());
}

constexpr BindingFunction kFunctions[] = {{"getHeapStatistics", GetHeapStatistics},
                                          {"getHeapSpaceStatistics", GetHeapSpaceStatistics},
                                          {"getHeapCodeStatistics", GetHeapCodeStatistics},
                                          {"setFlagsFromString", SetFlagsFromString},
                                          {"cachedDataVersionTag", CachedDataVersionTag}};
PARLEY_BINDING(v8, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
