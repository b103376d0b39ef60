'use strict';
// `inspect`, the debugger of the command line (Node doc: debugger).
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { once } = require('events');
const { spawn } = require('child_process');

const kScript = `const x = 10;
function twice(value) {
  const result = value * 2;
  return result;
}
let y = twice(x);
console.log('y is', y);
`;

// A debugger that is told commands; each next() is what it says up to where `pattern` matches.
function debug(t, args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'inspect-test-'));
  const script = path.join(folder, 'program.js');
  fs.writeFileSync(script, kScript);
  const child = spawn(process.execPath, ['inspect', ...(args ?? ['--port=0', script])]);
  t.after(() => {
    child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true });
  });
  let said = '';
  let check = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).replaceAll('\b', '');
      check();
    });
  }
  const next = (pattern) =>
    new Promise((resolve) => {
      check = () => {
        const match = pattern.exec(said);
        if (match === null) return;
        check = () => {};
        const text = said.slice(0, match.index + match[0].length);
        said = said.slice(text.length);
        resolve(text);
      };
      check();
    });
  const tell = (command, pattern) => {
    child.stdin.write(`${command}\n`);
    return next(pattern);
  };
  return { child, next, tell };
}

test('it stops at the first line, steps, and shows values', { timeout: 30000 }, async (t) => {
  const { child, next, tell } = debug(t);
  await next(/Break on start in \S*program\.js:1\n> 1 const x = 10;[^]*debug> /i);
  await tell('n', /break in \S*program\.js:6\n[^]*> 6 let y = twice\(x\);[^]*debug> /);
  await tell('exec [x, typeof twice]', /\[ 10, 'function' \]\n/);
  await tell('sb(4)', />? 4 +return result;[^]*debug> /);
  await tell('breakpoints', /#0 \S*program\.js:4\n/);
  await tell('c', /break in \S*program\.js:4\n[^]*debug> /);
  await tell('bt', /#0 twice \S*program\.js:4:\d+\n/);
  await tell('exec result', /20\n/);
  await tell('exec nothing', /nothing is not defined/);
  await tell('c', /< y is 20\n[^]*< Waiting for the debugger to disconnect\.\.\./);
  await tell('list()', /ERR_DEBUGGER_ERROR/);
  await tell('restart', /Break on start in \S*program\.js:1\n[^]*debug> /i);
  await tell('c', /break in \S*program\.js:4\n[^]*debug> /);
  child.stdin.end();
  assert.strictEqual((await once(child, 'exit'))[0], 0);
});

test('expressions are watched; the program itself can be talked to', { timeout: 30000 }, async (t) => {
  const { next, tell } = debug(t);
  await next(/Break on start[^]*debug> /i);
  await tell('watch("x")', /debug> /);
  await tell('n', /0: x = 10\n/);
  await tell('repl', /Press Ctrl\+C to leave debug repl\n> /);
  await tell('({ a: x, b: "text" })', /\{ a: 10, b: 'text' \}\n/);
  await tell('.interrupt', /debug> /);
  await tell('scripts', /\* \d+: \S*program\.js\n/);
});

test('what cannot be debugged is told of', async (t) => {
  const { child, next } = debug(t, ['-p', '655555']);
  await next(/Target process: 655555 doesn't exist\./);
  assert.notStrictEqual((await once(child, 'exit'))[0], 0);
});

test('one prompt follows what a command says', { timeout: 30000 }, async (t) => {
  const { next, tell } = debug(t);
  await next(/Break on start[^]*debug> /i);
  await tell('sb("program.js", 6)', /debug> /);
  const said = await tell('breakpoints\nsb("program.js", 1)', /> 1 [^]*debug> /);
  assert.strictEqual(said.match(/#0 /g).length, 1);
  assert.strictEqual(said.match(/debug> /g).length, 2, said);
});
