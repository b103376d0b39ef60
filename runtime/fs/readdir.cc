// The entries of a folder as one job (Node doc: fs.readdir): read and sorted without a piece of memory for
// each; see jobs.h.
#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/fs/jobs.h"
#include "runtime/fs/request.h"

namespace parley {
namespace {

using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

bool IsAscii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

uv_dirent_type_t TypeOf(unsigned char type) {
  switch (type) {
    case DT_DIR:
      return UV_DIRENT_DIR;
    case DT_REG:
      return UV_DIRENT_FILE;
    case DT_LNK:
      return UV_DIRENT_LINK;
    case DT_FIFO:
      return UV_DIRENT_FIFO;
    case DT_SOCK:
      return UV_DIRENT_SOCKET;
    case DT_CHR:
      return UV_DIRENT_CHAR;
    case DT_BLK:
      return UV_DIRENT_BLOCK;
    default:
      return UV_DIRENT_UNKNOWN;
  }
}

class ReaddirJob : public FsJob {
 public:
  explicit ReaddirJob(const Args& args)
      : encoding_(ParseEncoding(args.GetIsolate(), args[1])),
        with_types_(args[2]->IsTrue()),
        name_(args[4]->IsTrue() ? "opendir" : "scandir") {
    path_.Set(args.GetIsolate(), args[0]);
  }

 protected:
  void Work() override {
    DIR* folder = ::opendir(path_.c_str());
    if (folder == nullptr) {
      Fail(-errno, name_, path_.view());
      return;
    }
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(folder);
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      entries_.push_back({names_.size(), name.size(), TypeOf(entry->d_type)});
      names_ += name;
    }
    if (errno != 0) Fail(-errno, name_, path_.view());
    ::closedir(folder);
    std::sort(entries_.begin(), entries_.end(),
              [this](const Entry& a, const Entry& b) { return NameOf(a) < NameOf(b); });
  }

  MaybeLocal<Value> Result(Environment* env) override {
    Isolate* isolate = env->isolate();
    std::vector<Local<Value>> values(entries_.size());
    for (size_t i = 0; i < values.size(); ++i) {
      if (!ToJs(isolate, NameOf(entries_[i])).ToLocal(&values[i])) return {};
    }
    Local<Value> names = v8::Array::New(isolate, values.data(), values.size());
    if (!with_types_) return names;
    for (size_t i = 0; i < values.size(); ++i) values[i] = v8::Integer::New(isolate, entries_[i].type);
    Local<Value> both[] = {names, v8::Array::New(isolate, values.data(), values.size())};
    return v8::Array::New(isolate, both, 2).As<Value>();
  }

 private:
  struct Entry {
    size_t offset;
    size_t length;
    uv_dirent_type_t type;
  };

  std::string_view NameOf(const Entry& entry) const {
    return std::string_view(names_).substr(entry.offset, entry.length);
  }

  MaybeLocal<Value> ToJs(Isolate* isolate, std::string_view name) const {
    const auto* bytes = reinterpret_cast<const uint8_t*>(name.data());
    if (encoding_ == Encoding::kUtf8 && IsAscii(name)) {
      return v8::String::NewFromOneByte(isolate, bytes, v8::NewStringType::kNormal,
                                        static_cast<int>(name.size()))
          .ToLocalChecked()
          .As<Value>();
    }
    return EncodeBytes(isolate, {bytes, name.size()}, encoding_);
  }

  PathText path_;
  Encoding encoding_;
  bool with_types_;
  const char* name_;
  std::string names_;  // one after the other
  std::vector<Entry> entries_;
};

}  // namespace

void FsReaddir(const Args& args) { FsJob::Run(args, args[3], std::make_unique<ReaddirJob>(args)); }

}  // namespace parley
