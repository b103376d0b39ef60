// File system requests: the three ways of one operation, and what their results look like in JavaScript (Node
// doc: fs).
#include "runtime/fs/request.h"

#include <cstring>

namespace parley {

using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;
using v8::Value;

char* PathText::Reserve(size_t size) {
  if (size < kInline && !heap_) return inline_;
  auto bigger = std::make_unique<char[]>(size + 1);
  std::memcpy(bigger.get(), c_str(), size_ + 1);
  heap_ = std::move(bigger);
  return heap_.get();
}

void PathText::Set(Isolate* isolate, Local<Value> value) {
  set_ = true;
  size_ = 0;
  if (value->IsArrayBufferView()) {
    std::span<uint8_t> bytes = BytesOf(value);
    Append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return;
  }
  if (!value->IsString()) return;
  Local<v8::String> string = value.As<v8::String>();
  // Three bytes are the most a UTF-16 unit takes.
  const size_t most = static_cast<size_t>(string->Length()) * 3;
  char* text = Reserve(most);
  size_ = static_cast<size_t>(
      string->WriteUtf8(isolate, text, static_cast<int>(most), nullptr,
                        v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8));
  text[size_] = '\0';
}

void PathText::Append(std::string_view more) {
  char* text = Reserve(size_ + more.size());
  if (!more.empty()) std::memcpy(text + size_, more.data(), more.size());
  size_ += more.size();
  text[size_] = '\0';
}

bool FsCompletion::Prepare(Environment* env, const Args& args, Local<Value> req, Local<Value> convert) {
  Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  if (req->IsFunction()) {
    callback_.Reset(isolate, req.As<v8::Function>());
    operation_.Start(env, "FSREQCALLBACK");
  } else {
    Local<v8::Promise::Resolver> resolver;
    if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return false;
    resolver_.Reset(isolate, resolver);
    args.GetReturnValue().Set(resolver->GetPromise());
    operation_.Start(env, "FSREQPROMISE");
  }
  if (convert->IsFunction()) convert_.Reset(isolate, convert.As<v8::Function>());
  return true;
}

void FsCompletion::Deliver(Environment* env, Local<Value> error, Local<Value> result) {
  Isolate* isolate = env->isolate();
  Local<v8::Context> context = env->context();
  if (error->IsNull() && !convert_.IsEmpty()) {
    v8::TryCatch try_catch(isolate);
    Local<v8::Function> convert = convert_.Get(isolate);
    if (!convert->Call(context, v8::Undefined(isolate), 1, &result).ToLocal(&result)) {
      error = try_catch.Exception();
    }
  }
  const bool failed = !error->IsNull();
  if (!resolver_.IsEmpty()) {
    CallbackScope scope(env, operation_.context());
    AsyncScope async_scope(env, operation_.ids(), operation_.resource());
    Local<v8::Promise::Resolver> resolver = resolver_.Get(isolate);
    if (failed)
      resolver->Reject(context, error).Check();
    else
      resolver->Resolve(context, result).Check();
    return;
  }
  Local<Value> argv[] = {error, result};
  const int argc = failed || result->IsUndefined() ? 1 : 2;
  (void)operation_.MakeCallback(v8::Undefined(isolate), callback_.Get(isolate), argc, argv);
}

FsRequest::FsRequest(Environment* env, const char* syscall, ToResult to_result)
    : env_(env), syscall_(syscall), to_result_(to_result) {
  // What uv_fs_req_cleanup() looks at, should the operation never start.
  uv.fs_type = UV_FS_UNKNOWN;
  uv.path = uv.new_path = nullptr;
  uv.ptr = uv.bufs = nullptr;
  uv.data = this;
}

FsRequest::~FsRequest() { uv_fs_req_cleanup(&uv); }

std::span<uint8_t> FsRequest::Hold(Local<Value> view) {
  std::span<uint8_t> bytes = BytesOf(view);
  if (view->IsArrayBufferView()) held_.push_back(view.As<v8::ArrayBufferView>()->Buffer()->GetBackingStore());
  return bytes;
}

Local<Value> FsRequest::MakeError() {
  return env_->UvException(error_, syscall_, nullptr, path.c_str_or_null(), dest.c_str_or_null());
}

void FsRequest::FinishSync(const Args& args) {
  if (error_ < 0) {
    if (quiet && (error_ == UV_ENOENT || error_ == UV_ENOTDIR)) return;
    isolate()->ThrowException(MakeError());
    return;
  }
  Local<Value> result;
  if (to_result_(*this).ToLocal(&result)) args.GetReturnValue().Set(result);
}

void FsRequest::Finish() {
  std::unique_ptr<FsRequest> self(this);
  Environment* env = env_;
  if (env->is_stopping()) return;
  v8::HandleScope handles(isolate());
  v8::Context::Scope context_scope(env->context());
  Local<Value> error = v8::Null(isolate());
  Local<Value> result = v8::Undefined(isolate());
  if (error_ < 0) {
    error = MakeError();
  } else {
    v8::TryCatch try_catch(isolate());
    if (!to_result_(*this).ToLocal(&result)) {
      error = try_catch.Exception();
      result = v8::Undefined(isolate());
    }
  }
  held_.clear();  // the callback may want that memory back
  completion_.Deliver(env, error, result);
}

bool FsJob::Fail(int error, const char* syscall, std::optional<std::string_view> path) {
  error_ = error;
  syscall_ = syscall;
  error_path_ = path;
  return false;
}

Local<Value> FsJob::Error(Environment* env) {
  return env->UvException(error_, syscall_, nullptr, error_path_ ? error_path_->c_str() : nullptr);
}

MaybeLocal<Value> FsJob::Result(Environment* env) { return v8::Undefined(env->isolate()).As<Value>(); }

void FsJob::Run(const Args& args, Local<Value> req, std::unique_ptr<FsJob> job) {
  if (!job) return;
  Environment* env = Environment::From(args);
  if (req->IsUndefined()) {
    job->Work();
    Local<Value> result;
    if (job->error_ != 0) {
      env->isolate()->ThrowException(job->Error(env));
    } else if (job->Result(env).ToLocal(&result)) {
      args.GetReturnValue().Set(result);
    }
    return;
  }
  if (!job->completion_.Prepare(env, args, req, v8::Undefined(env->isolate()))) return;
  FsJob* raw = job.release();
  raw->env_ = env;
  Submit(env, raw);
}

void FsJob::Finish() {
  std::unique_ptr<FsJob> self(this);
  Environment* env = env_;
  if (env->is_stopping()) return;
  v8::HandleScope handles(env->isolate());
  v8::Context::Scope context_scope(env->context());
  Local<Value> error = v8::Null(env->isolate());
  Local<Value> result = v8::Undefined(env->isolate());
  if (error_ != 0) {
    error = Error(env);
  } else {
    v8::TryCatch try_catch(env->isolate());
    if (!Result(env).ToLocal(&result)) {
      error = try_catch.Exception();
      result = v8::Undefined(env->isolate());
    }
  }
  completion_.Deliver(env, error, result);
}

MaybeLocal<Value> FsUndefined(FsRequest& request) { return v8::Undefined(request.isolate()).As<Value>(); }

MaybeLocal<Value> FsNumber(FsRequest& request) {
  return v8::Number::New(request.isolate(), static_cast<double>(request.uv.result)).As<Value>();
}

namespace {

// An array of numbers is cheaper than the memory of a typed array.
Local<Value> Numbers(Isolate* isolate, std::span<const double> values) {
  Local<Value> numbers[kStatNumbers];
  for (size_t i = 0; i < values.size(); ++i) numbers[i] = v8::Number::New(isolate, values[i]);
  return v8::Array::New(isolate, numbers, values.size());
}

Local<Value> BigInts(Isolate* isolate, std::span<const int64_t> values) {
  Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, values.size_bytes());
  std::memcpy(memory->Data(), values.data(), values.size_bytes());
  return v8::BigInt64Array::New(memory, 0, values.size());
}

template <typename Number>
Number* WriteFields(const uv_stat_t& s, Number* n) {
  for (uint64_t value : {s.st_dev, s.st_mode, s.st_nlink, s.st_uid, s.st_gid, s.st_rdev, s.st_blksize,
                         s.st_ino, s.st_size, s.st_blocks}) {
    *n++ = static_cast<Number>(value);
  }
  return n;
}

MaybeLocal<Value> Name(FsRequest& request, const char* text) {
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(text), std::strlen(text));
  return EncodeBytes(request.isolate(), bytes, request.encoding);
}

}  // namespace

