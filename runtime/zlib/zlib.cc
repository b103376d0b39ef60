// The `zlib` binding: Zlib, one compressor or decompressor that JavaScript drives chunk by chunk (Node doc:
// zlib).
//
//   new Zlib(mode); init(windowBits, level, memLevel, strategy, dictionary) or initBrotli(parameters): throws
//   write(flush, in, inOffset, inLength, out, outOffset, outLength): on the thread pool, then calls onwrite()
//   writeSync(...same): at once
//   result: Uint32Array [bytes of `out` left, bytes of `in` left], filled by both
//   onerror(message, number, code) is called instead of onwrite(), and by writeSync()
#include <zlib.h>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/zlib/compressor.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

class Zlib : public BaseObject {
 public:
  Zlib(Environment* env, Local<v8::Object> object, ZlibMode mode) : BaseObject(env, object), mode_(mode) {
    v8::Isolate* isolate = env->isolate();
    Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, 2 * sizeof(uint32_t));
    result_memory_ = memory->GetBackingStore();
    object->Set(env->context(), OneByte(isolate, "result"), v8::Uint32Array::New(memory, 0, 2)).Check();
    request_.data = this;
    StartAsync("ZLIB");
    MakeWeak();
  }

  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    new Zlib(Environment::From(args), args.This(), static_cast<ZlibMode>(args[0].As<v8::Int32>()->Value()));
  }

  static void Init(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr) return;
    const auto number = [&](int i) { return args[i].As<v8::Int32>()->Value(); };
    ZlibSettings settings{number(0), number(1), number(2), number(3), BytesOf(args[4])};
    CompressorError error;
    self->compressor_ = MakeZlib(self->mode_, settings, &error);
    self->ThrowIf(error);
  }

  static void InitBrotli(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr) return;
    std::span<uint8_t> bytes = BytesOf(args[0]);
    std::span<const uint32_t> parameters(reinterpret_cast<const uint32_t*>(bytes.data()), bytes.size() / 4);
    CompressorError error;
    self->compressor_ = MakeBrotli(self->mode_, parameters, &error);
    self->ThrowIf(error);
  }

  static void Write(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr || !self->Prepare(args)) return;
    self->busy_ = true;
    self->ClearWeak();  // the thread pool works on it
    Environment* env = self->env();
    int error = uv_queue_work(
        env->loop(), &self->request_, [](uv_work_t* request) { static_cast<Zlib*>(request->data)->Work(); },
        [](uv_work_t* request, int) { static_cast<Zlib*>(request->data)->Done(); });
    if (error != 0) {
      self->busy_ = false;
      self->MakeWeak();
      env->ThrowUvException(error, "queue_work");
    }
  }

  static void WriteSync(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr || !self->Prepare(args)) return;
    self->Work();
    self->Report();
  }

  static void Reset(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr || !self->compressor_ || self->busy_) return;
    self->error_ = self->compressor_->Reset();
    if (self->error_) self->TellError();
  }

  static void Params(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr || !self->compressor_ || self->busy_) return;
    self->error_ =
        self->compressor_->SetParams(args[0].As<v8::Int32>()->Value(), args[1].As<v8::Int32>()->Value());
    if (self->error_) self->TellError();
  }

  static void Close(const Args& args) {
    auto* self = Unwrap<Zlib>(args.This());
    if (self == nullptr) return;
    if (self->busy_)
      self->close_when_done_ = true;
    else
      self->compressor_.reset();
  }

 private:
  void ThrowIf(const CompressorError& error) {
    if (error) env()->ThrowError(error.code.c_str(), error.message);
  }

  // The ranges of both buffers, checked; their memory is kept until the work is done.
  bool Prepare(const Args& args) {
    if (!compressor_ || busy_) return false;
    const auto number = [&](int i) { return static_cast<size_t>(args[i].As<v8::Uint32>()->Value()); };
    std::span<uint8_t> in = BytesOf(args[1]);
    std::span<uint8_t> out = BytesOf(args[4]);
    if (!Fits(in, number(2), number(3)) || !Fits(out, number(5), number(6))) {
      env()->ThrowError("ERR_OUT_OF_RANGE", "The range is outside of the buffer",
                        Environment::ErrorType::kRangeError);
      return false;
    }
    flush_ = args[0].As<v8::Int32>()->Value();
    in_ = in.subspan(number(2), number(3));
    out_ = out.subspan(number(5), number(6));
    in_memory_ = args[1]->IsArrayBufferView() ? args[1].As<v8::ArrayBufferView>()->Buffer()->GetBackingStore()
                                              : nullptr;
    out_memory_ = args[4].As<v8::ArrayBufferView>()->Buffer()->GetBackingStore();
    return true;
  }

  static bool Fits(std::span<uint8_t> bytes, size_t offset, size_t length) {
    return offset <= bytes.size() && length <= bytes.size() - offset;
  }

  void Work() { error_ = compressor_->Run(flush_, in_, out_); }

  // True when there is no error to tell.
  bool Report() {
    auto* result = static_cast<uint32_t*>(result_memory_->Data());
    result[0] = static_cast<uint32_t>(out_.size());
    result[1] = static_cast<uint32_t>(in_.size());
    in_memory_.reset();
    out_memory_.reset();
    if (!error_) return true;
    TellError();
    return false;
  }

  void TellError() {
    v8::Isolate* isolate = env()->isolate();
    Local<v8::Context> context = env()->context();
    Local<Value> argv[] = {ToV8(isolate, error_.message), v8::Integer::New(isolate, error_.number),
                           ToV8(isolate, error_.code)};
    Local<Value> function;
    if (object()->Get(context, OneByte(isolate, "onerror")).ToLocal(&function) && function->IsFunction()) {
      (void)MakeCallback(function.As<v8::Function>(), 3, argv);
    }
  }

  void Done() {
    busy_ = false;
    if (close_when_done_) compressor_.reset();
    Environment* environment = env();
    if (environment->is_stopping()) return;
    v8::Isolate* isolate = environment->isolate();
    v8::HandleScope handles(isolate);
    Local<v8::Context> context = environment->context();
    v8::Context::Scope context_scope(context);
    Local<v8::Object> self = object();  // lives at least until the end of this call
    MakeWeak();
    Local<Value> function;
    if (Report() && self->Get(context, OneByte(isolate, "onwrite")).ToLocal(&function) &&
        function->IsFunction()) {
      (void)MakeCallback(function.As<v8::Function>(), 0, nullptr);
    }
  }

  const ZlibMode mode_;
  std::unique_ptr<Compressor> compressor_;
  std::shared_ptr<v8::BackingStore> result_memory_;
  std::shared_ptr<v8::BackingStore> in_memory_;
  std::shared_ptr<v8::BackingStore> out_memory_;
  std::span<const uint8_t> in_;
  std::span<uint8_t> out_;
  int flush_ = 0;
  CompressorError error_;
  uv_work_t request_;
  bool busy_ = false;
  bool close_when_done_ = false;
};

