// Parsing the command line (Node doc: cli).
#include "runtime/main/options.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace parley {
namespace {

struct Flag {
  const char* name;
  bool Options::*field;
  bool in_environment;  // allowed in NODE_OPTIONS
};
constexpr Flag kFlags[] = {
    {"--interactive", &Options::interactive, false},
    {"-i", &Options::interactive, false},
    {"--version", &Options::version, false},
    {"-v", &Options::version, false},
    {"--help", &Options::help, false},
    {"-h", &Options::help, false},
    {"--v8-options", &Options::print_v8_options, false},
    {"--check", &Options::check, false},
    {"-c", &Options::check, false},
    {"--no-warnings", &Options::no_warnings, true},
    {"--no-deprecation", &Options::no_deprecation, true},
    {"--throw-deprecation", &Options::throw_deprecation, true},
    {"--trace-deprecation", &Options::trace_deprecation, true},
    {"--trace-warnings", &Options::trace_warnings, true},
    {"--trace-uncaught", &Options::trace_uncaught, true},
    {"--preserve-symlinks", &Options::preserve_symlinks, true},
    {"--preserve-symlinks-main", &Options::preserve_symlinks_main, true},
    {"--expose-internals", &Options::expose_internals, false},
};

// Options V8 knows that programs pass. A list, because V8 itself only complains on standard error.
constexpr const char* kV8Flags[] = {"--max-old-space-size",
                                    "--max-semi-space-size",
                                    "--max-heap-size",
                                    "--stack-size",
                                    "--stack-trace-limit",
                                    "--expose-gc",
                                    "--allow-natives-syntax",
                                    "--harmony",
                                    "--no-harmony",
                                    "--use-strict",
                                    "--jitless",
                                    "--no-opt",
                                    "--opt",
                                    "--always-opt",
                                    "--interrupt-budget",
                                    "--trace-gc",
                                    "--trace-opt",
                                    "--trace-deopt",
                                    "--gc-interval",
                                    "--random-seed",
                                    "--predictable",
                                    "--single-threaded",
                                    "--abort-on-uncaught-exception",
                                    "--disallow-code-generation-from-strings",
                                    "--perf-basic-prof",
                                    "--perf-prof",
                                    "--interpreted-frames-native-stack",
                                    "--prof",
                                    "--log",
                                    "--max-lazy",
                                    "--no-max-lazy",
                                    "--lite-mode",
                                    "--optimize-for-size",
                                    "--sparkplug",
                                    "--no-sparkplug",
                                    "--maglev",
                                    "--turbo",
                                    "--no-turbo",
                                    "--concurrent-recompilation",
                                    "--initial-heap-size",
                                    "--min-semi-space-size",
                                    "--huge-max-alignment",
                                    "--stress",
                                    "--verify",
                                    "--enable-source-maps"};

bool IsV8Flag(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  name = name.substr(0, name.find('='));
  if (name.starts_with("--harmony-") || name.starts_with("--no-harmony-")) return true;
  return std::any_of(std::begin(kV8Flags), std::end(kV8Flags), [&](const char* f) { return name == f; });
}

class Parser {
 public:
  Parser(std::vector<std::string> words, bool from_environment, Options* options)
      : words_(std::move(words)), from_environment_(from_environment), options_(options) {}

  std::string Parse() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_];
      if (word == "--") {
        Take();
        break;
      }
      if (word == "-" || word.empty() || word[0] != '-') break;
      std::string error = ParseOne(Take());
      if (!error.empty()) return error;
    }
    if (from_environment_) {
      return next_ < words_.size() ? words_[next_] + " is not allowed in NODE_OPTIONS" : "";
    }
    if (!options_->eval && next_ < words_.size()) options_->script = words_[next_++];
    options_->arguments.assign(words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    return "";
  }

 private:
  std::string Take() {
    std::string word = words_[next_++];
    if (!from_environment_ && word != "--") options_->exec_argv.push_back(word);
    return word;
  }

  std::string ParseOne(const std::string& word) {
    for (const Flag& flag : kFlags) {
      if (word != flag.name) continue;
      if (from_environment_ && !flag.in_environment) return word + " is not allowed in NODE_OPTIONS";
      options_->*flag.field = true;
      return "";
    }
    size_t equals = word.find('=');
    std::string name = word.substr(0, equals);
    auto value = [&](std::string* into) -> std::string {
      if (equals != std::string::npos) {
        *into = word.substr(equals + 1);
      } else if (next_ < words_.size() &&
                 (words_[next_].empty() || words_[next_][0] != '-' || words_[next_] == "-")) {
        *into = Take();
      } else {
        return name + " requires an argument";
      }
      return "";
    };
    std::string text;
    if (name == "-r" || name == "--require") {
      std::string error = value(&text);
      if (error.empty()) options_->preload.push_back(text);
      return error;
    }
    if (name == "-C" || name == "--conditions") {
      std::string error = value(&text);
      if (error.empty()) options_->conditions.push_back(text);
      return error;
    }
    if (name == "--input-type") return value(&options_->input_type);
    if (name == "--unhandled-rejections") {
      std::string error = value(&options_->unhandled_rejections);
      const std::string& mode = options_->unhandled_rejections;
      if (!error.empty() || mode == "strict" || mode == "warn" || mode == "none" || mode == "throw" ||
          mode == "warn-with-error-codes") {
        return error;
      }
      return "invalid value for --unhandled-rejections";
    }
    if (!from_environment_ &&
        (name == "-e" || name == "--eval" || name == "-p" || name == "--print" || name == "-pe")) {
      options_->print = options_->print || name[1] == 'p' || name == "--print";
      if (equals != std::string::npos) {
        options_->eval = word.substr(equals + 1);
      } else if (next_ < words_.size()) {
        options_->eval = Take();
      } else {
        return name + " requires an argument";
      }
      return "";
    }
    if (IsV8Flag(word)) {
      options_->v8_flags.push_back(word);
      return "";
    }
    return "bad option: " + word;
  }

  std::vector<std::string> words_;
  bool from_environment_;
  Options* options_;
  size_t next_ = 0;
};

}  // namespace

std::string ParseOptions(int argc, char** argv, const char* node_options, Options* options) {
  options->argv0 = argc > 0 ? argv[0] : "parley";
  if (node_options != nullptr) {
    std::istringstream stream(node_options);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    std::string error = Parser(std::move(words), true, options).Parse();
    if (!error.empty()) return error;
  }
  return Parser(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), false, options).Parse();
}

}  // namespace parley
