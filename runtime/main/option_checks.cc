// What is said about options before anything runs: contradictions, --help, --completion-bash (Node doc: cli).
#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "runtime/main/options.h"

namespace parley {
namespace {

bool OneOf(const std::string& text, std::initializer_list<const char*> choices) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

std::string ShortName(std::string_view name) {
  for (const OptionAlias& alias : OptionAliases()) {
    if (alias.expansion == name && alias.name.size() == 2) return std::string(alias.name) + ", ";
  }
  return "    ";
}

// Words of `text` in lines of at most `width` characters.
std::vector<std::string> Wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, space);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return lines;
}

void AddRow(std::string* text, const std::string& left, std::string_view right) {
  constexpr size_t kLeft = 34;
  *text += left;
  size_t column = left.size();
  if (column + 2 > kLeft) {
    *text += '\n';
    column = 0;
  }
  for (const std::string& line : Wrap(right, 100 - kLeft)) {
    text->append(kLeft - column, ' ');
    *text += line + "\n";
    column = 0;
  }
}

std::string_view Placeholder(OptionKind kind) {
  switch (kind) {
    case OptionKind::kInteger:
      return "=N";
    case OptionKind::kHostPort:
      return "=[HOST:]PORT";
    case OptionKind::kText:
    case OptionKind::kList:
      return "=…";
    default:
      return "";
  }
}

}  // namespace

std::vector<std::string> CheckOptions(const Options& options) {
  std::vector<std::string> errors;
  auto need = [&](bool fine, const char* message) {
    if (!fine) errors.emplace_back(message);
  };
  auto choice = [&](const char* name, std::initializer_list<const char*> choices, const char* message) {
    need(!options.Given(name) || OneOf(options.Text(name), choices), message);
  };
  auto both = [&](const char* a, const char* b) {
    if (options.Given(a) && options.Given(b) && options.Flag(a)) {
      errors.push_back("either " + std::string(a) + " or " + b + " can be used, not both");
    }
  };
  both("--check", "--eval");
  both("--use-openssl-ca", "--use-bundled-ca");
  both("--tls-min-v1.3", "--tls-max-v1.2");
  choice("--input-type", {"commonjs", "module"}, "--input-type must be \"module\" or \"commonjs\"");
  choice("--experimental-default-type", {"commonjs", "module"},
         "--experimental-default-type must be \"module\" or \"commonjs\"");
  choice("--unhandled-rejections", {"strict", "warn", "none", "throw", "warn-with-error-code"},
         "invalid value for --unhandled-rejections");
  choice("--dns-result-order", {"ipv4first", "verbatim"}, "--dns-result-order must be ipv4first or verbatim");
  choice("--disable-proto", {"delete", "throw"}, "invalid mode passed to --disable-proto");
  const std::string& address = options.Text("--inspect-port");
  size_t digits = address.rfind(':') + 1;  // 0 where there is none
  if (!address.empty() && address.find_first_not_of("0123456789", digits) == std::string::npos) {
    long port = std::strtol(address.c_str() + digits, nullptr, 10);
    bool empty = digits == address.size();
    need(!empty && (port == 0 || (port >= 1024 && port <= 65535)), " must be 0 or in range 1024 to 65535.");
  }
  for (const std::string kind : {"--cpu-prof", "--heap-prof"}) {
    for (const char* detail : {"-name", "-dir", "-interval"}) {
      if (options.Given(kind + detail) && !options.Flag(kind))
        errors.push_back(kind + detail + " must be used with " + kind);
    }
  }
  if (options.Flag("--watch") || options.Given("--watch-path")) {
    need(!options.Flag("--check"), "either --watch or --check can be used, not both");
    need(!options.Given("--eval"), "either --watch or --eval can be used, not both");
    need(!options.Flag("--interactive"), "either --watch or --repl can be used, not both");
  }
  if (options.Flag("--test")) {
    need(!options.Flag("--check"), "either --test or --check can be used, not both");
    need(!options.Given("--eval"), "either --test or --eval can be used, not both");
    need(!options.Flag("--interactive"), "either --test or --repl can be used, not both");
  }
  const auto power_of_2 = [&](const char* name, long smallest, const char* message) {
    const long value = options.Given(name) ? std::strtol(options.Text(name).c_str(), nullptr, 10) : 0;
    need(value == 0 || (value >= smallest && (value & (value - 1)) == 0), message);
  };
  power_of_2("--secure-heap", 2, "--secure-heap must be a power of 2");
  power_of_2("--secure-heap-min", 2, "--secure-heap-min must be a power of 2");
  need(!options.Given("--watch-path") || !options.Flag("--test"),
       "--watch-path cannot be used in combination with --test");
  return errors;
}

std::string HelpText() {
  std::string text =
      "Usage: parley [options] [V8 options] [script | -e code | -p code | -] [--] [arguments]\n\n"
      "Runs a program written for Node.js. Without a script it reads one from standard input, or opens\n"
      "the prompt when that is a terminal.\n\n"
      "Options:\n";
  AddRow(&text, "  -", "the script comes from standard input");
  AddRow(&text, "  --", "what follows is no option");
  for (const OptionSpec& option : OptionTable()) {
    if (option.help.empty()) continue;
    bool on = option.kind == OptionKind::kOnFlag;
    std::string left = "  " + ShortName(option.name);
    if (on) {
      left += "--no-" + std::string(option.name.substr(2));
      AddRow(&text, left, option.help.substr(option.help.find(": ") + 2));
    } else {
      AddRow(&text, left + std::string(option.name) + std::string(Placeholder(option.kind)), option.help);
    }
  }
  text += "\nEnvironment variables:\n";
  constexpr const char* kVariables[][2] = {
      {"FORCE_COLOR", "0, 1, 2 or 3: how many colours output may have (none, 16, 256, 16 million)"},
      {"NO_COLOR, NODE_DISABLE_COLORS", "set: output without colours"},
      {"NODE_DEBUG", "parts of the library whose workings are told on standard error, with ',' between"},
      {"NODE_EXTRA_CA_CERTS", "a PEM file with certificate authorities to trust as well"},
      {"NODE_NO_WARNINGS", "1: as --no-warnings"},
      {"NODE_OPTIONS", "options, as on the command line; those that may stand there"},
      {"NODE_PATH", "folders to look for modules in, with ':' between"},
      {"NODE_PENDING_DEPRECATION", "1: as --pending-deprecation"},
      {"NODE_PRESERVE_SYMLINKS", "1: as --preserve-symlinks"},
      {"NODE_REDIRECT_WARNINGS", "a file: as --redirect-warnings"},
      {"NODE_TLS_REJECT_UNAUTHORIZED", "0: TLS connections trust every certificate"},
      {"UV_THREADPOOL_SIZE", "threads for files, DNS, compression and cryptography (4)"},
  };
  for (const auto& [name, meaning] : kVariables) AddRow(&text, "  " + std::string(name), meaning);
  return text +
         "\nExit codes, the library and every option's details are those of "
         "https://nodejs.org/docs/latest-v20.x/api/\n";
}

std::string BashCompletion() {
  std::string words;
  for (const OptionSpec& option : OptionTable()) {
    words += (words.empty() ? "" : " ") + std::string(option.name);
  }
  for (const OptionAlias& alias : OptionAliases()) words += " " + std::string(alias.name);
  return "_parley_complete() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "  COMPREPLY=()\n"
         "  case \"$word\" in\n"
         "    -*) mapfile -t COMPREPLY < <(compgen -W '" +
         words +
         "' -- \"$word\") ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -o nospace -o bashdefault -F _parley_complete parley node\n";
}

}  // namespace parley
