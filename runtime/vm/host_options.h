// How import() in a script or module of vm finds the callback that its maker gave (option
// importModuleDynamically): a number among the script's host-defined options.
#ifndef RUNTIME_VM_HOST_OPTIONS_H_
#define RUNTIME_VM_HOST_OPTIONS_H_

#include <v8.h>

namespace parley {

// The options for `id`; empty when it is no number: import() then works as in any file of that name. An id of
// 0 says that there is no callback. Others live as long as the code: see TakeCollectedIds in
// internalBinding('vm').
v8::Local<v8::Data> MakeHostOptions(v8::Isolate* isolate, v8::Local<v8::Value> id);

// The id among a script's options, undefined when it has none.
v8::Local<v8::Value> IdOfHostOptions(v8::Isolate* isolate, v8::Local<v8::Data> options);

// takeCollectedIds() -> the ids whose code has been collected since the last call
void TakeCollectedIds(const v8::FunctionCallbackInfo<v8::Value>& args);

}  // namespace parley

#endif  // RUNTIME_VM_HOST_OPTIONS_H_
