// Messages of one conversation. See session.h.
#include "runtime/inspector/session.h"

#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/inspector/agent.h"

namespace parley::inspector {
namespace {

using v8::Local;
using v8::Value;
using v8_inspector::StringBuffer;
using v8_inspector::StringView;

void AppendUtf8(std::string* text, uint32_t code) {
  if (code < 0x80) {
    *text += static_cast<char>(code);
    return;
  }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint8_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  *text += static_cast<char>(kLead[more] | (code >> (6 * more)));
  for (int i = more - 1; i >= 0; i--) *text += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3f));
}

bool Contains(const StringView& view, std::string_view ascii) {
  if (!view.is8Bit()) return Utf8Of(view).find(ascii) != std::string::npos;
  std::string_view text(reinterpret_cast<const char*>(view.characters8()), view.length());
  return text.find(ascii) != std::string_view::npos;
}

}  // namespace

std::string Utf8Of(const StringView& view) {
  std::string text;
  text.reserve(view.length());
  for (size_t i = 0; i < view.length(); i++) {
    if (view.is8Bit()) {
      AppendUtf8(&text, view.characters8()[i]);
      continue;
    }
    uint32_t unit = view.characters16()[i];
    bool high = unit >= 0xd800 && unit < 0xdc00;
    uint32_t next = high && i + 1 < view.length() ? view.characters16()[i + 1] : 0;
    if (next >= 0xdc00 && next < 0xe000) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
      i++;
    } else if (unit >= 0xd800 && unit < 0xe000) {
      unit = 0xfffd;  // half a pair
    }
    AppendUtf8(&text, unit);
  }
  return text;
}

Session::Session(Agent* agent, Frontend* frontend) : agent_(agent), env_(agent->env()), frontend_(frontend) {
  agent_->sessions++;
  session_ = agent->inspector()->connect(kGroup, this, StringView());
}

Session::~Session() { agent_->sessions--; }

void Session::sendResponse(int, std::unique_ptr<StringBuffer> message) {
  frontend_->Receive(message->string());
}

void Session::sendNotification(std::unique_ptr<StringBuffer> message) {
  frontend_->Receive(message->string());
}

void Session::Send(const std::string& json) { frontend_->Receive(ViewOf(json)); }

void Session::Dispatch(const StringView& message) {
  if (Contains(message, "\"Node") && DispatchOwn(message)) return;
  session_->dispatchProtocolMessage(message);
}

void Session::Dispatch(const std::string& utf8) {
  v8::Isolate* isolate = env_->isolate();
  v8::HandleScope handles(isolate);
  Local<v8::String> text = ToV8(isolate, utf8);
  std::vector<uint16_t> units(static_cast<size_t>(text->Length()));
  text->Write(isolate, units.data(), 0, text->Length(), v8::String::NO_NULL_TERMINATION);
  Dispatch(StringView(units.data(), units.size()));
}

bool Session::DispatchOwn(const StringView& message) {
  v8::Isolate* isolate = env_->isolate();
  v8::HandleScope handles(isolate);
  v8::TryCatch ignore(isolate);
  Local<v8::Context> context = env_->context();
  v8::Context::Scope scope(context);
  Local<Value> parsed;
  if (!v8::JSON::Parse(context, ToV8(isolate, Utf8Of(message))).ToLocal(&parsed) || !parsed->IsObject())
    return false;
  auto get = [&](Local<Value> object, const char* name) {
    Local<Value> value;
    bool has =
        object->IsObject() && object.As<v8::Object>()->Get(context, OneByte(isolate, name)).ToLocal(&value);
    return has ? value : v8::Undefined(isolate).As<Value>();
  };
  Local<Value> id = get(parsed, "id");
  std::string method = ToUtf8(isolate, get(parsed, "method"));
  if (!id->IsInt32() || !method.starts_with("Node")) return false;
  std::string start = "{\"id\":" + std::to_string(id.As<v8::Int32>()->Value()) + ",";
  auto refuse = [&](int code, const std::string& text) {
    Send(start + "\"error\":{\"code\":" + std::to_string(code) + ",\"message\":\"" + text + "\"}}");
  };
  if (method == "NodeRuntime.notifyWhenWaitingForDisconnect") {
    wants_the_end_ = get(get(parsed, "params"), "enabled")->IsTrue();
  } else if (method == "NodeRuntime.disable") {
    wants_the_end_ = false;
  } else if (method.starts_with("NodeTracing.")) {
    refuse(-32000, "Tracing is not implemented in Parley");
    return true;
  } else if (method != "NodeRuntime.enable" && method != "NodeWorker.enable" &&
             method != "NodeWorker.disable" && method != "NodeWorker.detach") {
    return false;
  }
  Send(start + "\"result\":{}}");
  return true;
}

void Session::TellWaitingForDisconnect() {
  if (wants_the_end_) Send("{\"method\":\"NodeRuntime.waitingForDisconnect\"}");
}

}  // namespace parley::inspector
