// internalBinding('spawn_sync').spawn(options): runs a child to its end on a loop of its own, for the ...Sync
// functions.
//   options: as for Process.spawn, with stdio [{type: 'ignore' | 'pipe' | 'inherit' | 'fd', fd, input}],
//   timeout (ms), maxBuffer (bytes for all outputs together), killSignal result: {pid, status, signal (number
//   or null), output: [null | Uint8Array], error (libuv number or undefined)}
#include <csignal>
#include <cstring>
#include <memory>
#include <vector>

#include "runtime/child_process/children.h"
#include "runtime/child_process/spawn_options.h"
#include "runtime/engine/binding.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

class SyncRun;

// One pipe to or from the child.
struct SyncPipe {
  SyncRun* run;
  bool used = false;
  uv_pipe_t pipe;
  uv_write_t write;
  uv_shutdown_t shutdown;
  std::vector<char> input;
  std::vector<char> output;
  char chunk[65536];
};

class SyncRun {
 public:
  SyncRun(Environment* env, Local<Object> object)
      : env_(env), spawn_(env, object), error_(uv_loop_init(&loop_)), has_loop_(error_ == 0) {}
  ~SyncRun() {
    if (has_loop_) uv_loop_close(&loop_);
  }
  Local<Object> Run();

 private:
  int Spawn();
  void AddPipes();
  void StartPipe(SyncPipe* pipe);
  void KillChild();
  void CloseAll();
  static void OnExit(uv_process_t* process, int64_t status, int signal);
  static void OnRead(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buffer);

  Environment* env_;
  SpawnOptions spawn_;
  int error_;
  bool has_loop_;  // false with no descriptor left for one
  uv_loop_t loop_;
  uv_process_t process_ = {};
  uv_timer_t timer_ = {};
  std::vector<std::unique_ptr<SyncPipe>> pipes_;
  std::vector<uv_stdio_container_t> stdio_;
  size_t max_buffer_ = 0;  // of all outputs together; 0: no limit
  size_t received_ = 0;
  bool exited_ = false;
  int64_t status_ = 0;
  int signal_ = 0;
};

void SyncRun::AddPipes() {
  Local<Value> list = spawn_.Member("stdio");
  if (!list->IsArray()) return;
  Local<v8::Array> array = list.As<v8::Array>();
  for (uint32_t i = 0; i < array->Length(); i++) {
    auto pipe = std::make_unique<SyncPipe>();
    pipe->run = this;
    uv_stdio_container_t container = {};
    container.flags = UV_IGNORE;
    Local<Value> item;
    if (array->Get(env_->context(), i).ToLocal(&item) && item->IsObject()) {
      Local<Object> entry = item.As<Object>();
      const std::string type = ToUtf8(env_->isolate(), spawn_.MemberOf(entry, "type"));
      Local<Value> number = spawn_.MemberOf(entry, "fd");
      if (type == "pipe") {
        Local<Value> input = spawn_.MemberOf(entry, "input");
        if (input->IsArrayBufferView()) {
          pipe->input.resize(input.As<v8::ArrayBufferView>()->ByteLength());
          input.As<v8::ArrayBufferView>()->CopyContents(pipe->input.data(), pipe->input.size());
        }
        uv_pipe_init(&loop_, &pipe->pipe, 0);
        pipe->pipe.data = pipe.get();
        pipe->used = true;
        container.flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE);
        container.data.stream = reinterpret_cast<uv_stream_t*>(&pipe->pipe);
      } else if ((type == "inherit" || type == "fd") && number->IsNumber()) {
        container.flags = UV_INHERIT_FD;
        container.data.fd = static_cast<int>(number.As<v8::Number>()->Value());
      }
    }
    stdio_.push_back(container);
    pipes_.push_back(std::move(pipe));
  }
}

void SyncRun::OnRead(uv_stream_t* stream, ssize_t nread, const uv_buf_t*) {
  auto* pipe = static_cast<SyncPipe*>(stream->data);
  if (nread < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream), nullptr);
    return;
  }
  SyncRun* run = pipe->run;
  // The read that goes over the limit is kept: what the program gets may be longer by a part of it.
  pipe->output.insert(pipe->output.end(), pipe->chunk, pipe->chunk + nread);
  run->received_ += static_cast<size_t>(nread);
  if (run->max_buffer_ == 0 || run->received_ <= run->max_buffer_) return;
  if (run->error_ == 0) run->error_ = UV_ENOBUFS;
  run->KillChild();
}

void SyncRun::StartPipe(SyncPipe* pipe) {
  auto* stream = reinterpret_cast<uv_stream_t*>(&pipe->pipe);
  uv_read_start(
      stream,
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        auto* p = static_cast<SyncPipe*>(handle->data);
        *buffer = uv_buf_init(p->chunk, sizeof p->chunk);
      },
      OnRead);
  if (!pipe->input.empty()) {
    uv_buf_t buffer = uv_buf_init(pipe->input.data(), static_cast<unsigned>(pipe->input.size()));
    uv_write(&pipe->write, stream, &buffer, 1, [](uv_write_t*, int) {});
  }
  uv_shutdown(&pipe->shutdown, stream, [](uv_shutdown_t*, int) {});
}

