// What happens to an exception nobody caught (Node doc: process, event 'uncaughtException' and "Exit codes").
#include <cstdio>
#include <string>

#include "runtime/engine/environment.h"
#include "runtime/engine/version.h"

namespace parley {
namespace {

// "file:line\nsource line\n    ^^^\n": where it was thrown, for errors that come from a script.
std::string Where(Environment* env, v8::Local<v8::Message> message) {
  if (message.IsEmpty()) return "";
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = env->context();
  v8::Local<v8::String> source;
  if (!message->GetSourceLine(context).ToLocal(&source)) return "";
  std::string file = ToUtf8(isolate, message->GetScriptResourceName());
  std::string line = ToUtf8(isolate, source);
  int start = message->GetStartColumn(context).FromMaybe(0);
  int end = message->GetEndColumn(context).FromMaybe(0);
  std::string where =
      file + ":" + std::to_string(message->GetLineNumber(context).FromMaybe(0)) + "\n" + line + "\n";
  if (line.size() > 10000) return where;
  for (int i = 0; i < start; i++) where += line[static_cast<size_t>(i)] == '\t' ? '\t' : ' ';
  for (int i = start; i < end; i++) where += '^';
  return where + "\n";
}

std::string Describe(Environment* env, v8::Local<v8::Value> error) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = env->context();
  v8::Local<v8::Value> text;
  bool described =
      env->HasHook(Hook::kDescribe) &&
      env->GetHook(Hook::kDescribe)->Call(context, v8::Undefined(isolate), 1, &error).ToLocal(&text);
  if (!described && error->IsNativeError()) {
    described = error.As<v8::Object>()->Get(context, OneByte(isolate, "stack")).ToLocal(&text);
  }
  std::string result = "<toString() threw exception>";
  v8::Local<v8::String> detail;
  if (described && text->IsString()) {
    result = ToUtf8(isolate, text);
  } else if (error->ToDetailString(context).ToLocal(&detail)) {
    result = ToUtf8(isolate, detail);
  }
  if (error->IsNativeError()) return result;
  return "Uncaught:\n" + result +
         "\n(Use `parley --trace-uncaught ...` to show where the exception was thrown)";
}

void Print(Environment* env, v8::Local<v8::Value> error, v8::Local<v8::Message> message) {
  v8::TryCatch ignore(env->isolate());
  std::string text = Where(env, message) + "\n" + Describe(env, error) +
                     "\n\nParley v" PARLEY_VERSION " (Node.js v" PARLEY_NODE_VERSION ")\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

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
    if (!ok && try_catch.HasCaught()) {
      Print(this, try_catch.Exception(), try_catch.Message());
      Exit(7);
    }
    // A number: 'exit' listeners have run and this is the code they chose.
    Print(this, error, message);
    if (ok && handled->IsInt32()) code = handled.As<v8::Int32>()->Value();
  } else {
    Print(this, error, message);
  }
  Exit(code);
}

}  // namespace parley
