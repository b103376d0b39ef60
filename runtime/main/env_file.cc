// Reading files of environment variables. See env_file.h.
#include "runtime/main/env_file.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace parley {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string WithLineEnds(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    bool escape = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n';
    result += escape ? '\n' : text[i];
    if (escape) i++;
  }
  return result;
}

// Takes the value at the front of `rest`, up to the end of its last line.
std::string TakeValue(std::string_view* rest) {
  size_t start = rest->find_first_not_of(" \t");
  rest->remove_prefix(std::min(start, rest->size()));
  char first = rest->empty() ? '\n' : rest->front();
  if (first == '"' || first == '\'' || first == '`') {
    size_t close = rest->find(first, 1);
    if (close != std::string_view::npos) {
      std::string_view inside = rest->substr(1, close - 1);
      rest->remove_prefix(close);
      rest->remove_prefix(std::min(rest->find('\n'), rest->size()));
      return first == '"' ? WithLineEnds(inside) : std::string(inside);
    }
  }
  std::string_view line = rest->substr(0, rest->find('\n'));
  rest->remove_prefix(line.size());
  return std::string(Trim(line.substr(0, line.find('#'))));
}

}  // namespace

void ParseEnvText(std::string_view rest, Variables* variables) {
  while (true) {
    rest = rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (rest.empty()) return;
    size_t end = std::min(rest.find('\n'), rest.size());
    size_t equals = rest.substr(0, end).find('=');
    if (rest[0] == '#' || equals == std::string_view::npos) {
      rest.remove_prefix(end);
      continue;
    }
    std::string_view name = Trim(rest.substr(0, equals));
    if (name.starts_with("export ")) name = Trim(name.substr(7));
    rest.remove_prefix(equals + 1);
    std::string value = TakeValue(&rest);
    if (!name.empty()) (*variables)[std::string(name)] = std::move(value);
  }
}

bool ReadEnvFile(const std::string& path, Variables* variables) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return false;
  ParseEnvText(text.str(), variables);
  return true;
}

void AddToEnvironment(const Variables& variables) {
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 0);
}

}  // namespace parley
