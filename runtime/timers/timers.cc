// internalBinding('timers'): the one uv_timer and the immediates of the environment's loop.
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

void Now(const Args& args) {
  args.GetReturnValue().Set(static_cast<double>(uv_now(Environment::From(args)->loop())));
}

// The time of the loop's present turn may be old by now; a new timer counts from the real present.
void UpdateNow(const Args& args) {
  uv_loop_t* loop = Environment::From(args)->loop();
  uv_update_time(loop);
  args.GetReturnValue().Set(static_cast<double>(uv_now(loop)));
}

void Schedule(const Args& args) {
  double delay = args[0].As<v8::Number>()->Value();
  Environment::From(args)->ScheduleTimer(delay < 1 ? 1 : static_cast<uint64_t>(delay));
}

void RefTimer(const Args& args) { Environment::From(args)->RefTimer(args[0]->IsTrue()); }
void RefImmediates(const Args& args) { Environment::From(args)->RefImmediates(args[0]->IsTrue()); }

constexpr BindingFunction kFunctions[] = {{"now", Now},
                                          {"updateNow", UpdateNow},
                                          {"schedule", Schedule},
                                          {"refTimer", RefTimer},
                                          {"refImmediates", RefImmediates}};
PARLEY_BINDING(timers, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
