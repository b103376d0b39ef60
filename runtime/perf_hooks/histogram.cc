// internalBinding('histogram'): class Histogram, and LoopDelay, which samples the event loop's delay into one
// (Node doc: perf_hooks, createHistogram() and monitorEventLoopDelay()).
#include <memory>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/perf_hooks/hdr_histogram.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

int64_t ToInt64(Local<Value> value) {
  if (value->IsBigInt()) return value.As<v8::BigInt>()->Int64Value();
  return value->IsNumber() ? static_cast<int64_t>(value.As<v8::Number>()->Value()) : 0;
}

class HistogramWrap : public BaseObject {
 public:
  HistogramWrap(Environment* env, Local<v8::Object> object, std::shared_ptr<HdrHistogram> histogram)
      : BaseObject(env, object), histogram_(std::move(histogram)) {
    MakeWeak();
  }
  const std::shared_ptr<HdrHistogram>& histogram() const { return histogram_; }

  // new Histogram(lowest, highest, figures), or new Histogram(other) to see the same values
  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    Environment* env = Environment::From(args);
    auto* other = Unwrap<HistogramWrap>(args[0]);
    auto histogram = other != nullptr ? other->histogram_
                                      : std::make_shared<HdrHistogram>(ToInt64(args[0]), ToInt64(args[1]),
                                                                       static_cast<int>(ToInt64(args[2])));
    new HistogramWrap(env, args.This(), std::move(histogram));
  }

  // record(value)
  static void Record(const Args& args) {
    if (auto* self = Unwrap<HistogramWrap>(args.This())) self->histogram_->Record(ToInt64(args[0]));
  }

  // recordDelta(): the nanoseconds since the last call; the first only starts the clock
  static void RecordDelta(const Args& args) {
    auto* self = Unwrap<HistogramWrap>(args.This());
    if (self == nullptr) return;
    uint64_t now = uv_hrtime();
    if (self->last_ != 0) self->histogram_->Record(static_cast<int64_t>(now - self->last_));
    self->last_ = now;
  }

  // add(other)
  static void Add(const Args& args) {
    auto* self = Unwrap<HistogramWrap>(args.This());
    auto* other = Unwrap<HistogramWrap>(args[0]);
    if (self != nullptr && other != nullptr) self->histogram_->Add(*other->histogram_);
  }

  static void Reset(const Args& args) {
    auto* self = Unwrap<HistogramWrap>(args.This());
    if (self == nullptr) return;
    self->histogram_->Reset();
    self->last_ = 0;
  }

  // numbers(big) -> [count, min, max, exceeds, mean, stddev]: the first four as bigints on request
  static void Numbers(const Args& args) {
    auto* self = Unwrap<HistogramWrap>(args.This());
    if (self == nullptr) return;
    v8::Isolate* isolate = args.GetIsolate();
    const HdrHistogram& h = *self->histogram_;
    Local<Value> values[] = {Number(isolate, h.count(), args[0]->IsTrue()),
                             Number(isolate, h.min(), args[0]->IsTrue()),
                             Number(isolate, h.max(), args[0]->IsTrue()),
                             Number(isolate, h.exceeds(), args[0]->IsTrue()),
                             v8::Number::New(isolate, h.mean()),
                             v8::Number::New(isolate, h.stddev())};
    args.GetReturnValue().Set(v8::Array::New(isolate, values, std::size(values)));
  }

  // percentile(percent, big)
  static void Percentile(const Args& args) {
    auto* self = Unwrap<HistogramWrap>(args.This());
    if (self == nullptr || !args[0]->IsNumber()) return;
    int64_t value = self->histogram_->Percentile(args[0].As<v8::Number>()->Value());
    args.GetReturnValue().Set(Number(args.GetIsolate(), value, args[1]->IsTrue()));
  }

  // percentiles(big) -> [percent, value, …]
  static void Percentiles(const Args& args) {
    auto* self = Unwrap<HistogramWrap>(args.This());
    if (self == nullptr) return;
    v8::Isolate* isolate = args.GetIsolate();
    std::vector<Local<Value>> flat;
    for (const auto& [percent, value] : self->histogram_->Percentiles()) {
      flat.push_back(v8::Number::New(isolate, percent));
      flat.push_back(Number(isolate, value, args[0]->IsTrue()));
    }
    args.GetReturnValue().Set(v8::Array::New(isolate, flat.data(), flat.size()));
  }

 private:
  static Local<Value> Number(v8::Isolate* isolate, int64_t value, bool big) {
    if (big) return v8::BigInt::New(isolate, value);
    return v8::Number::New(isolate, static_cast<double>(value));
  }

  std::shared_ptr<HdrHistogram> histogram_;
  uint64_t last_ = 0;
};

