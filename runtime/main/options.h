// The command line: parley [options] [V8 options] [script | -e code | -p code | -] [--] [arguments]   (Node
// doc: cli)
#ifndef RUNTIME_MAIN_OPTIONS_H_
#define RUNTIME_MAIN_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/main/option_table.h"

namespace parley {

// What was given for one option of the table. Flags: `on`. Values: the last element counts but for lists.
struct OptionValue {
  bool given = false;
  bool on = false;
  std::vector<std::string> values;
};

class Options {
 public:
  Options();

  // By the option's name in the table.
  bool Flag(std::string_view name) const;
  bool Given(std::string_view name) const;
  // The last value given, or an empty string.
  const std::string& Text(std::string_view name) const;
  const OptionValue& At(size_t index) const { return values_[index]; }
  OptionValue& At(size_t index) { return values_[index]; }

  std::string argv0;
  std::vector<std::string> exec_argv;  // options before the script, as given
  std::vector<std::string> arguments;  // what follows the script
  std::vector<std::string> v8_flags;
  std::string script;  // empty: none; "-": standard input

 private:
  const OptionValue& Find(std::string_view name) const;
  std::vector<OptionValue> values_;  // by the table's order
};

// The options of this process. Filled before the engine starts, constant from then on.
Options& ProcessOptions();

// Reads the arguments. Returns what is wrong with them, one line each.
std::vector<std::string> ParseCommandLine(int argc, char** argv, Options* options);

// Reads words that stand before those of the command line: the value of NODE_OPTIONS.
std::vector<std::string> ParseEnvironmentOptions(std::string_view node_options, Options* options);

// What options contradict each other or have values that are none.
std::vector<std::string> CheckOptions(const Options& options);

// The text of --help, and the script of --completion-bash.
std::string HelpText();
std::string BashCompletion();

}  // namespace parley

#endif  // RUNTIME_MAIN_OPTIONS_H_