// crc32(bytes, start)
void Crc32(const Args& args) {
  std::span<uint8_t> bytes = BytesOf(args[0]);
  args.GetReturnValue().Set(
      static_cast<uint32_t>(crc32_z(args[1].As<v8::Uint32>()->Value(), bytes.data(), bytes.size())));
}

constexpr BindingFunction kFunctions[] = {{"crc32", Crc32}};
constexpr BindingFunction kMethods[] = {{"init", Zlib::Init},   {"initBrotli", Zlib::InitBrotli},
                                        {"write", Zlib::Write}, {"writeSync", Zlib::WriteSync},
                                        {"reset", Zlib::Reset}, {"params", Zlib::Params},
                                        {"close", Zlib::Close}};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Zlib", Zlib::New);
  for (const BindingFunction& method : kMethods)
    BaseObject::SetMethod(isolate, t, method.name, method.callback);
  BaseObject::Export(isolate, target, "Zlib", t);
}

const intptr_t kReferences[] = {
    reinterpret_cast<intptr_t>(Zlib::New),        reinterpret_cast<intptr_t>(Zlib::Init),
    reinterpret_cast<intptr_t>(Zlib::InitBrotli), reinterpret_cast<intptr_t>(Zlib::Write),
    reinterpret_cast<intptr_t>(Zlib::WriteSync),  reinterpret_cast<intptr_t>(Zlib::Reset),
    reinterpret_cast<intptr_t>(Zlib::Params),     reinterpret_cast<intptr_t>(Zlib::Close)};

PARLEY_BINDING(zlib, BindingKind::kInternal, kFunctions, Initialize, kReferences);

}  // namespace
}  // namespace parley
