'use strict';
// The prompt, driven through streams. Node doc: repl.

const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const repl = require('repl');
const { once } = require('events');
const { PassThrough, Writable } = require('stream');
const { stripVTControlCharacters } = require('util');
const { test } = require('../../tests/harness');

// A prompt that answers: `await ask(line)` is what it prints until it asks again.
function makePrompt(options = {}) {
  const input = new PassThrough();
  let text = '';
  let everything = '';
  let awaited;
  let waiting;
  const output = new Writable({
    write(chunk, encoding, callback) {
      text += chunk;
      everything += chunk;
      if (awaited?.pattern.test(everything)) awaited.resolve();
      if (waiting && /(?:ask> |\.\.\. )$/.test(stripVTControlCharacters(text))) waiting();
      callback();
    },
  });
  const server = repl.start({ prompt: 'ask> ', input, output, ...options });
  text = '';
  const ask = async (line) => {
    const answered = new Promise((resolve) => (waiting = resolve));
    input.write(`${line}\n`);
    await answered;
    waiting = undefined;
    const answer = stripVTControlCharacters(text).replace(/(?:ask> |\.\.\. )$/, '');
    text = '';
    return answer.trim();
  };
  const complete = (line) =>
    new Promise((resolve, reject) => {
      server.complete(line, (error, result) => (error ? reject(error) : resolve(result[0])));
    });
  // Resolves when the prompt has printed something like that, be it long ago.
  const printed = (pattern) =>
    new Promise((resolve) => {
      awaited = { pattern, resolve };
      if (pattern.test(everything)) resolve();
    });
  return { server, ask, complete, printed };
}

test('expressions, objects, blocks and _', async () => {
  const { server, ask } = makePrompt();
  assert.strictEqual(await ask('1 + 1'), '2');
  assert.strictEqual(await ask('_ * 21'), '42');
  assert.strictEqual(await ask('{ a: 1 }'), '{ a: 1 }');
  assert.strictEqual(await ask('{ let b = 2 }'), 'undefined');
  assert.strictEqual(await ask('path.sep'), "'/'");
  assert.strictEqual(await ask('require("os") === os'), 'true');
  server.close();
});

test('an unfinished text goes on in the next line; .break gives it up', async () => {
  const { server, ask } = makePrompt();
  for (const line of ['function f() {', '  return `a', '${[1,', '2]}`', '}']) await ask(line);
  assert.strictEqual(await ask('f()'), "'a\\n1,2'");
  await ask('({ a:');
  assert.strictEqual(await ask('.break'), '');
  assert.strictEqual(await ask('7'), '7');
  assert.match(await ask('let 5x'), /^let 5x\n {4}\^+\n\nUncaught SyntaxError: /);
  server.close();
});

test('await outside a function, with declarations that stay', async () => {
  const { server, ask } = makePrompt();
  assert.strictEqual(await ask('await Promise.resolve(5)'), '5');
  assert.strictEqual(await ask('const { x, y: [z = 3] } = await { x: 1, y: [] }'), 'undefined');
  assert.strictEqual(await ask('[x, z]'), '[ 1, 3 ]');
  assert.strictEqual(await ask('class K {}; function g() {}; var i; for (i of [1, 2]) await i; i'), '2');
  assert.strictEqual(await ask('[K, g, i]'), '[ [class K], [Function: g], 2 ]');
  assert.match(await ask('await Promise.reject(new Error("no"))'), /^Uncaught Error: no/);
  assert.match(await ask('await 1..x.y'), /^Uncaught TypeError/);
  server.close();
});

test("errors are shown from the user's code on, and kept in _error", async () => {
  const { server, ask, printed } = makePrompt();
  assert.strictEqual(await ask('throw new Error("top")'), 'Uncaught Error: top');
  assert.strictEqual(await ask('_error.message'), "'top'");
  assert.match(
    await ask('(function f() { throw new TypeError("in") })()'),
    /^Uncaught TypeError: in\n {4}at f \(REPL\d+:1:\d+\)$/,
  );
  assert.strictEqual(await ask('throw null'), 'Uncaught null');
  assert.match(await ask('process.on("uncaughtException", () => {})'), /ERR_INVALID_REPL_INPUT/);
  await ask('setImmediate(() => { throw new Error("later") }); 0');
  await printed(/Uncaught Error: later/);
  server.close();
});

