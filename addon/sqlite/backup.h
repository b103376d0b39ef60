// backup() of `node:sqlite`: copies a database in steps on the thread pool
// (https://www.sqlite.org/backup.html).
#pragma once

#include <node_api.h>

namespace parley::sqlite {

// backup(sourceDb, path[, { source, target, rate, progress }]) -> promise of the number of pages
napi_value start_backup(napi_env env, napi_callback_info info);

}  // namespace parley::sqlite
