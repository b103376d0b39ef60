// A callable that is moved, never copied, so that it may own things (C++23's move_only_function, until we
// have it).
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace parley::media {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, UniqueFunction> && std::invocable<std::decay_t<F>&, Args...>)
      UniqueFunction(F&& f)
      : target_(std::make_unique<Target<std::decay_t<F>>>(std::forward<F>(f))) {}

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(Args... args) { return target_->call(std::forward<Args>(args)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Target final : Base {
    template <class G>
    explicit Target(G&& g) : f(std::forward<G>(g)) {}
    R call(Args... args) override { return f(std::forward<Args>(args)...); }
    F f;
  };
  std::unique_ptr<Base> target_;
};

}  // namespace parley::media