test('a context of its own is cleared, values can be put into it', async () => {
  const { server, ask } = makePrompt({ ignoreUndefined: true });
  server.context.given = { deep: true };
  assert.strictEqual(await ask('given.deep'), 'true');
  assert.strictEqual(await ask('var mine = 1'), '');
  const reset = once(server, 'reset');
  assert.strictEqual(await ask('.clear'), 'Clearing context...');
  await reset;
  assert.match(await ask('mine'), /ReferenceError/);
  server.close();
});

test('names, members and modules are completed', async () => {
  const { server, ask, complete } = makePrompt({ allowBlockingCompletions: true });
  await ask('var foo = { barBar: 1, BARbuz: 2, "not one": 3 }');
  assert.deepStrictEqual(await complete('foo.b'), ['foo.BARbuz', 'foo.barBar']);
  assert.deepStrictEqual(await complete('console?.lo'), ['console?.log']);
  assert.deepStrictEqual(await complete('f().x'), []);
  assert.deepStrictEqual(await complete('.he'), ['help']);
  assert.ok((await complete("require('node:fs")).includes('node:fs'));
  assert.ok((await complete("require('../../tests/har")).every((name) => name.startsWith('../../tests/har')));
  assert.ok((await complete('"".pad')).includes('"".padEnd'));
  server.close();
});

test('own commands, custom eval and writer', async () => {
  const { server, ask } = makePrompt({
    eval: (code, context, file, callback) =>
      code.includes('(') ? callback(new repl.Recoverable(new Error('more'))) : callback(null, code.trim()),
    writer: (value) => `<${value}>`,
  });
  server.defineCommand('twice', {
    help: 'says it twice',
    action(rest) {
      this.output.write(`${rest} ${rest}\n`);
      this.displayPrompt();
    },
  });
  assert.strictEqual(await ask('.twice so'), 'so so');
  assert.strictEqual(await ask('hello'), '<hello>');
  assert.match(await ask('.help'), /\.twice +says it twice/);
  assert.strictEqual(await ask('.nothing'), 'Invalid REPL keyword');
  assert.throws(() => repl.start({ breakEvalOnSigint: true, eval() {} }), {
    code: 'ERR_INVALID_REPL_EVAL_CONFIG',
  });
  server.close();
});

test('a session is saved and loaded; history is kept in a file', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'repl-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'session.js');
  const first = makePrompt();
  await first.ask('var kept = 12');
  assert.match(await first.ask(`.save ${file}`), /^Session saved to: /);
  first.server.close();
  const second = makePrompt();
  await second.ask(`.load ${file}`);
  assert.strictEqual(await second.ask('kept'), '12');
  assert.match(await second.ask('.load nowhere'), /^Failed to load: nowhere/);
  second.server.close();

  const history = path.join(folder, 'history');
  const third = makePrompt({ terminal: true, preview: false });
  await new Promise((resolve) => third.server.setupHistory(history, resolve));
  const flushed = once(third.server, 'flushHistory');
  await third.ask('"remember me"');
  await flushed;
  assert.match(fs.readFileSync(history, 'utf8'), /^"remember me"/);
  third.server.close();
});

test('what is declared in a context of its own is completed', async () => {
  const { server, ask } = makePrompt({ terminal: false });
  await ask('const declaredHere = 42');
  const [names] = await new Promise((resolve) =>
    server.complete('declaredH', (error, completed) => resolve(completed)),
  );
  assert.deepStrictEqual(names, ['declaredHere']);
  server.close();
});

test('SIGINT ends what the prompt of the program runs, and not the prompt', async () => {
  const { spawn } = require('child_process');
  const child = spawn(process.execPath, ['-i'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  let text = '';
  child.stdout.on('data', (chunk) => {
    if (!text.includes('started') && (text + chunk).includes('started\n')) child.kill('SIGINT');
    text += chunk;
    if (text.includes('was interrupted')) child.stdin.end();
  });
  child.stdin.write('require("fs").writeSync(1, "started\\n"); while (true) {}\n');
  assert.deepStrictEqual(await once(child, 'close'), [0, null]);
  assert.match(text, /Script execution was interrupted by `SIGINT`/);
});

test('a file that does not compile is shown with the line at fault', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'repl-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'bad.js');
  fs.writeFileSync(file, 'var a b;\n');
  const { server, ask } = makePrompt();
  const text = await ask(`require(${JSON.stringify(file)})`);
  assert.match(text, /bad\.js:1\nvar a b;\n {6}\^\n\nUncaught SyntaxError: /);
  server.close();
});
