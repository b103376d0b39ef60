// internalBinding('options'): the command line for builtin JavaScript (runtime/main/options.js).
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/main/options.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

v8::Local<v8::Array> Strings(v8::Isolate* isolate, const std::vector<std::string>& list) {
  std::vector<v8::Local<v8::Value>> values;
  for (const std::string& s : list) values.push_back(ToV8(isolate, s));
  return v8::Array::New(isolate, values.data(), values.size());
}

// get(name) -> boolean of a flag, array of a list; text or number of another, undefined where none was given.
void Get(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  int index = FindOption(ToUtf8(isolate, args[0]));
  if (index < 0) {
    return Environment::From(args)->ThrowError(nullptr, "No such option: " + ToUtf8(isolate, args[0]));
  }
  const OptionSpec& option = OptionTable()[static_cast<size_t>(index)];
  const Options* own = Environment::From(args)->options;
  const OptionValue& value = (own != nullptr ? *own : ProcessOptions()).At(static_cast<size_t>(index));
  if (option.kind == OptionKind::kList) return args.GetReturnValue().Set(Strings(isolate, value.values));
  if (!TakesValue(option.kind) && (option.kind != OptionKind::kEngine || value.values.empty())) {
    return args.GetReturnValue().Set(value.on);
  }
  if (value.values.empty()) return;
  if (option.kind == OptionKind::kInteger) {
    return args.GetReturnValue().Set(
        static_cast<double>(std::strtoll(value.values.back().c_str(), nullptr, 10)));
  }
  args.GetReturnValue().Set(ToV8(isolate, value.values.back()));
}

// environmentNames() -> names of what NODE_OPTIONS may hold, other spellings included.
void EnvironmentNames(const Args& args) {
  std::vector<std::string> names;
  for (const OptionSpec& option : OptionTable()) {
    if (!option.in_environment) continue;
    if (option.kind == OptionKind::kOnFlag) {
      names.push_back("--no-" + std::string(option.name.substr(2)));
    }
    names.emplace_back(option.name);
  }
  for (const OptionAlias& alias : OptionAliases()) {
    std::string_view target = alias.expansion.substr(0, alias.expansion.find(' '));
    if (OptionTable()[static_cast<size_t>(FindOption(target))].in_environment) names.emplace_back(alias.name);
  }
  args.GetReturnValue().Set(Strings(args.GetIsolate(), names));
}

constexpr BindingFunction kFunctions[] = {{"get", Get}, {"environmentNames", EnvironmentNames}};
PARLEY_BINDING(options, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
