// internalBinding('gc_profiler'): class GCProfiler, which notes the heap's numbers before and after each
// garbage collection (Node doc: v8, "Class: v8.GCProfiler").
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// A profile that nobody stops must not fill the memory.
constexpr size_t kMostCollections = 100000;

struct HeapState {
  v8::HeapStatistics heap;
  std::vector<v8::HeapSpaceStatistics> spaces;

  void Read(v8::Isolate* isolate) {
    isolate->GetHeapStatistics(&heap);
    spaces.resize(isolate->NumberOfHeapSpaces());
    for (size_t i = 0; i < spaces.size(); i++) isolate->GetHeapSpaceStatistics(&spaces[i], i);
  }
};

struct Collection {
  v8::GCType type;
  double microseconds;
  HeapState before;
  HeapState after;
};

const char* NameOf(v8::GCType type) {
  switch (type) {
    case v8::kGCTypeScavenge:
      return "Scavenge";
    case v8::kGCTypeMarkSweepCompact:
      return "MarkSweepCompact";
    case v8::kGCTypeIncrementalMarking:
      return "IncrementalMarking";
    case v8::kGCTypeProcessWeakCallbacks:
      return "ProcessWeakCallbacks";
    default:
      return "MinorMarkCompact";
  }
}

void SetNumber(Local<v8::Context> context, Local<v8::Object> target, const char* name, double value) {
  v8::Isolate* isolate = context->GetIsolate();
  target->Set(context, OneByte(isolate, name), v8::Number::New(isolate, value)).Check();
}

Local<v8::Object> ToObject(Local<v8::Context> context, HeapState& state) {
  v8::Isolate* isolate = context->GetIsolate();
  Local<v8::Object> heap = v8::Object::New(isolate);
  const std::pair<const char*, size_t> numbers[] = {
      {"totalHeapSize", state.heap.total_heap_size()},
      {"totalHeapSizeExecutable", state.heap.total_heap_size_executable()},
      {"totalPhysicalSize", state.heap.total_physical_size()},
      {"totalAvailableSize", state.heap.total_available_size()},
      {"totalGlobalHandlesSize", state.heap.total_global_handles_size()},
      {"usedGlobalHandlesSize", state.heap.used_global_handles_size()},
      {"usedHeapSize", state.heap.used_heap_size()},
      {"heapSizeLimit", state.heap.heap_size_limit()},
      {"mallocedMemory", state.heap.malloced_memory()},
      {"externalMemory", state.heap.external_memory()},
      {"peakMallocedMemory", state.heap.peak_malloced_memory()}};
  for (const auto& [name, value] : numbers) SetNumber(context, heap, name, static_cast<double>(value));
  Local<v8::Array> spaces = v8::Array::New(isolate, static_cast<int>(state.spaces.size()));
  for (size_t i = 0; i < state.spaces.size(); i++) {
    v8::HeapSpaceStatistics& s = state.spaces[i];
    Local<v8::Object> space = v8::Object::New(isolate);
    space->Set(context, OneByte(isolate, "spaceName"), ToV8(isolate, s.space_name())).Check();
    SetNumber(context, space, "spaceSize", static_cast<double>(s.space_size()));
    SetNumber(context, space, "spaceUsedSize", static_cast<double>(s.space_used_size()));
    SetNumber(context, space, "spaceAvailableSize", static_cast<double>(s.space_available_size()));
    SetNumber(context, space, "physicalSpaceSize", static_cast<double>(s.physical_space_size()));
    spaces->Set(context, static_cast<uint32_t>(i), space).Check();
  }
  Local<v8::Object> result = v8::Object::New(isolate);
  result->Set(context, OneByte(isolate, "heapStatistics"), heap).Check();
  result->Set(context, OneByte(isolate, "heapSpaceStatistics"), spaces).Check();
  return result;
}

class GcProfiler : public BaseObject {
 public:
  GcProfiler(Environment* env, Local<v8::Object> object) : BaseObject(env, object) { MakeWeak(); }
  ~GcProfiler() override { Stop(); }

  static void New(const Args& args) {
    if (args.IsConstructCall()) new GcProfiler(Environment::From(args), args.This());
  }

  static void StartJs(const Args& args) {
    auto* self = Unwrap<GcProfiler>(args.This());
    if (self == nullptr || self->running_) return;
    self->running_ = true;
    args.GetIsolate()->AddGCPrologueCallback(Before, self);
    args.GetIsolate()->AddGCEpilogueCallback(After, self);
  }

  // stop() -> [{gcType, cost, beforeGC, afterGC}, …]; undefined when it does not run
  static void StopJs(const Args& args) {
    auto* self = Unwrap<GcProfiler>(args.This());
    if (self == nullptr || !self->running_) return;
    self->Stop();
    v8::Isolate* isolate = args.GetIsolate();
    Local<v8::Context> context = isolate->GetCurrentContext();
    std::vector<Local<Value>> list;
    for (Collection& c : self->collections_) {
      Local<v8::Object> one = v8::Object::New(isolate);
      one->Set(context, OneByte(isolate, "gcType"), OneByte(isolate, NameOf(c.type))).Check();
      one->Set(context, OneByte(isolate, "beforeGC"), ToObject(context, c.before)).Check();
      SetNumber(context, one, "cost", c.microseconds);
      one->Set(context, OneByte(isolate, "afterGC"), ToObject(context, c.after)).Check();
      list.push_back(one);
    }
    self->collections_.clear();
    args.GetReturnValue().Set(v8::Array::New(isolate, list.data(), list.size()));
  }

 private:
  void Stop() {
    if (!running_) return;
    running_ = false;
    env()->isolate()->RemoveGCPrologueCallback(Before, this);
    env()->isolate()->RemoveGCEpilogueCallback(After, this);
  }

  static void Before(v8::Isolate* isolate, v8::GCType, v8::GCCallbackFlags, void* data) {
    auto* self = static_cast<GcProfiler*>(data);
    self->before_.Read(isolate);
    self->started_ = uv_hrtime();
  }

  static void After(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags, void* data) {
    auto* self = static_cast<GcProfiler*>(data);
    if (self->started_ == 0 || self->collections_.size() >= kMostCollections) return;
    double microseconds = static_cast<double>(uv_hrtime() - self->started_) / 1e3;
    self->collections_.push_back({type, microseconds, self->before_, {}});
    self->collections_.back().after.Read(isolate);
    self->started_ = 0;
  }

  bool running_ = false;
  uint64_t started_ = 0;
  HeapState before_;
  std::vector<Collection> collections_;
};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "GCProfiler", GcProfiler::New);
  BaseObject::SetMethod(isolate, t, "start", GcProfiler::StartJs);
  BaseObject::SetMethod(isolate, t, "stop", GcProfiler::StopJs);
  BaseObject::Export(isolate, target, "GCProfiler", t);
}

PARLEY_BINDING(gc_profiler, BindingKind::kInternal, {}, Initialize, {});

}  // namespace
}  // namespace parley
