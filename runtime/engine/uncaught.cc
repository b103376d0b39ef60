// What happens to an exception nobody caught (Node doc: process, event 'uncaughtException' and "Exit codes").
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/engine/environment.h"
#include "runtime/engine/source_line.h"
#include "runtime/engine/version.h"
#include "runtime/main/options.h"

namespace parley {
namespace {

// Where an error was thrown in its original source, when source maps are on; else where V8 says.
std::string Where(Environment* env, v8::Local<v8::Value> error, v8::Local<v8::Message> message) {
  if (IsDecorated(env, error)) return "";
  v8::Local<v8::Value> arrow;
  if (error->IsNativeError()) {
    v8::Local<v8::Object> object = error.As<v8::Object>();
    // Writing the stack finds that place.
    object->Get(env->context(), OneByte(env->isolate(), "stack")).IsEmpty();
    bool has = object->GetPrivate(env->context(), env->ArrowSymbol()).ToLocal(&arrow);
    if (has && arrow->IsString()) return ToUtf8(env->isolate(), arrow) + "\n";
  }
  return SourceLine(env, message);
}

std::string Describe(Environment* env, v8::Local<v8::Value> error) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = env->context();
  v8::Local<v8::Value> text;
  bool described =
      error->IsObject() && env->HasHook(Hook::kDescribe) &&
      env->GetHook(Hook::kDescribe)->Call(context, v8::Undefined(isolate), 1, &error).ToLocal(&text);
  if (!described && error->IsNativeError()) {
    described = error.As<v8::Object>()->Get(context, OneByte(isolate, "stack")).ToLocal(&text);
  }
  if (described && text->IsString()) return ToUtf8(isolate, text);
  v8::Local<v8::String> detail;
  if (error->ToDetailString(context).ToLocal(&detail)) return ToUtf8(isolate, detail);
  return "<toString() threw exception>";
}

// --trace-uncaught: "Thrown at:\n    at ...". A debugger has V8 collect the trace as well.
std::string ThrownAt(v8::Isolate* isolate, v8::Local<v8::Message> message) {
  if (!ProcessOptions().Flag("--trace-uncaught")) return "";
  if (message.IsEmpty() || message->GetStackTrace().IsEmpty()) return "";
  v8::Local<v8::StackTrace> trace = message->GetStackTrace();
  std::string text = "Thrown at:\n";
  for (int i = 0; i < trace->GetFrameCount(); i++) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate, static_cast<uint32_t>(i));
    std::string function = ToUtf8(isolate, frame->GetFunctionName());
    std::string place = ToUtf8(isolate, frame->GetScriptName()) + ":" +
                        std::to_string(frame->GetLineNumber()) + ":" + std::to_string(frame->GetColumn());
    text += "    at " + (function.empty() ? place : function + " (" + place + ")") + "\n";
  }
  return text + "\n";
}

}  // namespace

v8::Local<v8::Private> Environment::ArrowSymbol() {
  return v8::Private::ForApi(isolate_, OneByte(isolate_, "parley:arrow"));
}

void Environment::PrintException(v8::Local<v8::Value> error, v8::Local<v8::Message> message) {
  v8::TryCatch ignore(isolate_);
  std::string text = Where(this, error, message);
  if (error->IsNativeError()) {
    text += "\n" + Describe(this, error);
  } else {
    text = "\n" + text + Describe(this, error);
  }
  std::string thrown_at = ThrownAt(isolate_, message);
  if (thrown_at.empty() && !error->IsObject()) {
    text += "\n(Use `parley --trace-uncaught ...` to show where the exception was thrown)";
  }
  text += "\n" + thrown_at;
  if (ProcessOptions().Flag("--extra-info-on-fatal-exception")) {
    text += "\nParley v" PARLEY_VERSION " (Node.js v" PARLEY_NODE_VERSION ")\n";
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Environment::TriggerUncaughtException(v8::Local<v8::Value> error, v8::Local<v8::Message> message,
                                           bool from_promise) {
  if (stopping_) return;
  v8::HandleScope handles(isolate_);
  v8::Context::Scope context_scope(context());
  int code = 1;
  if (HasHook(Hook::kUncaught)) {
    v8::TryCatch try_catch(isolate_);
    v8::Local<v8::Value> args[] = {error, v8::Boolean::New(isolate_, from_promise)};
    v8::Local<v8::Value> handled;
    callback_depth_++;
    bool ok = GetHook(Hook::kUncaught)->Call(context(), v8::Undefined(isolate_), 2, args).ToLocal(&handled);
    callback_depth_--;
    if (ok && handled->IsTrue()) return;
    if (!ok && try_catch.HasTerminated()) return;
    if (!ok && try_catch.HasCaught()) {
      PrintException(try_catch.Exception(), try_catch.Message());
      return Exit(7);  // "Internal Exception Handler Run-Time Failure"
    }
    // A number: 'exit' listeners have run and this is the code they chose. A worker's parent is told of the
    // error instead.
    if (!is_worker()) PrintException(error, message);
    if (fatal_observer) fatal_observer(error, message);
    if (ok && handled->IsInt32()) code = handled.As<v8::Int32>()->Value();
  } else {
    PrintException(error, message);
  }
  if (!is_worker() && ProcessOptions().Flag("--abort-on-uncaught-exception")) {
    std::fflush(nullptr);
    std::abort();
  }
  Exit(code);
}

}  // namespace parley
