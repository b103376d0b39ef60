// Where V8 asks for import() (ECMA-262 HostImportModuleDynamically).
#ifndef RUNTIME_MODULES_DYNAMIC_IMPORT_H_
#define RUNTIME_MODULES_DYNAMIC_IMPORT_H_

#include <v8.h>

namespace parley {

// Import attributes as JavaScript gets them: undefined when there are none, else [key, value, key, value, …].
// V8 stores them in rows of `stride`: key, value[, offset].
v8::Local<v8::Value> ImportAttributes(v8::Local<v8::Context> context, v8::Local<v8::FixedArray> rows,
                                      int stride);

// For Isolate::SetHostImportModuleDynamicallyCallback: hands (specifier, referrer's name, attributes, key) to
// Hook::kImport. `key` is the import id of code that vm made (host_options.h).
v8::MaybeLocal<v8::Promise> ImportModuleDynamically(v8::Local<v8::Context> context,
                                                    v8::Local<v8::Data> host_defined_options,
                                                    v8::Local<v8::Value> resource_name,
                                                    v8::Local<v8::String> specifier,
                                                    v8::Local<v8::FixedArray> import_assertions);

}  // namespace parley

#endif  // RUNTIME_MODULES_DYNAMIC_IMPORT_H_
