'use strict';
// How the prompt runs a text: objects before blocks, unfinished texts handed back, `await` outside functions, interruption
// by Ctrl+C. Node doc: repl, "Default evaluation".

const vm = require('vm');
const { codes } = require('internal/errors');
const { isUnfinished, looksLikeObject, rewriteAwait } = require('internal/repl/syntax');

// A text that is not wrong but goes on: the prompt asks for more lines.
class Recoverable extends SyntaxError {
  constructor(error) {
    super();
    this.err = error;
  }
}

// The prompt's own code uses regular expressions too. So that RegExp.$1 stays what the user's code left there, it is read
// after each evaluation and put back, by a match that makes it so, before the next.
class RegExpMemory {
  #groups = ['', '', '', '', '', '', '', '', ''];
  #matcher = new RegExp(`^${Array(9).fill('([^]*)').join('\u0007')}$`);

  restore() {
    this.#matcher.exec(this.#groups.join('\u0007'));
  }
  save() {
    for (let i = 0; i < 9; i++) this.#groups[i] = RegExp[`$${i + 1}`];
  }
}

// The line at fault with carets under the place, in front of a syntax error's stack, as an uncaught one is shown.
function decorateSyntaxError(error, code, file) {
  const [line, start, end] = internalBinding('repl_evaluator').locateSyntaxError(code, file) ?? [];
  if (line === undefined || typeof error?.stack !== 'string') return;
  const indent = line.slice(0, start).replace(/[^\t]/g, ' ');
  const arrow = `${line}\n${indent}${'^'.repeat(Math.min(end, line.length + 1) - start || 1)}\n`;
  const message = error.stack.indexOf(`${error.name}: `);
  const stack = message > 0 ? error.stack.slice(message) : error.stack;
  Object.defineProperty(error, 'stack', {
    value: `${arrow}\n${stack}`,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

class Evaluation {
  constructor(server) {
    this.server = server;
    this.regexps = new RegExpMemory();
  }

  makeScript(code, file) {
    const { server } = this;
    if (server.replMode === require('repl').REPL_MODE_STRICT && !/^\s*$/.test(code)) {
      // The second statement keeps the directive from being the result of a text that has none.
      code = `'use strict'; void 0;\n${code}`;
    }
    const { kBuiltinLoader } = require('internal/vm/imports');
    return { code, script: new vm.Script(code, { filename: file, importModuleDynamically: kBuiltinLoader }) };
  }

  // {script, waits} or {error}.
  compile(input, file) {
    const attempts = looksLikeObject(input) ? [`(${input.trim()})\n`, input] : [input];
    for (const code of attempts) {
      const awaiting = rewriteAwait(code);
      if (awaiting !== null) return { ...this.makeScript(awaiting, file), waits: true };
    }
    let first;
    for (const code of attempts) {
      try {
        return { ...this.makeScript(code, file), waits: false };
      } catch (error) {
        first ??= { error, code: input };
      }
    }
    if (isUnfinished(input)) return { error: new Recoverable(first.error) };
    if (input.includes('await')) {
      // Where `await` is allowed the text may be wrong for another reason.
      const code = `(async () => {\n${input}\n})()`;
      try {
        this.makeScript(code, file);
      } catch (error) {
        first = { error, code };
      }
    }
    decorateSyntaxError(first.error, first.code, file);
    return first;
  }

  run(code, context, file, callback) {
    if (code === '\n') {
      callback(null);
      return;
    }
    const { script, waits, error } = this.compile(code, file);
    if (error) {
      callback(error);
      return;
    }
    this.regexps.restore();
    let result;
    try {
      result = this.runScript(script, context);
    } catch (thrown) {
      this.regexps.save();
      if (process.domain) {
        process.domain.emit('error', thrown);
        process.domain.exit();
        return;
      }
      callback(thrown === undefined || thrown === null ? new Thrown(thrown) : thrown);
      return;
    }
    if (waits) {
      this.wait(result, callback);
    } else {
      this.regexps.save();
      callback(null, result);
    }
  }

  runScript(script, context) {
    const { server } = this;
    const options = { displayErrors: false };
    if (!server.breakEvalOnSigint) return run();
    // Out of raw mode Ctrl+C is a signal, which ends what runs.
    options.breakOnSigint = true;
    const wasRaw = server._setRawMode(false);
    try {
      return run();
    } finally {
      server._setRawMode(wasRaw);
    }

    function run() {
      return server.useGlobal ? script.runInThisContext(options) : script.runInContext(context, options);
    }
  }

  // The prompt rests until the promise has settled or Ctrl+C came.
  wait(promise, callback) {
    const { server } = this;
    server._pauseInput();
    let finished = false;
    const finish = (...results) => {
      if (finished) return;
      finished = true;
      server._interrupt = undefined;
      this.regexps.save();
      try {
        callback(...results);
      } finally {
        server._resumeInput();
      }
    };
    if (server.breakEvalOnSigint) {
      server._interrupt = () => {
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        const error = new codes.ERR_SCRIPT_EXECUTION_INTERRUPTED();
        Error.stackTraceLimit = stackTraceLimit;
        finish(error);
      };
    }
    promise.then(
      (result) => finish(null, result?.value),
      (error) => finish(error ?? new Thrown(error)),
    );
  }
}

// Says that `undefined` or `null` was thrown, where no error means success.
class Thrown {
  constructor(value) {
    this.value = value;
  }
}

module.exports = { Evaluation, Recoverable, Thrown, decorateSyntaxError };
