// Files of environment variables (Node doc: cli, "--env-file=config"; util.parseEnv).
#ifndef RUNTIME_MAIN_ENV_FILE_H_
#define RUNTIME_MAIN_ENV_FILE_H_

#include <map>
#include <string>
#include <string_view>

namespace parley {

using Variables = std::map<std::string, std::string>;

// NAME=value lines; values in ', " or ` may span lines, \n in " is a line's end, # begins a comment. A later
// line for a name wins.
void ParseEnvText(std::string_view text, Variables* variables);

// False: the file cannot be read.
bool ReadEnvFile(const std::string& path, Variables* variables);

// Puts into the environment what is not there yet.
void AddToEnvironment(const Variables& variables);

}  // namespace parley

#endif  // RUNTIME_MAIN_ENV_FILE_H_
