// sqlite.node: the addon as stock Node.js loads it.
#include <node_api.h>

#include "addon/sqlite/database.h"

NAPI_MODULE_INIT() { return parley::sqlite::initialize(env, exports); }
