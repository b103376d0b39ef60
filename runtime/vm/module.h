// import.meta of the modules a program makes with vm.
#ifndef RUNTIME_VM_MODULE_H_
#define RUNTIME_VM_MODULE_H_

#include <v8.h>

namespace parley {

// Fills `meta` as the maker of `module` wished. Does nothing for modules that are not vm's.
void InitializeVmImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                            v8::Local<v8::Object> meta);

}  // namespace parley

#endif  // RUNTIME_VM_MODULE_H_
