// Every option of the command line, once: what it takes, whether NODE_OPTIONS may name it, what --help says
// of it (Node doc: cli).
#ifndef RUNTIME_MAIN_OPTION_TABLE_H_
#define RUNTIME_MAIN_OPTION_TABLE_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace parley {

enum class OptionKind : uint8_t {
  kNothing,       // accepted, of no effect: what it asked for is the rule by now
  kEngine,        // V8's own; passed on
  kFlag,          // off unless given; --no-… takes it back
  kOnFlag,        // on unless --no-… is given
  kInteger,       // takes a number
  kText,          // takes a text; the last one counts
  kHostPort,      // takes [host:]port
  kInspect,       // a flag; what follows '=' is --inspect-port's
  kList,          // takes a text; all of them count
  kMissing,       // a flag that changes what a program may rely on and that Parley does not have: an error
  kMissingValue,  // likewise, with a value
};

struct OptionSpec {
  std::string_view name;
  OptionKind kind;
  bool in_environment;    // NODE_OPTIONS may name it
  std::string_view help;  // empty: --help does not list it
};

constexpr bool TakesValue(OptionKind kind) {
  return kind == OptionKind::kInteger || kind == OptionKind::kText || kind == OptionKind::kHostPort ||
         kind == OptionKind::kList || kind == OptionKind::kMissingValue;
}
constexpr bool CanBeNegated(OptionKind kind) { return !TakesValue(kind) && kind != OptionKind::kEngine; }

// Sorted by name.
std::span<const OptionSpec> OptionTable();
// The number of the option in the table, or -1. `name` is spelled with dashes.
int FindOption(std::string_view name);

// Another spelling of an option, or of two.
struct OptionAlias {
  std::string_view name;
  std::string_view expansion;  // words with one space between them
};
std::span<const OptionAlias> OptionAliases();

}  // namespace parley

#endif  // RUNTIME_MAIN_OPTION_TABLE_H_
