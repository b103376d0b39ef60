// internalBinding('tty_wrap'): terminals over uv_tty_t (what JavaScript sees: native_stream.h), and what kind
// a descriptor is.
//   new TTY(fd, out)  out.error is set when the descriptor is no terminal
//   getWindowSize([columns, rows]) setRawMode(on) · isTTY(fd) · guessHandleType(fd) 'TTY' 'PIPE' 'TCP' 'FILE'
//   'UDP' 'UNKNOWN'
#include "runtime/engine/binding.h"
#include "runtime/net/native_stream.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

class TtyWrap : public NativeStream {
 public:
  TtyWrap(Environment* env, Local<Object> object, uv_tty_t* handle)
      : NativeStream(env, object, reinterpret_cast<uv_stream_t*>(handle), "TTYWRAP"), handle_(handle) {
    handle_->data = static_cast<HandleWrap*>(this);
  }
  ~TtyWrap() override { delete handle_; }
  uv_tty_t* handle() { return handle_; }

 private:
  uv_tty_t* handle_;  // made before this object, which exists only when that succeeded
};

TtyWrap* This(const FunctionCallbackInfo<Value>& args) { return HandleWrap::OpenOrError<TtyWrap>(args); }

void New(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  auto* handle = new uv_tty_t;
  int error = uv_tty_init(env->loop(), handle, ToInt(args[0], -1), 0);
  if (error != 0) {
    delete handle;
    env->ThrowUvException(error, "uv_tty_init");
    return;
  }
  new TtyWrap(env, args.This(), handle);
}

void GetWindowSize(const FunctionCallbackInfo<Value>& args) {
  TtyWrap* self = This(args);
  if (self == nullptr || !args[0]->IsArray()) return;
  int width = 0;
  int height = 0;
  int error = uv_tty_get_winsize(self->handle(), &width, &height);
  if (error == 0) {
    Local<v8::Context> context = self->env()->context();
    Local<v8::Array> out = args[0].As<v8::Array>();
    out->Set(context, 0, v8::Integer::New(args.GetIsolate(), width)).Check();
    out->Set(context, 1, v8::Integer::New(args.GetIsolate(), height)).Check();
  }
  args.GetReturnValue().Set(error);
}

void SetRawMode(const FunctionCallbackInfo<Value>& args) {
  TtyWrap* self = This(args);
  if (self == nullptr) return;
  args.GetReturnValue().Set(
      uv_tty_set_mode(self->handle(), args[0]->IsTrue() ? UV_TTY_MODE_RAW : UV_TTY_MODE_NORMAL));
}

void MakeTtyClass(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = NativeStream::MakeStreamTemplate(env, "TTY", New);
  BaseObject::SetMethod(isolate, t, "getWindowSize", GetWindowSize);
  BaseObject::SetMethod(isolate, t, "setRawMode", SetRawMode);
  args.GetReturnValue().Set(t->GetFunction(env->context()).ToLocalChecked());
}

void IsTty(const FunctionCallbackInfo<Value>& args) {
  args.GetReturnValue().Set(uv_guess_handle(ToInt(args[0], -1)) == UV_TTY);
}

void GuessHandleType(const FunctionCallbackInfo<Value>& args) {
  const char* name = "UNKNOWN";
  switch (uv_guess_handle(ToInt(args[0], -1))) {
    case UV_TTY:
      name = "TTY";
      break;
    case UV_NAMED_PIPE:
      name = "PIPE";
      break;
    case UV_TCP:
      name = "TCP";
      break;
    case UV_UDP:
      name = "UDP";
      break;
    case UV_FILE:
      name = "FILE";
      break;
    default:
      break;
  }
  args.GetReturnValue().Set(OneByte(args.GetIsolate(), name));
}

// makeTtyClass() makes the class on first use, so that the binding itself may be in the start-up snapshot.
constexpr BindingFunction kFunctions[] = {
    {"isTTY", IsTty}, {"guessHandleType", GuessHandleType}, {"makeTtyClass", MakeTtyClass}};

}  // namespace

PARLEY_BINDING(tty_wrap, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace parley
