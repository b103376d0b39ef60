// What peers, connections and pipes have in common: they are an engine's, which knows them by a number.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/napi_support.h"

namespace parley::addon {

class EngineChild {
 public:
  // Their JavaScript object holds the engine's, so that it outlives them.
  EngineObject& owner() { return owner_; }
  Engine& engine() { return owner_.engine(); }
  uint32_t id() const { return id_; }

  // A promise of what the engine tells of it: ask(sink) has sink(std::optional<Told>) called on some thread,
  // and make(env, told) makes the promise's value on JavaScript's. What is gone meanwhile tells a Told{}.
  template <typename Told, typename Ask, typename Make>
  napi_value promise(napi_env env, Ask&& ask, Make make) {
    uint64_t number = 0;
    const napi_value promise = owner_.make_promise(&number);
    const auto asked = ask([&owner = owner_, number, make](std::optional<Told> told) {
      owner.dispatch([&owner, number, make, told = told ? std::move(*told) : Told{}](napi_env e) {
        owner.settle(number, make(e, told));
      });
    });
    if (asked) return promise;
    owner_.settle(number, make_undefined(env));
    return throw_failure(env, asked.error());
  }

 protected:
  EngineChild(EngineObject& owner, uint32_t id) : owner_(owner), id_(id) {}
  ~EngineChild() = default;

 private:
  EngineObject& owner_;
  uint32_t id_;
};

}  // namespace parley::addon
