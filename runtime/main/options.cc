// Parsing the command line and NODE_OPTIONS (Node doc: cli).
#include "runtime/main/options.h"

#include <algorithm>
#include <deque>

namespace parley {
namespace {

bool IsOption(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

// --trace_warnings is as good as --trace-warnings. The value after '=' is not part of the name.
std::string CanonicalName(std::string_view word) {
  std::string name(word.substr(0, word.find('=')));
  if (name.starts_with("--")) std::replace(name.begin() + 2, name.end(), '_', '-');
  return name;
}

class Parser {
 public:
  Parser(std::vector<std::string> words, bool from_environment, Options* options)
      : words_(words.begin(), words.end()), from_environment_(from_environment), options_(options) {}

  std::vector<std::string> Parse() {
    while (!words_.empty() && IsOption(words_[0])) {
      std::string word = Take();
      if (word == "--") break;
      ParseOne(word);
    }
    if (from_environment_) return std::move(errors_);
    bool has_code = options_->Given("--eval");
    if (!has_code && !words_.empty()) {
      options_->script = words_[0];
      words_.pop_front();
    }
    options_->arguments.assign(words_.begin(), words_.end());
    return std::move(errors_);
  }

 private:
  std::string Take() {
    std::string word = std::move(words_.front());
    words_.pop_front();
    if (!from_environment_ && word != "--") options_->exec_argv.push_back(word);
    return word;
  }

  void ParseOne(const std::string& word) {
    std::string name = CanonicalName(word);
    size_t equals = word.find('=');
    if (Expand(name, word, equals)) return;
    bool negated = false;
    int index = FindOption(name);
    if (index < 0 && name.starts_with("--no-")) {
      index = FindOption("--" + name.substr(5));
      negated = index >= 0;
    }
    if (name == "--debug" || name == "--debug-brk") {
      errors_.emplace_back(
          "[DEP0062]: `node --debug` and `node --debug-brk` are invalid. Please use `node --inspect` and "
          "`node "
          "--inspect-brk` instead.");
      return;
    }
    if (index < 0) {
      // Perhaps V8 knows it; it says so when it gets the flags.
      if (from_environment_) return Refuse(word);
      options_->v8_flags.push_back(word);
      return;
    }
    const OptionSpec& option = OptionTable()[static_cast<size_t>(index)];
    if (from_environment_ && !option.in_environment) return Refuse(word);
    if (negated && option.kind == OptionKind::kEngine) {
      options_->v8_flags.push_back(word);
      return;
    }
    if (negated && !CanBeNegated(option.kind)) {
      errors_.push_back(word + " is an invalid negation because it is not a boolean option");
      return;
    }
    Set(option, &options_->At(static_cast<size_t>(index)), negated, word, equals);
  }

  // Replaces another spelling by the option's own. Its name as the user wrote it stays in error messages.
  bool Expand(const std::string& name, const std::string& word, size_t equals) {
    std::string_view expansion;
    // -p and --print followed by code are -pe.
    if ((name == "--print" || name == "-p") && spelled_.empty() && equals == std::string::npos &&
        !words_.empty() && !IsOption(words_[0])) {
      expansion = "--print --eval";
    }
    for (const OptionAlias& alias : OptionAliases()) {
      if (expansion.empty() && alias.name == name) expansion = alias.expansion;
    }
    if (expansion.empty()) return false;
    size_t space = expansion.find(' ');
    std::string first(expansion.substr(0, space));
    spelled_ = name;
    if (space == std::string_view::npos) {
      if (equals != std::string::npos) first += word.substr(equals);
      ParseOne(first);
    } else {
      int index = FindOption(first);
      const OptionSpec& option = OptionTable()[static_cast<size_t>(index)];
      std::string second(expansion.substr(space + 1));
      if (from_environment_ && !option.in_environment) {
        Refuse(word);
      } else if (TakesValue(option.kind)) {
        options_->At(static_cast<size_t>(index)).given = true;
        options_->At(static_cast<size_t>(index)).values.push_back(second);
      } else {
        Set(option, &options_->At(static_cast<size_t>(index)), false, first, std::string::npos);
        ParseOne(second + (equals == std::string::npos ? "" : word.substr(equals)));
      }
    }
    spelled_.clear();
    return true;
  }

  void Set(const OptionSpec& option, OptionValue* value, bool negated, const std::string& word,
           size_t equals) {
    std::string shown = spelled_.empty() ? word.substr(0, equals) : spelled_;
    if (option.kind == OptionKind::kMissing || option.kind == OptionKind::kMissingValue) {
      if (!negated) errors_.push_back(shown + " is not implemented in Parley");
      return;
    }
    if (option.kind == OptionKind::kInspect && equals != std::string::npos) {
      OptionValue& port = options_->At(static_cast<size_t>(FindOption("--inspect-port")));
      port.given = true;
      port.values.push_back(word.substr(equals + 1));
      equals = std::string::npos;
    }
    if (!TakesValue(option.kind)) {
      if (equals != std::string::npos && option.kind != OptionKind::kEngine) {
        errors_.push_back(word + " does not take an argument");
        return;
      }
      value->given = true;
      value->on = !negated;
      if (option.kind == OptionKind::kEngine) {
        options_->v8_flags.push_back(word);
        if (equals != std::string::npos) value->values.push_back(word.substr(equals + 1));
      }
      return;
    }
    std::string text;
    if (equals != std::string::npos) {
      text = word.substr(equals + 1);
      if (text.empty()) {
        errors_.push_back(shown + "= requires an argument");
        return;
      }
    } else if (words_.empty() || (!words_[0].empty() && words_[0][0] == '-')) {
      errors_.push_back(shown + " requires an argument");
      return;
    } else {
      text = Take();
      if (text.starts_with("\\-")) text.erase(0, 1);
    }
    value->given = true;
    value->values.push_back(std::move(text));
  }

  void Refuse(const std::string& word) { errors_.push_back(word + " is not allowed in NODE_OPTIONS"); }

  std::deque<std::string> words_;
  bool from_environment_;
  Options* options_;
  std::vector<std::string> errors_;
  std::string spelled_;  // the alias being expanded
};

// The words of NODE_OPTIONS: spaces separate, double quotes hold together, a backslash in quotes escapes.
std::vector<std::string> SplitWords(std::string_view text, std::vector<std::string>* errors) {
  std::vector<std::string> words;
  bool quoted = false;
  bool in_word = false;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (c == '\\' && quoted) {
      if (i + 1 == text.size()) {
        errors->push_back("invalid value for NODE_OPTIONS (invalid escape)");
        return words;
      }
      c = text[++i];
    } else if (c == ' ' && !quoted) {
      in_word = false;
      continue;
    } else if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  }
  if (quoted) errors->push_back("invalid value for NODE_OPTIONS (unterminated string)");
  return words;
}

}  // namespace

Options::Options() : values_(OptionTable().size()) {
  for (size_t i = 0; i < values_.size(); i++) values_[i].on = OptionTable()[i].kind == OptionKind::kOnFlag;
}

const OptionValue& Options::Find(std::string_view name) const {
  static const OptionValue none;
  int index = FindOption(name);
  return index < 0 ? none : values_[static_cast<size_t>(index)];
}

bool Options::Flag(std::string_view name) const { return Find(name).on; }
bool Options::Given(std::string_view name) const { return Find(name).given; }
const std::string& Options::Text(std::string_view name) const {
  static const std::string empty;
  const OptionValue& value = Find(name);
  return value.values.empty() ? empty : value.values.back();
}

Options& ProcessOptions() {
  static Options options;
  return options;
}

std::vector<std::string> ParseEnvironmentOptions(std::string_view node_options, Options* options) {
  std::vector<std::string> errors;
  std::vector<std::string> words = SplitWords(node_options, &errors);
  if (!errors.empty()) return errors;
  return Parser(std::move(words), true, options).Parse();
}

std::vector<std::string> ParseCommandLine(int argc, char** argv, Options* options) {
  options->argv0 = argc > 0 ? argv[0] : "parley";
  return Parser(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), false, options).Parse();
}

}  // namespace parley
