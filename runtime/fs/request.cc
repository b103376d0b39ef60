// File system requests: the three ways of one operation, and what their results look like in JavaScript (Node
// doc: fs).
#include "runtime/fs/request.h"

#include <cstring>

namespace parley {

using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;
using v8::Value;

FsRequest::FsRequest(Environment* env, const char* syscall, ToResult to_result)
    : env_(env), syscall_(syscall), to_result_(to_result) {
  std::memset(&uv, 0, sizeof(uv));
  uv.data = this;
}

FsRequest::~FsRequest() { uv_fs_req_cleanup(&uv); }

std::span<uint8_t> FsRequest::Hold(Local<Value> view) {
  std::span<uint8_t> bytes = BytesOf(view);
  if (view->IsArrayBufferView()) held_.push_back(view.As<v8::ArrayBufferView>()->Buffer()->GetBackingStore());
  return bytes;
}

Local<Value> FsRequest::MakeError(int error) {
  return env_->UvException(error, syscall_, nullptr, path.empty() ? nullptr : path.c_str(),
                           dest.empty() ? nullptr : dest.c_str());
}

bool FsRequest::Prepare(const Args& args, Local<Value> req) {
  Local<v8::Context> context = env_->context();
  if (req->IsFunction()) {
    callback_.Reset(isolate(), req.As<v8::Function>());
    operation_.Start(env_, "FSREQCALLBACK");
  } else {
    Local<v8::Promise::Resolver> resolver;
    if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return false;
    resolver_.Reset(isolate(), resolver);
    args.GetReturnValue().Set(resolver->GetPromise());
    operation_.Start(env_, "FSREQPROMISE");
  }
  return true;
}

void FsRequest::FinishSync(const Args& args, int error, bool quiet_no_entry) {
  if (error < 0) {
    if (quiet_no_entry && (error == UV_ENOENT || error == UV_ENOTDIR)) return;
    isolate()->ThrowException(MakeError(error));
    return;
  }
  Local<Value> result;
  if (to_result_(*this).ToLocal(&result)) args.GetReturnValue().Set(result);
}

void FsRequest::OnDone(uv_fs_t* uv) { static_cast<FsRequest*>(uv->data)->Complete(uv->result); }

void FsRequest::FailSoon(int error) {
  // A timer of no length: the caller must have returned before its callback runs.
  auto* timer = new uv_timer_t;
  uv_timer_init(env_->loop(), timer);
  uv.result = error;
  timer->data = this;
  uv_timer_start(
      timer,
      [](uv_timer_t* t) {
        auto* request = static_cast<FsRequest*>(t->data);
        uv_close(reinterpret_cast<uv_handle_t*>(t),
                 [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
        request->Complete(request->uv.result);
      },
      0, 0);
}

void FsRequest::Complete(ssize_t code) {
  std::unique_ptr<FsRequest> self(this);
  if (env_->is_stopping()) return;
  v8::HandleScope handles(isolate());
  Local<v8::Context> context = env_->context();
  v8::Context::Scope context_scope(context);
  Local<Value> error = v8::Null(isolate());
  Local<Value> result = v8::Undefined(isolate());
  if (code < 0) {
    error = MakeError(static_cast<int>(code));
  } else {
    v8::TryCatch try_catch(isolate());
    if (!to_result_(*this).ToLocal(&result)) {
      error = try_catch.Exception();
      result = v8::Undefined(isolate());
    }
  }
  const bool failed = !error->IsNull();
  if (!resolver_.IsEmpty()) {
    CallbackScope scope(env_, operation_.context());
    AsyncScope async_scope(env_, operation_.ids(), operation_.resource());
    Local<v8::Promise::Resolver> resolver = resolver_.Get(isolate());
    if (failed)
      resolver->Reject(context, error).Check();
    else
      resolver->Resolve(context, result).Check();
    return;
  }
  Local<Value> argv[] = {error, result};
  const int argc = failed || result->IsUndefined() ? 1 : 2;
  held_.clear();  // the callback may want that memory back
  (void)operation_.MakeCallback(v8::Undefined(isolate()), callback_.Get(isolate()), argc, argv);
}

MaybeLocal<Value> FsUndefined(FsRequest& request) { return v8::Undefined(request.isolate()).As<Value>(); }

MaybeLocal<Value> FsNumber(FsRequest& request) {
  return v8::Number::New(request.isolate(), static_cast<double>(request.uv.result)).As<Value>();
}

namespace {

// A Float64Array, or a BigInt64Array when the caller wants bigints.
Local<Value> Numbers(Isolate* isolate, const int64_t* values, size_t count, bool bigint) {
  Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, count * 8);
  if (bigint) {
    std::memcpy(memory->Data(), values, count * 8);
    return v8::BigInt64Array::New(memory, 0, count);
  }
  auto* doubles = static_cast<double*>(memory->Data());
  for (size_t i = 0; i < count; ++i) doubles[i] = static_cast<double>(values[i]);
  return v8::Float64Array::New(memory, 0, count);
}

MaybeLocal<Value> Name(FsRequest& request, const char* text) {
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(text), std::strlen(text));
  return EncodeBytes(request.isolate(), bytes, request.encoding);
}

}  // namespace

MaybeLocal<Value> FsStat(FsRequest& request) {
  const uv_stat_t& s = request.uv.statbuf;
  const int64_t values[] = {static_cast<int64_t>(s.st_dev),
                            static_cast<int64_t>(s.st_mode),
                            static_cast<int64_t>(s.st_nlink),
                            static_cast<int64_t>(s.st_uid),
                            static_cast<int64_t>(s.st_gid),
                            static_cast<int64_t>(s.st_rdev),
                            static_cast<int64_t>(s.st_blksize),
                            static_cast<int64_t>(s.st_ino),
                            static_cast<int64_t>(s.st_size),
                            static_cast<int64_t>(s.st_blocks),
                            s.st_atim.tv_sec,
                            s.st_atim.tv_nsec,
                            s.st_mtim.tv_sec,
                            s.st_mtim.tv_nsec,
                            s.st_ctim.tv_sec,
                            s.st_ctim.tv_nsec,
                            s.st_birthtim.tv_sec,
                            s.st_birthtim.tv_nsec};
  return Numbers(request.isolate(), values, std::size(values), request.flag);
}

MaybeLocal<Value> FsStatFs(FsRequest& request) {
  const auto& s = *static_cast<const uv_statfs_t*>(request.uv.ptr);
  const int64_t values[] = {static_cast<int64_t>(s.f_type),   static_cast<int64_t>(s.f_bsize),
                            static_cast<int64_t>(s.f_blocks), static_cast<int64_t>(s.f_bfree),
                            static_cast<int64_t>(s.f_bavail), static_cast<int64_t>(s.f_files),
                            static_cast<int64_t>(s.f_ffree)};
  return Numbers(request.isolate(), values, std::size(values), request.flag);
}

MaybeLocal<Value> FsPath(FsRequest& request) { return Name(request, request.uv.path); }

MaybeLocal<Value> FsPointer(FsRequest& request) {
  return Name(request, static_cast<const char*>(request.uv.ptr));
}

MaybeLocal<Value> FsEntries(FsRequest& request) {
  Isolate* isolate = request.isolate();
  std::vector<Local<Value>> names;
  std::vector<Local<Value>> types;
  uv_dirent_t entry;
  for (;;) {
    int error = uv_fs_scandir_next(&request.uv, &entry);
    if (error == UV_EOF) break;
    if (error != 0) {
      isolate->ThrowException(request.env()->UvException(error, "scandir", nullptr, request.path.c_str()));
      return {};
    }
    Local<Value> name;
    if (!Name(request, entry.name).ToLocal(&name)) return {};
    names.push_back(name);
    if (request.flag) types.push_back(v8::Integer::New(isolate, entry.type));
  }
  Local<Value> result = v8::Array::New(isolate, names.data(), names.size());
  if (!request.flag) return result;
  Local<Value> both[] = {result, v8::Array::New(isolate, types.data(), types.size())};
  return v8::Array::New(isolate, both, 2).As<Value>();
}

}  // namespace parley