void WriteStat(const uv_stat_t& s, double* numbers) {
  numbers = WriteFields(s, numbers);
  for (const uv_timespec_t* t : {&s.st_atim, &s.st_mtim, &s.st_ctim, &s.st_birthtim}) {
    *numbers++ = static_cast<double>(t->tv_sec) * 1000 + static_cast<double>(t->tv_nsec) / 1e6;
  }
}

void WriteStat(const uv_stat_t& s, int64_t* numbers) {
  numbers = WriteFields(s, numbers);
  for (const uv_timespec_t* t : {&s.st_atim, &s.st_mtim, &s.st_ctim, &s.st_birthtim}) {
    *numbers++ = t->tv_sec;
    *numbers++ = t->tv_nsec;
  }
}

MaybeLocal<Value> FsStat(FsRequest& request) {
  Isolate* isolate = request.isolate();
  if (request.flag) {
    int64_t values[kBigStatNumbers];
    WriteStat(request.uv.statbuf, values);
    return BigInts(isolate, values);
  }
  double values[kStatNumbers];
  WriteStat(request.uv.statbuf, values);
  return Numbers(isolate, values);
}

MaybeLocal<Value> FsStatFs(FsRequest& request) {
  const auto& s = *static_cast<const uv_statfs_t*>(request.uv.ptr);
  const int64_t values[] = {static_cast<int64_t>(s.f_type),   static_cast<int64_t>(s.f_bsize),
                            static_cast<int64_t>(s.f_blocks), static_cast<int64_t>(s.f_bfree),
                            static_cast<int64_t>(s.f_bavail), static_cast<int64_t>(s.f_files),
                            static_cast<int64_t>(s.f_ffree)};
  if (request.flag) return BigInts(request.isolate(), values);
  double doubles[std::size(values)];
  for (size_t i = 0; i < std::size(values); ++i) doubles[i] = static_cast<double>(values[i]);
  return Numbers(request.isolate(), doubles);
}

MaybeLocal<Value> FsPath(FsRequest& request) { return Name(request, request.uv.path); }

MaybeLocal<Value> FsPointer(FsRequest& request) {
  return Name(request, static_cast<const char*>(request.uv.ptr));
}

}  // namespace parley
