// Addons linked into the program: the same Node-API source that makes a .node file, reachable without one.
// Needs nothing of V8, so that an addon's source can include it.
#ifndef RUNTIME_NODE_API_LINKED_H_
#define RUNTIME_NODE_API_LINKED_H_

#include <node_api.h>

namespace parley {

// Makes `init` reachable as process._linkedBinding(name). To be called before main(), by a static
// initialiser.
__attribute__((visibility("hidden"))) int RegisterLinkedNapiModule(const char* name,
                                                                   napi_addon_register_func init);

}  // namespace parley

#endif  // RUNTIME_NODE_API_LINKED_H_
