'use strict';
// `parley inspect`: the debugger of the command line (Node doc: debugger).

const { runInContext } = require('vm');
const Session = require('internal/inspector/cli/session');
const { parse } = require('internal/inspector/cli/target');

const kPrompt = 'debug> ';

const kHelp = `
run, restart, r       Start the program, or start it anew
kill                  End the program
cont, c               Go on
next, n               Go on to the next line in this function
step, s               Go on to the next line, into a function that is called
out, o                Go on until this function returns
pause                 Stop where the program is now
backtrace, bt         Show who called whom
list(around)          Show the lines around the current one
setContextLineNumber  How many lines to show around a stop
setBreakpoint, sb     Stop at (line), (script, line, condition) or ('function()'); () is the current line
clearBreakpoint, cb   No longer stop at (script, line)
breakpoints           Show all breakpoints
breakOnException      Stop at every exception
breakOnUncaught       Stop at exceptions that nobody will catch
breakOnNone           Stop at no exception
exec(code), p(code)   Evaluate in the program; "exec code" without brackets does as well; "exec .scope" names variables
repl                  Evaluate every line in the program
watch(code)           Evaluate at every stop
unwatch(code)         No longer; also by number
watchers              Evaluate them now
scripts(all)          Show the program's scripts; with true, the runtime's, too
profile               Start a CPU profile
profileEnd            End it
profiles              All profiles; profiles[n].save(file) writes one
takeHeapSnapshot      Write a heap snapshot to (file)
.exit                 Leave
`;

function commandsOf(session, prompt) {
  const step = (method) => () => session.step(method);
  const commands = {
    cont: step('resume'),
    next: step('stepOver'),
    step: step('stepInto'),
    out: step('stepOut'),
    pause: step('pause'),
    restart: () => session.restart(),
    kill: () => session.kill(),
    help: () => prompt.print(kHelp),
    exec: (code) => session.evaluate(`${code}`),
    repl: () => prompt.enterProgram(),
    breakOnException: () => session.pauseOn('all'),
    breakOnUncaught: () => session.pauseOn('uncaught'),
    breakOnNone: () => session.pauseOn('none'),
  };
  for (const name of [
    'backtrace',
    'breakpoints',
    'clearBreakpoint',
    'list',
    'profile',
    'profileEnd',
    'scripts',
    'setBreakpoint',
    'setContextLineNumber',
    'takeHeapSnapshot',
    'unwatch',
    'watch',
    'watchers',
  ]) {
    commands[name] = (...args) => session[name](...args);
  }
  const short = { c: 'cont', n: 'next', s: 'step', o: 'out', r: 'restart', run: 'restart', bt: 'backtrace' };
  Object.assign(short, { sb: 'setBreakpoint', cb: 'clearBreakpoint', p: 'exec' });
  for (const [name, long] of Object.entries(short)) commands[name] = commands[long];
  return commands;
}

class Prompt {
  #session;
  #repl = null;
  #commands;
  #last = '';
  #inProgram = false; // every line is the program's
  #running = 0; // commands that have not ended: the prompt is shown after them

  constructor(target) {
    this.#session = new Session(target, (text) => this.print(text));
    this.#commands = commandsOf(this.#session, this);
  }

  /** Writes over the prompt, and shows it again; while a command runs there is none. */
  print(text) {
    const { stdout } = process;
    if (this.#repl === null || this.#running > 0) {
      stdout.write(`${text}\n`);
      return;
    }
    if (stdout.isTTY) stdout.write('\r\u001b[K');
    else stdout.write('\b'.repeat(this.#repl.getPrompt().length));
    stdout.write(`${text}\n`);
    this.#repl.displayPrompt(true);
  }

  async start() {
    await this.#session.start();
    const repl = require('repl').start({
      prompt: kPrompt,
      eval: (code, context, file, done) => {
        const end = (error, value) => {
          this.#running--;
          done(error, value);
        };
        this.#running++;
        this.#evaluate(code, context).then((value) => end(null, value), end);
      },
      useGlobal: false,
      ignoreUndefined: true,
    });
    this.#repl = repl;
    this.#fill(repl.context);
    repl.on('reset', (context) => this.#fill(context));
    repl.on('SIGINT', () => this.#leaveProgram());
    repl.defineCommand('interrupt', { help: 'as Ctrl+C', action: () => repl.emit('SIGINT') });
    repl.on('exit', () => {
      this.#session.kill();
      process.exit(0);
    });
  }

  end() {
    this.#session.kill();
  }

  #fill(context) {
    const { Debugger, HeapProfiler, Profiler, Runtime, profiles } = this.#session;
    const all = { ...this.#commands, Debugger, HeapProfiler, Profiler, Runtime, profiles };
    for (const [name, value] of Object.entries(all)) {
      Object.defineProperty(context, name, { value, configurable: true, writable: true, enumerable: true });
    }
  }

  async #evaluate(input, context) {
    let code = input.trim();
    if (this.#inProgram) return code === '' ? undefined : this.#session.evaluate(code);
    // An empty line does the last thing again.
    if (code === '') code = this.#last;
    this.#last = code;
    const plain = /^(?:exec|p)\s+([^(\s][^]*)$/.exec(code);
    if (plain !== null) return this.#session.evaluate(plain[1]);
    if (Object.hasOwn(this.#commands, code)) return this.#commands[code]();
    return runInContext(code, context, { filename: 'debug', displayErrors: false });
  }

  enterProgram() {
    this.#inProgram = true;
    this.#repl.setPrompt('> ');
    process.stdout.write('Press Ctrl+C to leave debug repl\n');
  }

  #leaveProgram() {
    if (!this.#inProgram) return;
    this.#inProgram = false;
    this.#repl.setPrompt(kPrompt);
    this.#repl.displayPrompt();
  }
}

/** @param {string[]} words of the command line, behind `inspect` */
exports.start = function start(words) {
  const prompt = new Prompt(parse(words));
  prompt.start().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    prompt.end();
    process.exit(1);
  });
};
