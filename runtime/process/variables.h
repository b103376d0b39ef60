// Environment variables as process.env sees them: those of the process, or a worker's own (Node doc:
// worker_threads, "env").
#ifndef RUNTIME_PROCESS_VARIABLES_H_
#define RUNTIME_PROCESS_VARIABLES_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {

// Thread-safe.
class Variables {
 public:
  virtual ~Variables() = default;
  virtual bool Get(const std::string& name, std::string* value) = 0;
  virtual void Set(const std::string& name, const std::string& value) = 0;
  virtual void Delete(const std::string& name) = 0;
  virtual std::vector<std::string> Names() = 0;
};

// Of no process: several workers may share them.
class OwnVariables : public Variables {
 public:
  bool Get(const std::string& name, std::string* value) override;
  void Set(const std::string& name, const std::string& value) override;
  void Delete(const std::string& name) override;
  std::vector<std::string> Names() override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> values_;
};

// Null: those of the process.
std::shared_ptr<Variables> VariablesOf(Environment* env);
void SetVariables(Environment* env, std::shared_ptr<Variables> variables);

}  // namespace parley

#endif  // RUNTIME_PROCESS_VARIABLES_H_
