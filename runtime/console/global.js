'use strict';
// The global console. It asks process for its streams only when it writes.

const { Console, State, install } = require('internal/console');

const globalConsole = Object.create({});
const streams = [() => process.stdout, () => process.stderr];
const state = new State(streams, true, 'auto', undefined, 2);
install(globalConsole, state);

for (const name of Object.keys(Console.prototype)) {
  const bound = Console.prototype[name].bind(globalConsole);
  Object.defineProperty(bound, 'name', { value: name });
  globalConsole[name] = bound;
}
globalConsole.Console = Console;

const define = (name, descriptor) =>
  Object.defineProperty(globalConsole, name, { configurable: true, enumerable: false, ...descriptor });
define(Symbol.toStringTag, { value: 'console', writable: false });
for (const [i, name] of ['_stdout', '_stderr'].entries()) {
  define(name, {
    get: () => streams[i](),
    set(value) {
      streams[i] = () => value;
    },
  });
}

define('_times', { value: state.timers, writable: true });

module.exports = globalConsole;