// A timer that notes how much time passes between its turns. It does not keep the loop alive.
class LoopDelay : public HandleWrap {
 public:
  LoopDelay(Environment* env, Local<v8::Object> object, std::shared_ptr<HdrHistogram> histogram)
      : HandleWrap(env, object, reinterpret_cast<uv_handle_t*>(&timer_), "ELDHISTOGRAM"),
        histogram_(std::move(histogram)) {
    uv_timer_init(env->loop(), &timer_);
    uv_unref(reinterpret_cast<uv_handle_t*>(&timer_));
  }

  // new LoopDelay(histogram)
  static void New(const Args& args) {
    auto* wrap = Unwrap<HistogramWrap>(args[0]);
    if (args.IsConstructCall() && wrap != nullptr)
      new LoopDelay(Environment::From(args), args.This(), wrap->histogram());
  }

  // start(milliseconds between turns)
  static void Start(const Args& args) {
    auto* self = Unwrap<LoopDelay>(args.This());
    if (self == nullptr || !self->is_alive()) return;
    self->last_ = 0;
    auto every = static_cast<uint64_t>(ToInt64(args[0]));
    uv_timer_start(&self->timer_, OnTimer, every, every);
  }

  static void Stop(const Args& args) {
    auto* self = Unwrap<LoopDelay>(args.This());
    if (self != nullptr && self->is_alive()) uv_timer_stop(&self->timer_);
  }

 private:
  static void OnTimer(uv_timer_t* timer) {
    auto* self = static_cast<LoopDelay*>(static_cast<HandleWrap*>(timer->data));
    uint64_t now = uv_hrtime();
    if (self->last_ != 0) self->histogram_->Record(static_cast<int64_t>(now - self->last_));
    self->last_ = now;
  }

  std::shared_ptr<HdrHistogram> histogram_;
  uint64_t last_ = 0;
  uv_timer_t timer_;
};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> histogram = BaseObject::MakeTemplate(env, "Histogram", HistogramWrap::New);
  constexpr BindingFunction kMethods[] = {{"record", HistogramWrap::Record},
                                          {"recordDelta", HistogramWrap::RecordDelta},
                                          {"add", HistogramWrap::Add},
                                          {"reset", HistogramWrap::Reset},
                                          {"numbers", HistogramWrap::Numbers},
                                          {"percentile", HistogramWrap::Percentile},
                                          {"percentiles", HistogramWrap::Percentiles}};
  for (const BindingFunction& m : kMethods) BaseObject::SetMethod(isolate, histogram, m.name, m.callback);
  BaseObject::Export(isolate, target, "Histogram", histogram);
  Local<v8::FunctionTemplate> delay = BaseObject::MakeTemplate(env, "LoopDelay", LoopDelay::New);
  HandleWrap::AddMethods(isolate, delay);
  BaseObject::SetMethod(isolate, delay, "start", LoopDelay::Start);
  BaseObject::SetMethod(isolate, delay, "stop", LoopDelay::Stop);
  BaseObject::Export(isolate, target, "LoopDelay", delay);
}

PARLEY_BINDING(histogram, BindingKind::kInternal, {}, Initialize, {});

}  // namespace
}  // namespace parley
