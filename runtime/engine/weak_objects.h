// The end of BaseObjects that only the collector would have deleted.
#pragma once

#include "v8.h"

namespace parley {

// Deletes those that were made weak: with the isolate goes its collector. To be called when nothing uses them
// any more.
void DeleteWeakObjects(v8::Isolate* isolate);

}  // namespace parley
