// A library found when it is first needed: programs that do without neither wait for it at their start nor
// need it installed.
#pragma once

namespace parley::media {

class SharedLibrary {
 public:
  // `name` as the dynamic linker knows it, e.g. "libvpx.so.7". Stays loaded for good.
  explicit SharedLibrary(const char* name);
  bool loaded() const { return handle_ != nullptr; }

  // Sets `*function` to the symbol of that name; false, and null, when there is none.
  template <class Function>
  bool find(const char* name, Function** function) const {
    *function = reinterpret_cast<Function*>(symbol(name));
    return *function != nullptr;
  }

 private:
  void* symbol(const char* name) const;
  void* handle_;
};

}  // namespace parley::media
