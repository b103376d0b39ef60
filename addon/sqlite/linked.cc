// The addon as part of `parley`: process._linkedBinding('sqlite').
#include "runtime/node_api/linked.h"

#include "addon/sqlite/database.h"

namespace {
[[maybe_unused]] const int kRegistered =
    parley::RegisterLinkedNapiModule("sqlite", parley::sqlite::initialize);
}
