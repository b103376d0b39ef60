// Where an exception was thrown, as text: "file:line", the line, and marks under its place.
#ifndef RUNTIME_ENGINE_SOURCE_LINE_H_
#define RUNTIME_ENGINE_SOURCE_LINE_H_

#include <v8.h>

#include <string>

namespace parley {

class Environment;

// Empty when the message has no source; otherwise ends with a line break.
std::string SourceLine(Environment* env, v8::Local<v8::Message> message);

// Puts the source line in front of an error's stack, once.
void DecorateStack(Environment* env, v8::Local<v8::Value> error, v8::Local<v8::Message> message);
bool IsDecorated(Environment* env, v8::Local<v8::Value> error);

}  // namespace parley

#endif  // RUNTIME_ENGINE_SOURCE_LINE_H_
