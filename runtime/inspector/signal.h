// SIGUSR1 opens the inspector's server (Node doc: debugger, "Enabling the inspector").
#ifndef RUNTIME_INSPECTOR_SIGNAL_H_
#define RUNTIME_INSPECTOR_SIGNAL_H_

namespace parley {

class Environment;

// The signal is heard of in the loop's next turn. A program that never gets there cannot be opened this way.
void OpenInspectorOnSignal(Environment* env);

}  // namespace parley

#endif  // RUNTIME_INSPECTOR_SIGNAL_H_
