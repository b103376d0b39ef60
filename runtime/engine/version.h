// What this program says it is: its own version, and the Node.js release whose documented API it follows.
#ifndef RUNTIME_ENGINE_VERSION_H_
#define RUNTIME_ENGINE_VERSION_H_

#define PARLEY_VERSION "0.1.0"
#define PARLEY_NODE_VERSION "20.11.1"
#define PARLEY_MODULE_ABI "108"
#define PARLEY_NAPI_VERSION "9"

#endif  // RUNTIME_ENGINE_VERSION_H_
