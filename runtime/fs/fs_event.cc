// The `fs_event` binding: FSEvent, one watched file or folder (Node doc: fs.watch), over libuv's
// uv_fs_event_t.
#include <cstring>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

class FSEvent : public HandleWrap {
 public:
  FSEvent(Environment* env, Local<v8::Object> object)
      : HandleWrap(env, object, reinterpret_cast<uv_handle_t*>(&handle_), "FSEVENTWRAP") {
    uv_fs_event_init(env->loop(), &handle_);
  }

  static void New(const Args& args) {
    if (args.IsConstructCall()) new FSEvent(Environment::From(args), args.This());
  }

  // start(path, persistent, recursive, encoding): 0 or a negative error
  static void Start(const Args& args) {
    auto* self = Unwrap<FSEvent>(args.This());
    if (self == nullptr || !self->is_alive()) return args.GetReturnValue().Set(UV_EINVAL);
    self->encoding_ = ParseEncoding(args.GetIsolate(), args[3]);
    const std::string path = ToUtf8(args.GetIsolate(), args[0]);
    if (IsDenied(self->env(), Permission::kFsRead, path)) return;
    const unsigned flags = args[2]->IsTrue() ? UV_FS_EVENT_RECURSIVE : 0;
    int error = uv_fs_event_start(&self->handle_, OnEvent, path.c_str(), flags);
    if (error == 0 && !args[1]->IsTrue()) uv_unref(self->uv_handle());
    args.GetReturnValue().Set(error);
  }

 private:
  // onchange(status, 'rename' | 'change', filename)
  static void OnEvent(uv_fs_event_t* handle, const char* filename, int events, int status) {
    auto* self = static_cast<FSEvent*>(static_cast<HandleWrap*>(handle->data));
    v8::Isolate* isolate = self->env()->isolate();
    v8::HandleScope handles(isolate);
    v8::Context::Scope context_scope(self->env()->context());
    Local<Value> name = v8::Null(isolate);
    if (filename != nullptr) {
      std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(filename), std::strlen(filename));
      if (!EncodeBytes(isolate, bytes, self->encoding_).ToLocal(&name)) return;
    }
    const char* type = status != 0 ? "" : (events & UV_RENAME) != 0 ? "rename" : "change";
    Local<Value> argv[] = {v8::Integer::New(isolate, status), OneByte(isolate, type), name};
    self->MakeCallback("onchange", 3, argv);
  }

  uv_fs_event_t handle_;
  Encoding encoding_ = Encoding::kUtf8;
};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "FSEvent", FSEvent::New);
  HandleWrap::AddMethods(isolate, t);
  BaseObject::SetMethod(isolate, t, "start", FSEvent::Start);
  BaseObject::Export(isolate, target, "FSEvent", t);
}

const intptr_t kReferences[] = {reinterpret_cast<intptr_t>(FSEvent::New),
                                reinterpret_cast<intptr_t>(FSEvent::Start)};

PARLEY_BINDING(fs_event, BindingKind::kInternal, {}, Initialize, kReferences);

}  // namespace
}  // namespace parley
