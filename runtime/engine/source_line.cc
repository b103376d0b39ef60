// Where an exception was thrown. See source_line.h.
#include "runtime/engine/source_line.h"

#include "runtime/engine/environment.h"

namespace parley {
namespace {

constexpr size_t kLongestMarkedLine = 10000;

v8::Local<v8::Private> DecoratedKey(v8::Isolate* isolate) {
  return v8::Private::ForApi(isolate, OneByte(isolate, "parley:decorated"));
}

}  // namespace

std::string SourceLine(Environment* env, v8::Local<v8::Message> message) {
  if (message.IsEmpty()) return "";
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = env->context();
  v8::Local<v8::String> source;
  if (!message->GetSourceLine(context).ToLocal(&source)) return "";
  v8::Local<v8::Value> name = message->GetScriptResourceName();
  std::string file = name->IsUndefined() ? "<anonymous_script>" : ToUtf8(isolate, name);
  std::string line = ToUtf8(isolate, source);
  int start = message->GetStartColumn(context).FromMaybe(0);
  int end = message->GetEndColumn(context).FromMaybe(0);
  // The columns of a script's first line count from its offset in the file.
  v8::ScriptOrigin origin = message->GetScriptOrigin();
  if (message->GetLineNumber(context).FromMaybe(0) == origin.LineOffset() + 1 &&
      start >= origin.ColumnOffset()) {
    start -= origin.ColumnOffset();
    end -= origin.ColumnOffset();
  }
  std::string where =
      file + ":" + std::to_string(message->GetLineNumber(context).FromMaybe(0)) + "\n" + line + "\n";
  if (line.size() > kLongestMarkedLine) return where;
  for (int i = 0; i < start && i < static_cast<int>(line.size()); i++) {
    where += line[static_cast<size_t>(i)] == '\t' ? '\t' : ' ';
  }
  for (int i = start; i < end; i++) where += '^';
  return where + "\n";
}

void DecorateStack(Environment* env, v8::Local<v8::Value> error, v8::Local<v8::Message> message) {
  if (!error->IsNativeError() || IsDecorated(env, error)) return;
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Object> object = error.As<v8::Object>();
  v8::TryCatch ignore(isolate);
  v8::Local<v8::Value> stack;
  std::string where = SourceLine(env, message);
  if (where.empty() || !object->Get(context, OneByte(isolate, "stack")).ToLocal(&stack) || !stack->IsString())
    return;
  v8::Local<v8::String> text = ToV8(isolate, where + "\n" + ToUtf8(isolate, stack));
  if (!object->Set(context, OneByte(isolate, "stack"), text).FromMaybe(false)) return;
  object->SetPrivate(context, DecoratedKey(isolate), v8::True(isolate)).FromMaybe(false);
}

bool IsDecorated(Environment* env, v8::Local<v8::Value> error) {
  if (!error->IsObject()) return false;
  v8::Isolate* isolate = env->isolate();
  return error.As<v8::Object>()
      ->HasPrivate(isolate->GetCurrentContext(), DecoratedKey(isolate))
      .FromMaybe(false);
}

}  // namespace parley
