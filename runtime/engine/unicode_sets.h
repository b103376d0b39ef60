// Regular expressions with the flag `v` (ECMA-262 2024, 22.2.1 with UnicodeSetsMode) in terms of the flag
// `u`, which is all that V8 10.2 has.
#ifndef RUNTIME_ENGINE_UNICODE_SETS_H_
#define RUNTIME_ENGINE_UNICODE_SETS_H_

#include <optional>
#include <string>
#include <string_view>

namespace parley {

// The pattern that matches with the flag `u` what `pattern` matches with `v`; none when `pattern` is not
// valid. Classes whose meaning the flag changes become the ranges and strings they hold.
std::optional<std::u16string> WithoutUnicodeSets(std::u16string_view pattern, bool ignore_case);

}  // namespace parley

#endif  // RUNTIME_ENGINE_UNICODE_SETS_H_
