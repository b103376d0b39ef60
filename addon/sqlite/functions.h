// JavaScript functions that SQL calls: DatabaseSync's function() and aggregate().
#pragma once

#include <node_api.h>

namespace parley::sqlite {

class Database;

// function(name[, options], function)
napi_value define_function(napi_env env, napi_callback_info info);
// aggregate(name, options)
napi_value define_aggregate(napi_env env, napi_callback_info info);

}  // namespace parley::sqlite
