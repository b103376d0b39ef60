// The permission model (Node doc: permissions): what a process that was started with
// --experimental-permission may do. It holds for the whole process, its worker threads included; what is
// asked without that option is always allowed.
#ifndef RUNTIME_PROCESS_PERMISSION_H_
#define RUNTIME_PROCESS_PERMISSION_H_

#include <v8.h>

#include <string_view>

namespace parley {

class Environment;
class Options;

enum class Permission { kFs, kFsRead, kFsWrite, kChildProcess, kWorker, kInspector, kWasi, kAddon };

// Once, before the engine starts.
void RestrictProcess(const Options& options);

extern bool process_is_restricted;
inline bool IsRestricted() { return process_is_restricted; }

// Whether everything of the kind is allowed, or, for files, whether that path is. Relative paths are the
// current folder's. Any thread may ask.
bool IsPermitted(Permission permission, std::string_view path = {});

// The Error ERR_ACCESS_DENIED.
v8::Local<v8::Value> AccessDenied(Environment* env, Permission permission, std::string_view resource = {});
// True with that error thrown when it is not permitted.
bool IsDenied(Environment* env, Permission permission, std::string_view path = {});

}  // namespace parley

#endif  // RUNTIME_PROCESS_PERMISSION_H_
