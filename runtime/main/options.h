// The command line: parley [options] [V8 options] [script | -e code | -p code | -] [--] [arguments]
#ifndef RUNTIME_MAIN_OPTIONS_H_
#define RUNTIME_MAIN_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

namespace parley {

struct Options {
  std::string argv0;
  std::vector<std::string> exec_argv;  // options before the script, as given
  std::vector<std::string> arguments;  // what follows the script
  std::vector<std::string> v8_flags;
  std::string script;  // empty: none; "-": standard input
  std::optional<std::string> eval;
  bool print = false;
  bool check = false;
  bool interactive = false;
  bool version = false;
  bool help = false;
  bool print_v8_options = false;
  std::vector<std::string> preload;     // -r
  std::vector<std::string> conditions;  // -C
  std::string input_type;
  std::string unhandled_rejections;
  bool no_warnings = false;
  bool no_deprecation = false;
  bool throw_deprecation = false;
  bool trace_deprecation = false;
  bool trace_warnings = false;
  bool trace_uncaught = false;
  bool preserve_symlinks = false;
  bool preserve_symlinks_main = false;
  bool expose_internals = false;
};

// Fills `options` from the arguments and NODE_OPTIONS. Returns what is wrong with them, or an empty string.
std::string ParseOptions(int argc, char** argv, const char* node_options, Options* options);

}  // namespace parley

#endif  // RUNTIME_MAIN_OPTIONS_H_
