// Host-defined options of scripts and modules made by vm. See host_options.h.
#include "runtime/vm/host_options.h"

#include <memory>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

struct Collected {
  std::vector<int> ids;
};

// The symbol beside an id is held by nothing but the code.
struct Watched {
  Environment* env;
  int id;
  v8::Global<v8::Symbol> symbol;
};

}  // namespace

v8::Local<v8::Data> MakeHostOptions(v8::Isolate* isolate, v8::Local<v8::Value> id) {
  if (!id->IsInt32()) return {};
  v8::Local<v8::PrimitiveArray> options = v8::PrimitiveArray::New(isolate, 2);
  v8::Local<v8::Symbol> symbol = v8::Symbol::New(isolate);
  options->Set(isolate, 0, id.As<v8::Int32>());
  options->Set(isolate, 1, symbol);
  int number = id.As<v8::Int32>()->Value();
  if (number <= 0) return options;
  auto* watched = new Watched{Environment::From(isolate), number, v8::Global<v8::Symbol>(isolate, symbol)};
  watched->symbol.SetWeak(
      watched,
      [](const v8::WeakCallbackInfo<Watched>& info) {
        std::unique_ptr<Watched> owned(info.GetParameter());
        owned->symbol.Reset();
        if (!owned->env->is_stopping()) owned->env->Slot<Collected>()->ids.push_back(owned->id);
      },
      v8::WeakCallbackType::kParameter);
  return options;
}

v8::Local<v8::Value> IdOfHostOptions(v8::Isolate* isolate, v8::Local<v8::Data> options) {
  v8::Local<v8::PrimitiveArray> array = options.As<v8::PrimitiveArray>();
  if (options.IsEmpty() || array->Length() < 2) return v8::Undefined(isolate);
  return array->Get(isolate, 0);
}

void TakeCollectedIds(const v8::FunctionCallbackInfo<v8::Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::vector<int> ids;
  ids.swap(Environment::From(args)->Slot<Collected>()->ids);
  std::vector<v8::Local<v8::Value>> values;
  for (int id : ids) values.push_back(v8::Integer::New(isolate, id));
  args.GetReturnValue().Set(v8::Array::New(isolate, values.data(), values.size()));
}

}  // namespace parley
