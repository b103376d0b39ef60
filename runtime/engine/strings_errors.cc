// Strings and errors between C++ and JavaScript (Node doc: errors, class SystemError's shape).
#include <limits>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

void Set(v8::Isolate* isolate, v8::Local<v8::Object> object, const char* name, v8::Local<v8::Value> value) {
  object->Set(isolate->GetCurrentContext(), OneByte(isolate, name), value).Check();
}

}  // namespace

int ToInt(v8::Local<v8::Value> value, int otherwise) {
  if (value->IsInt32()) return value.As<v8::Int32>()->Value();
  if (!value->IsNumber()) return otherwise;
  const double number = value.As<v8::Number>()->Value();
  constexpr double kMost = std::numeric_limits<int>::max();
  constexpr double kLeast = std::numeric_limits<int>::min();
  return number >= kLeast && number <= kMost ? static_cast<int>(number) : otherwise;  // false for NaN
}

std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (value.IsEmpty()) return "";
  v8::Local<v8::String> string;
  if (!value->ToString(isolate->GetCurrentContext()).ToLocal(&string)) return "";
  std::string result(static_cast<size_t>(string->Utf8Length(isolate)), '\0');
  string->WriteUtf8(isolate, result.data(), static_cast<int>(result.size()), nullptr,
                    v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8);
  return result;
}

v8::Local<v8::String> ToV8(v8::Isolate* isolate, std::string_view utf8) {
  v8::Local<v8::String> string;
  // Too long for V8 (2^29 characters): only bytes from outside can be, and those go through buffers.
  if (!v8::String::NewFromUtf8(isolate, utf8.data(), v8::NewStringType::kNormal,
                               static_cast<int>(utf8.size()))
           .ToLocal(&string)) {
    return v8::String::Empty(isolate);
  }
  return string;
}

v8::Local<v8::String> OneByte(v8::Isolate* isolate, const char* ascii) {
  return v8::String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(ascii),
                                    v8::NewStringType::kInternalized)
      .ToLocalChecked();
}

v8::Local<v8::Value> Environment::UvException(int error, const char* syscall, const char* message,
                                              const char* path, const char* dest) {
  char name[64];
  char text[256];
  uv_err_name_r(error, name, sizeof(name));
  if (message == nullptr || *message == '\0') message = uv_strerror_r(error, text, sizeof(text));
  std::string full = std::string(name) + ": " + message;
  if (syscall != nullptr) full += std::string(", ") + syscall;
  if (path != nullptr) full += std::string(" '") + path + "'";
  if (dest != nullptr) full += std::string(" -> '") + dest + "'";
  v8::Local<v8::Object> e = v8::Exception::Error(ToV8(isolate_, full)).As<v8::Object>();
  Set(isolate_, e, "errno", v8::Integer::New(isolate_, error));
  Set(isolate_, e, "code", OneByte(isolate_, name));
  if (syscall != nullptr) Set(isolate_, e, "syscall", OneByte(isolate_, syscall));
  if (path != nullptr) Set(isolate_, e, "path", ToV8(isolate_, path));
  if (dest != nullptr) Set(isolate_, e, "dest", ToV8(isolate_, dest));
  return e;
}

void Environment::ThrowUvException(int error, const char* syscall, const char* message, const char* path,
                                   const char* dest) {
  isolate_->ThrowException(UvException(error, syscall, message, path, dest));
}

void Environment::ThrowError(const char* code, std::string_view message, ErrorType type) {
  v8::Local<v8::String> text = ToV8(isolate_, message);
  v8::Local<v8::Value> e;
  switch (type) {
    case ErrorType::kError:
      e = v8::Exception::Error(text);
      break;
    case ErrorType::kTypeError:
      e = v8::Exception::TypeError(text);
      break;
    case ErrorType::kRangeError:
      e = v8::Exception::RangeError(text);
      break;
  }
  if (code != nullptr) Set(isolate_, e.As<v8::Object>(), "code", OneByte(isolate_, code));
  isolate_->ThrowException(e);
}

}  // namespace parley
