'use strict';
// The module `readline`. Node doc: readline.

const { AbortError } = require('internal/errors');
const { validateAbortSignal } = require('internal/errors/validators');
const { clearLine, clearScreenDown, cursorTo, moveCursor } = require('internal/readline/escapes');
const { InterfaceConstructor, mixin } = require('internal/readline/editing');
const { emitKeypressEvents } = require('internal/readline/keys');

function Interface(input, output, completer, terminal) {
  if (!(this instanceof Interface)) return new Interface(input, output, completer, terminal);
  // (input, options) is not a form of it, but (options) is.
  if (input?.input && typeof input.completer === 'function' && input.completer.length !== 2) {
    input = { ...input, completer: withCallback(input.completer) };
  } else if (typeof completer === 'function' && completer.length !== 2) {
    completer = withCallback(completer);
  }
  Reflect.apply(InterfaceConstructor, this, [input, output, completer, terminal]);
}
Object.setPrototypeOf(Interface.prototype, InterfaceConstructor.prototype);
Object.setPrototypeOf(Interface, InterfaceConstructor);

const withCallback = (completer) => (line, callback) => callback(null, completer(line));

mixin(
  Interface.prototype,
  class {
    question(query, options, callback) {
      if (typeof options === 'function') [options, callback] = [undefined, options];
      const signal = options?.signal;
      if (signal) {
        validateAbortSignal(signal, 'options.signal');
        if (signal.aborted) return;
        const onAbort = () => this._questionCancel();
        signal.addEventListener('abort', onAbort, { once: true });
        const answered = callback;
        callback =
          typeof answered === 'function'
            ? (answer) => {
                signal.removeEventListener('abort', onAbort);
                answered(answer);
              }
            : undefined;
      }
      if (typeof callback === 'function') this._question(query, callback);
    }
  },
);

// util.promisify(rl.question)
Interface.prototype.question[Symbol.for('nodejs.util.promisify.custom')] = function question(query, options) {
  const signal = options?.signal;
  if (signal?.aborted) return Promise.reject(new AbortError(undefined, { cause: signal.reason }));
  return new Promise((resolve, reject) => {
    let callback = resolve;
    if (signal) {
      const onAbort = () => reject(new AbortError(undefined, { cause: signal.reason }));
      signal.addEventListener('abort', onAbort, { once: true });
      callback = (answer) => {
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      };
    }
    this.question(query, options, callback);
  });
};

function createInterface(input, output, completer, terminal) {
  return new Interface(input, output, completer, terminal);
}

module.exports = {
  Interface,
  clearLine,
  clearScreenDown,
  createInterface,
  cursorTo,
  emitKeypressEvents,
  moveCursor,
  get promises() {
    return require('readline/promises');
  },
};
