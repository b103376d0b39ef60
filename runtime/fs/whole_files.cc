// Reading and writing whole files as one job each (Node doc: fs.readFile, fs.writeFile); see jobs.h.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "runtime/fs/jobs.h"
#include "runtime/fs/request.h"

namespace parley {
namespace {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// What one job may keep a thread of the pool busy with; larger files are read in steps, others in between.
constexpr int64_t kMostPerJob = 4 << 20;
constexpr int64_t kMostPerFile = INT32_MAX;
constexpr size_t kFirstPiece = 8192;
constexpr size_t kMostGuessed = 64 << 20;  // bytes of address space

int IntOf(Local<Value> value) { return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0; }

template <typename Call>
auto Retry(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

// A job on a file that it opens itself, or on somebody's descriptor.
class FileJob : public FsJob {
 public:
  FileJob(v8::Isolate* isolate, Local<Value> file, int flags, int mode)
      : flags_(flags), mode_(mode), own_fd_(!file->IsNumber()) {
    if (own_fd_)
      path_.Set(isolate, file);
    else
      fd_ = IntOf(file);
  }

 protected:
  bool Open() {
    if (!own_fd_) return true;
    fd_ = Retry([this] { return ::open(path_.c_str(), flags_ | O_CLOEXEC, mode_); });
    return fd_ >= 0 || Fail(-errno, "open", path_.view());
  }

  void Close() {
    if (own_fd_ && ::close(fd_) != 0 && error_ == 0 && errno != EINTR && errno != EINPROGRESS) {
      Fail(-errno, "close");
    }
  }

  int fd_ = -1;

 private:
  PathText path_;
  int flags_;
  int mode_;
  bool own_fd_;
};

class ReadJob : public FileJob {
 public:
  ReadJob(const Args& args, bool asynchronous)
      : FileJob(args.GetIsolate(), args[0], IntOf(args[1]), 0666),
        encoding_(ParseEncoding(args.GetIsolate(), args[2])),
        asynchronous_(asynchronous),
        scratch_(BytesOf(args[4])) {}
  ~ReadJob() override {
    if (data_ != small_) std::free(data_);
  }

 protected:
  void Work() override {
    if (!Open()) return;
    if (Read()) return;  // handed over, still open
    Close();
  }

  Local<Value> Error(Environment* env) override {
    if (error_ != UV_EFBIG) return FsJob::Error(env);
    v8::TryCatch try_catch(env->isolate());
    env->ThrowError("ERR_FS_FILE_TOO_LARGE",
                    "File size (" + std::to_string(size_) + ") is greater than 2 GiB",
                    Environment::ErrorType::kRangeError);
    return try_catch.Exception();
  }

  MaybeLocal<Value> Result(Environment* env) override {
    if (handed_over_) return v8::Integer::New(env->isolate(), fd_).As<Value>();
    if (encoding_ != Encoding::kBuffer) return EncodeBytes(env->isolate(), {data_, used_}, encoding_);
    if (data_ == small_) return SmallBuffer(env->isolate());
    uint8_t* data = std::exchange(data_, nullptr);
    if (used_ > 0 && used_ < capacity_) data = static_cast<uint8_t*>(std::realloc(data, used_));
    Local<v8::Uint8Array> buffer;
    if (!AdoptAsBuffer(env->isolate(), data, used_).ToLocal(&buffer)) return {};
    return buffer.As<Value>();
  }

 private:
  // Small Buffers are cheaper made from JavaScript's pool: their bytes go where it wants them.
  MaybeLocal<Value> SmallBuffer(v8::Isolate* isolate) {
    if (used_ > scratch_.size()) {
      Local<v8::Uint8Array> buffer;
      if (!CopyToBuffer(isolate, {data_, used_}).ToLocal(&buffer)) return {};
      return buffer.As<Value>();
    }
    if (used_ > 0) std::memcpy(scratch_.data(), data_, used_);
    return v8::Integer::New(isolate, static_cast<int>(used_)).As<Value>();
  }

  // True when the descriptor is left to the caller.
  bool Read() {
    struct stat status;
    if (::fstat(fd_, &status) != 0) return Fail(-errno, "fstat");
    const bool regular = S_ISREG(status.st_mode);
    size_ = regular ? status.st_size : 0;
    if (asynchronous_ && (size_ == 0 || size_ > kMostPerJob)) return handed_over_ = true;
    if (S_ISDIR(status.st_mode)) return Fail(-EISDIR, "read");
    if (size_ > kMostPerFile) return Fail(-EFBIG, "read");
    if (!Grow(size_ > 0 ? static_cast<size_t>(size_) : kFirstPiece)) return false;
    for (;;) {
      if (used_ == capacity_) {
        // A file that has its promised size is read to its end with no further call.
        if (used_ == static_cast<size_t>(size_)) return false;
        if (used_ > static_cast<size_t>(kMostPerFile)) return Fail(-EFBIG, "read");
        if (!Grow(used_ * 2)) return false;
      }
      const ssize_t n = Retry([this] { return ::read(fd_, data_ + used_, capacity_ - used_); });
      if (n < 0) return Fail(-errno, "read");
      if (n == 0) return false;
      used_ += static_cast<size_t>(n);
    }
  }

  bool Grow(size_t capacity) {
    if (capacity <= sizeof(small_)) {
      capacity_ = capacity;
      return true;
    }
    const bool was_small = data_ == small_;
    auto* data = static_cast<uint8_t*>(std::realloc(was_small ? nullptr : data_, capacity));
    if (data == nullptr) return Fail(-ENOMEM, "read");
    if (was_small) std::memcpy(data, small_, used_);
    data_ = data;
    capacity_ = capacity;
    return true;
  }

  Encoding encoding_;
  bool asynchronous_;
  std::span<uint8_t> scratch_;
  bool handed_over_ = false;
  int64_t size_ = 0;
  uint8_t small_[kFirstPiece];
  uint8_t* data_ = small_;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

class WriteJob : public FileJob {
 public:
  explicit WriteJob(const Args& args, bool asynchronous)
      : FileJob(args.GetIsolate(), args[0], IntOf(args[3]), IntOf(args[4])) {
    if (args[1]->IsString()) {
      Encode(args.GetIsolate(), args[1].As<v8::String>(), ParseEncoding(args.GetIsolate(), args[2]));
      return;
    }
    bytes_ = BytesOf(args[1]);
    if (asynchronous) held_ = args[1].As<v8::ArrayBufferView>()->Buffer()->GetBackingStore();
  }

 protected:
  void Work() override {
    if (!Open()) return;
    while (!bytes_.empty()) {
      const ssize_t n = Retry([this] { return ::write(fd_, bytes_.data(), bytes_.size()); });
      if (n < 0) {
        Fail(-errno, "write");
        break;
      }
      bytes_ = bytes_.subspan(static_cast<size_t>(n));
    }
    Close();
  }

 private:
  void Encode(v8::Isolate* isolate, Local<v8::String> text, Encoding encoding) {
    // Three bytes are the most a UTF-16 unit takes; the exact number costs a walk over the text, memory that
    // nobody writes to costs nothing.
    size_t most = static_cast<size_t>(text->Length()) * 3;
    uint8_t* target = small_;
    if (most > sizeof(small_)) {
      if (most > kMostGuessed) most = StringSize(isolate, text, encoding);
      encoded_.reset(new uint8_t[most]);
      target = encoded_.get();
    }
    bytes_ = {target, WriteString(isolate, text, encoding, {target, most})};
  }

  std::span<const uint8_t> bytes_;
  uint8_t small_[4096];
  std::unique_ptr<uint8_t[]> encoded_;
  std::shared_ptr<v8::BackingStore> held_;
};

}  // namespace

void FsReadFile(const Args& args) {
  FsJob::Run(args, args[3], std::make_unique<ReadJob>(args, !args[3]->IsUndefined()));
}

void FsWriteFile(const Args& args) {
  FsJob::Run(args, args[5], std::make_unique<WriteJob>(args, !args[5]->IsUndefined()));
}

}  // namespace parley
