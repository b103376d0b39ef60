// Reads the options of a spawn from JavaScript into uv_process_options_t, and owns the memory it points to.
// Shared by the asynchronous and the synchronous form.
#ifndef RUNTIME_CHILD_PROCESS_SPAWN_OPTIONS_H_
#define RUNTIME_CHILD_PROCESS_SPAWN_OPTIONS_H_

#include <uv.h>
#include <v8.h>

#include <string>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {

class SpawnOptions {
 public:
  // Members read: file, args, envPairs, cwd, uid, gid, detached. stdio is the caller's.
  SpawnOptions(Environment* env, v8::Local<v8::Object> object) : env_(env), object_(object) {
    file_ = Text("file");
    List("args", &arg_texts_, &args_);
    has_env_ = List("envPairs", &env_texts_, &env_pairs_);
    if (Member("cwd")->IsString()) cwd_ = Text("cwd");
    options.file = file_.c_str();
    options.args = args_.data();
    options.env = has_env_ ? env_pairs_.data() : nullptr;
    options.cwd = !cwd_.empty() ? cwd_.c_str() : nullptr;
    if (Member("uid")->IsNumber()) {
      options.flags |= UV_PROCESS_SETUID;
      options.uid = static_cast<uv_uid_t>(Number("uid"));
    }
    if (Member("gid")->IsNumber()) {
      options.flags |= UV_PROCESS_SETGID;
      options.gid = static_cast<uv_gid_t>(Number("gid"));
    }
    if (Member("detached")->IsTrue()) options.flags |= UV_PROCESS_DETACHED;
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;

  v8::Local<v8::Value> Member(const char* name) const { return MemberOf(object_, name); }
  v8::Local<v8::Value> MemberOf(v8::Local<v8::Object> object, const char* name) const {
    v8::Local<v8::Value> value;
    if (!object->Get(env_->context(), OneByte(env_->isolate(), name)).ToLocal(&value))
      return v8::Undefined(env_->isolate());
    return value;
  }
  double Number(const char* name) const {
    v8::Local<v8::Value> value = Member(name);
    return value->IsNumber() ? value.As<v8::Number>()->Value() : 0;
  }

  uv_process_options_t options = {};

 private:
  std::string Text(const char* name) const { return ToUtf8(env_->isolate(), Member(name)); }
  bool List(const char* name, std::vector<std::string>* texts, std::vector<char*>* pointers) {
    v8::Local<v8::Value> value = Member(name);
    if (value->IsArray()) {
      v8::Local<v8::Array> array = value.As<v8::Array>();
      texts->reserve(array->Length());
      for (uint32_t i = 0; i < array->Length(); i++) {
        v8::Local<v8::Value> item;
        if (array->Get(env_->context(), i).ToLocal(&item)) texts->push_back(ToUtf8(env_->isolate(), item));
      }
      for (std::string& text : *texts) pointers->push_back(text.data());
    }
    pointers->push_back(nullptr);
    return value->IsArray();
  }

  Environment* env_;
  v8::Local<v8::Object> object_;
  std::string file_, cwd_;
  std::vector<std::string> arg_texts_, env_texts_;
  std::vector<char*> args_, env_pairs_;
  bool has_env_ = false;
};

}  // namespace parley

#endif  // RUNTIME_CHILD_PROCESS_SPAWN_OPTIONS_H_
