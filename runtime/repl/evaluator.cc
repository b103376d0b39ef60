// internalBinding('repl_evaluator'): what the interactive prompt needs of V8's inspector, without a debugger
// attached: evaluation that may have no side effects, the names of lexical declarations, and where a syntax
// error is.
#include <v8-inspector.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/source_line.h"
#include "runtime/inspector/agent.h"
#include "runtime/vm/context.h"

namespace parley {
namespace {

using v8::Context;
using v8::Local;
using v8::Value;
using v8_inspector::StringBuffer;
using v8_inspector::StringView;
using Args = v8::FunctionCallbackInfo<Value>;

// A string's UTF-16, to be seen through a StringView.
std::vector<uint16_t> Units(v8::Isolate* isolate, Local<Value> value) {
  Local<v8::String> text = value.As<v8::String>();
  std::vector<uint16_t> units(static_cast<size_t>(text->Length()));
  text->Write(isolate, units.data(), 0, text->Length(), v8::String::NO_NULL_TERMINATION);
  return units;
}

StringView View(const std::vector<uint16_t>& units) { return StringView(units.data(), units.size()); }

Local<Value> ToString(v8::Isolate* isolate, StringView view) {
  auto length = static_cast<int>(view.length());
  v8::MaybeLocal<v8::String> text =
      view.is8Bit()
          ? v8::String::NewFromOneByte(isolate, view.characters8(), v8::NewStringType::kNormal, length)
          : v8::String::NewFromTwoByte(isolate, view.characters16(), v8::NewStringType::kNormal, length);
  return text.FromMaybe(v8::String::Empty(isolate));
}

// A session with the environment's inspector that answers while it is asked. Debuggers do not see it.
class Evaluator : public v8_inspector::V8Inspector::Channel {
 public:
  explicit Evaluator(Environment* env)
      : session_(inspector::Agent::Of(env)->inspector()->connect(inspector::kGroup, this, StringView())) {}
  std::unique_ptr<StringBuffer> Send(StringView message) {
    if (session_) session_->dispatchProtocolMessage(message);
    return std::move(answer_);
  }
  bool Unwrap(StringView id, Local<Value>* value) {
    std::unique_ptr<StringBuffer> error;
    Local<Context> context;
    return session_ && session_->unwrapObject(&error, id, value, &context, nullptr);
  }

  void sendResponse(int, std::unique_ptr<StringBuffer> message) override { answer_ = std::move(message); }
  void sendNotification(std::unique_ptr<StringBuffer>) override {}
  void flushProtocolNotifications() override {}

 private:
  std::unique_ptr<v8_inspector::V8InspectorSession> session_;
  std::unique_ptr<StringBuffer> answer_;
};

Evaluator* Get(const Args& args) { return Environment::From(args)->Slot<Evaluator>(); }

// The context of a contextified object, or the main one.
bool ContextOf(const Args& args, Local<Context>* context) {
  *context = Environment::From(args)->context();
  return !args[0]->IsObject() ||
         ContextOfSandbox(args.GetIsolate(), args[0].As<v8::Object>()).ToLocal(context);
}

// contextId(contextified object or null) -> the id of its context in the protocol.
void ContextId(const Args& args) {
  Local<Context> context;
  if (!ContextOf(args, &context)) return;
  Get(args);  // contexts have ids once there is an inspector
  args.GetReturnValue().Set(v8_inspector::V8ContextInfo::executionContextId(context));
}

// send(a message of the inspector's protocol) -> the answer, both JSON.
void Send(const Args& args) {
  std::vector<uint16_t> message = Units(args.GetIsolate(), args[0]);
  std::unique_ptr<StringBuffer> answer = Get(args)->Send(View(message));
  if (answer) args.GetReturnValue().Set(ToString(args.GetIsolate(), answer->string()));
}

// unwrap(a remote object's id) -> the value itself.
void Unwrap(const Args& args) {
  Local<Value> value;
  if (Get(args)->Unwrap(View(Units(args.GetIsolate(), args[0])), &value)) args.GetReturnValue().Set(value);
}

// locateSyntaxError(source, filename) -> [line of the source, first column, end column], or undefined.
void LocateSyntaxError(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<Context> context = isolate->GetCurrentContext();
  v8::TryCatch try_catch(isolate);
  v8::ScriptCompiler::Source source(args[0].As<v8::String>(), v8::ScriptOrigin(isolate, args[1]));
  if (!v8::ScriptCompiler::CompileUnboundScript(isolate, &source).IsEmpty()) return;
  Local<v8::Message> message = try_catch.Message();
  Local<v8::String> line;
  if (message.IsEmpty() || !message->GetSourceLine(context).ToLocal(&line)) return;
  int start = message->GetStartColumn();
  int end = std::max(message->GetEndColumn(), start + 1);
  Local<Value> parts[] = {line, v8::Integer::New(isolate, start), v8::Integer::New(isolate, end)};
  args.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

// arrowOf(syntax error) -> the line at fault in what did not compile, with its place, as for one nobody
// caught.
void ArrowOf(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const std::string line =
      SourceLine(Environment::From(args), v8::Exception::CreateMessage(isolate, args[0]));
  args.GetReturnValue().Set(ToV8(isolate, line));
}

constexpr BindingFunction kFunctions[] = {{"contextId", ContextId},
                                          {"send", Send},
                                          {"unwrap", Unwrap},
                                          {"locateSyntaxError", LocateSyntaxError},
                                          {"arrowOf", ArrowOf}};
PARLEY_BINDING(repl_evaluator, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