void SyncRun::KillChild() {
  int signal = static_cast<int>(spawn_.Number("killSignal"));
  if (exited_) return;
  if (uv_process_kill(&process_, signal > 0 ? signal : SIGTERM) != 0) uv_process_kill(&process_, SIGKILL);
  CloseAll();
}

void SyncRun::CloseAll() {
  for (auto& pipe : pipes_) {
    auto* handle = reinterpret_cast<uv_handle_t*>(&pipe->pipe);
    if (pipe->used && !uv_is_closing(handle)) uv_close(handle, nullptr);
  }
}

void SyncRun::OnExit(uv_process_t* process, int64_t status, int signal) {
  auto* run = static_cast<SyncRun*>(process->data);
  ForgetChild(process->pid);
  run->exited_ = true;
  run->status_ = status;
  run->signal_ = signal;
  uv_close(reinterpret_cast<uv_handle_t*>(process), nullptr);
  auto* timer = reinterpret_cast<uv_handle_t*>(&run->timer_);
  if (run->timer_.data != nullptr && !uv_is_closing(timer)) uv_close(timer, nullptr);
}

int SyncRun::Spawn() {
  if (!has_loop_) return error_;
  AddPipes();
  max_buffer_ = static_cast<size_t>(std::max(0.0, std::min(spawn_.Number("maxBuffer"), 4e9)));
  spawn_.options.stdio = stdio_.data();
  spawn_.options.stdio_count = static_cast<int>(stdio_.size());
  spawn_.options.exit_cb = OnExit;
  process_.data = this;
  error_ = SpawnChild(&loop_, &process_, &spawn_.options);
  if (error_ != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(&process_), nullptr);
    CloseAll();
    uv_run(&loop_, UV_RUN_DEFAULT);
    return error_;
  }
  const double timeout = spawn_.Number("timeout");
  if (timeout > 0) {
    uv_timer_init(&loop_, &timer_);
    timer_.data = this;
    uv_timer_start(
        &timer_,
        [](uv_timer_t* timer) {
          auto* run = static_cast<SyncRun*>(timer->data);
          if (run->error_ == 0) run->error_ = UV_ETIMEDOUT;
          run->KillChild();
        },
        static_cast<uint64_t>(timeout), 0);
  }
  for (auto& pipe : pipes_) {
    if (pipe->used) StartPipe(pipe.get());
  }
  return 0;
}

Local<Object> SyncRun::Run() {
  v8::Isolate* isolate = env_->isolate();
  Local<v8::Context> context = env_->context();
  const int spawn_error = Spawn();
  if (spawn_error == 0) {
    uv_run(&loop_, UV_RUN_DEFAULT);
    CloseAll();
    uv_run(&loop_, UV_RUN_DEFAULT);
  }

  Local<Object> result = Object::New(isolate);
  auto set = [&](const char* name, Local<Value> value) {
    result->Set(context, OneByte(isolate, name), value).Check();
  };
  set("pid", v8::Integer::New(isolate, spawn_error == 0 ? process_.pid : 0));
  if (error_ != 0) set("error", v8::Integer::New(isolate, error_));
  const bool ended = spawn_error == 0 && signal_ == 0;
  set("status", ended ? Local<Value>(v8::Number::New(isolate, static_cast<double>(status_)))
                      : Local<Value>(v8::Null(isolate)));
  set("signal",
      signal_ > 0 ? Local<Value>(v8::Integer::New(isolate, signal_)) : Local<Value>(v8::Null(isolate)));
  if (spawn_error != 0) {
    set("output", v8::Null(isolate));
    return result;
  }
  Local<v8::Array> output = v8::Array::New(isolate, static_cast<int>(pipes_.size()));
  for (uint32_t i = 0; i < pipes_.size(); i++) {
    Local<Value> value = v8::Null(isolate);
    if (pipes_[i]->used && i > 0) {
      const std::vector<char>& bytes = pipes_[i]->output;
      Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, bytes.size());
      if (!bytes.empty()) memcpy(buffer->Data(), bytes.data(), bytes.size());
      value = v8::Uint8Array::New(buffer, 0, bytes.size());
    }
    output->Set(context, i, value).Check();
  }
  set("output", output);
  return result;
}

void Spawn(const FunctionCallbackInfo<Value>& args) {
  if (IsDenied(Environment::From(args), Permission::kChildProcess)) return;
  if (!args[0]->IsObject()) return;
  auto run = std::make_unique<SyncRun>(Environment::From(args), args[0].As<Object>());
  args.GetReturnValue().Set(run->Run());
}

constexpr BindingFunction kFunctions[] = {{"spawn", Spawn}};

}  // namespace

PARLEY_BINDING(spawn_sync, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace parley
