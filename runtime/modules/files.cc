// Reading and compiling a module's text: the CommonJS wrapper of Node.js "Modules: CommonJS modules". The
// loaders do not use `fs`: a program that never touches files should not pay for loading it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/newer_syntax.h"
#include "runtime/modules/compile_cache.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::String;
using v8::Value;

// Reads a whole file; returns 0 or an errno.
int ReadWholeFile(const char* path, std::string* out) {
  int fd;
  do {
    fd = ::open(path, O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return errno;
  struct stat status;
  int error = 0;
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    if (status.st_size > String::kMaxLength) {
      ::close(fd);
      return EFBIG;
    }
    out->reserve(static_cast<size_t>(status.st_size) + 1);
  }
  size_t used = 0;
  for (;;) {
    if (out->capacity() - used < 4096) out->reserve(used * 2 + 65536);
    out->resize(out->capacity());
    ssize_t n = ::read(fd, out->data() + used, out->size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) error = errno;
    if (n <= 0) break;
    used += static_cast<size_t>(n);
    if (used > static_cast<size_t>(String::kMaxLength)) {
      error = EFBIG;
      break;
    }
  }
  out->resize(used);
  ::close(fd);
  return error;
}

bool IsAscii(const std::string& text) {
  unsigned char bits = 0;
  for (unsigned char c : text) bits |= c;
  return bits < 0x80;
}

// ASCII sources, nearly all there are, skip UTF-8 decoding. A leading byte order mark is dropped.
v8::MaybeLocal<String> SourceString(v8::Isolate* isolate, const std::string& text) {
  if (IsAscii(text)) {
    return String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(text.data()),
                                  v8::NewStringType::kNormal, static_cast<int>(text.size()));
  }
  size_t skip = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  return String::NewFromUtf8(isolate, text.data() + skip, v8::NewStringType::kNormal,
                             static_cast<int>(text.size() - skip));
}

// readFileUtf8(path): the text, without a byte order mark; throws the system's error.
// readFileUtf8(path, true): undefined when there is no such file.
void ReadFileUtf8(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::string path = ToUtf8(isolate, args[0]);
  std::string text;
  // What is read where it is there, a package.json, is no secret.
  if (!args[1]->IsTrue() && IsDenied(Environment::From(args), Permission::kFsRead, path)) return;
  int error = ReadWholeFile(path.c_str(), &text);
  if (error != 0) {
    bool absent = error == ENOENT || error == ENOTDIR || error == EISDIR;
    if (absent && args[1]->IsTrue()) return;
    if (error == EFBIG) {
      return Environment::From(args)->ThrowError("ERR_STRING_TOO_LONG",
                                                 "Cannot create a string longer than 0x1fffffe8 characters");
    }
    Environment::From(args)->ThrowUvException(-error, error == EISDIR ? "read" : "open", nullptr,
                                              error == EISDIR ? nullptr : path.c_str());
    return;
  }
  Local<String> source;
  if (SourceString(isolate, text).ToLocal(&source)) args.GetReturnValue().Set(source);
}

// readFileBytes(path) → Uint8Array; throws the system's error.
void ReadFileBytes(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::string path = ToUtf8(isolate, args[0]);
  std::string bytes;
  if (IsDenied(Environment::From(args), Permission::kFsRead, path)) return;
  if (int error = ReadWholeFile(path.c_str(), &bytes); error != 0)
    return Environment::From(args)->ThrowUvException(-error, "open", nullptr, path.c_str());
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->Data(), bytes.data(), bytes.size());
  args.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, bytes.size()));
}

// True for the errors of a CommonJS wrapper around text that is written as an ES module.
bool IsModuleSyntax(v8::Isolate* isolate, Local<v8::Message> message) {
  static constexpr std::string_view kTexts[] = {
      "Cannot use import statement outside a module", "Unexpected token 'export'",
      "Cannot use 'import.meta' outside a module",
      "await is only valid in async functions and the top level bodies of modules"};
  std::string text = ToUtf8(isolate, message->Get());
  return std::any_of(std::begin(kTexts), std::end(kTexts),
                     [&](std::string_view each) { return text.find(each) != std::string::npos; });
}

// True when text that is wrong as a function's body could be one with top-level await, and is right as a
// module. V8 reads `f(await "")` as a call with the variable `await`, and names the error after what follows.
bool IsModuleWithAwait(v8::Isolate* isolate, Local<v8::Message> message, Local<String> text) {
  std::string error = ToUtf8(isolate, message->Get());
  if (error.find("missing ) after argument list") == std::string::npos &&
      error.find("SyntaxError: Unexpected ") == std::string::npos) {
    return false;
  }
  if (ToUtf8(isolate, text).find("await") == std::string::npos) return false;
  v8::TryCatch ignored(isolate);
  v8::ScriptOrigin origin(isolate, v8::Undefined(isolate), 0, 0, false, -1, Local<Value>(), false, false,
                          true);
  v8::ScriptCompiler::Source source(text, origin);
  return !v8::ScriptCompiler::CompileModule(isolate, &source).IsEmpty();
}

// compileFunction(source, filename, parameterNames[, detect]): the function whose body is `source`, as the
// CommonJS wrapper. V8 itself skips a "#!" line. The filename reaches dynamic import() as its referrer. With
// `detect`, null instead of the error when the text is written as an ES module.
void CompileFunction(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  std::vector<Local<String>> parameters;
  Local<v8::Array> names = args[2].As<v8::Array>();
  for (uint32_t i = 0; i < names->Length(); i++) {
    Local<Value> name;
    if (!names->Get(context, i).ToLocal(&name)) return;
    parameters.push_back(name.As<String>());
  }
  CompileCache* cache = CompileCache::Of(Environment::From(args));
  v8::ScriptOrigin origin(isolate, args[1]);
  Local<v8::Function> function;
  v8::TryCatch try_catch(isolate);
  auto compile = [&](Local<String> text) {
    CompileCache::Request request;
    v8::ScriptCompiler::CachedData* cached = cache->Find(text, args[1], 'c', &request);
    v8::ScriptCompiler::Source source(text, origin, cached);  // owns `cached`
    v8::MaybeLocal<v8::Function> result = v8::ScriptCompiler::CompileFunctionInContext(
        context, &source, parameters.size(), parameters.data(), 0, nullptr,
        cached ? v8::ScriptCompiler::kConsumeCodeCache : v8::ScriptCompiler::kNoCompileOptions);
    Local<v8::Function> compiled;
    if (result.ToLocal(&compiled) && (cached == nullptr || cached->rejected)) cache->Keep(request, compiled);
    return result;
  };
  if (CompileWithNewerSyntax(context, args[0].As<String>(), compile).ToLocal(&function)) {
    args.GetReturnValue().Set(function);
  } else if (args[3]->IsTrue() && !try_catch.HasTerminated() &&
             (IsModuleSyntax(isolate, try_catch.Message()) ||
              IsModuleWithAwait(isolate, try_catch.Message(), args[0].As<String>()))) {
    args.GetReturnValue().SetNull();
  } else {
    try_catch.ReThrow();
  }
}

constexpr BindingFunction kFunctions[] = {
    {"readFileUtf8", ReadFileUtf8}, {"readFileBytes", ReadFileBytes}, {"compileFunction", CompileFunction}};
PARLEY_BINDING(modules, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
