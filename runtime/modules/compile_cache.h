// Keeps what V8 compiled of a program's modules on disk, so that its next start need not parse them again.
// Like module.enableCompileCache() of later versions of Node.js, but on by default, in a folder of the user's
// ($XDG_CACHE_HOME/parley or ~/.cache/parley); PARLEY_COMPILE_CACHE names another one, or 0 for none.
//
// A program whose modules are small never touches the disk: what is written must be worth it. Writing comes
// after the program's work: at its end, or when it runs for long, once its start is over, and takes a small
// part of the time it ran; what did not fit is left to the next run.
#ifndef RUNTIME_MODULES_COMPILE_CACHE_H_
#define RUNTIME_MODULES_COMPILE_CACHE_H_

#include <uv.h>
#include <v8.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/modules/compile_cache_file.h"

namespace parley {

class Environment;

class CompileCache {
 public:
  explicit CompileCache(Environment* env);
  ~CompileCache();
  static CompileCache* Of(Environment* env);

  // What is known of a text, to be given to V8 (which owns the result); null when nothing is, or when the
  // text is not worth it. `request` is for the two functions below.
  struct Request {
    CacheKey key;
    size_t size = 0;  // 0: not to be kept
  };
  v8::ScriptCompiler::CachedData* Find(v8::Local<v8::String> source, v8::Local<v8::Value> name, char kind,
                                       Request* request);
  // After compiling: what V8 did not know, or did not accept, is made and kept later.
  void Keep(const Request& request, v8::Local<v8::Function> function);
  void Keep(const Request& request, v8::Local<v8::UnboundModuleScript> script);

 private:
  struct Pending {
    Request request;
    v8::Global<v8::Function> function;
    v8::Global<v8::UnboundModuleScript> module;
  };
  void Add(Pending pending);
  void Save(uint64_t budget_ns);
  static std::string Path();
  static void OnExit(void* self);
  static void OnTimer(uv_timer_t* timer);

  Environment* env_;
  bool enabled_ = false;
  uint64_t started_;
  CompileCacheFile file_;
  std::vector<Pending> pending_;
  size_t pending_size_ = 0;
  uv_timer_t* timer_ = nullptr;
};

}  // namespace parley

#endif  // RUNTIME_MODULES_COMPILE_CACHE_H_
