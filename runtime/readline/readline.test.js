'use strict';
// readline at a terminal and on plain streams. Node doc: readline.

const assert = require('assert');
const { EventEmitter, once } = require('events');
const { PassThrough, Readable, Writable } = require('stream');
const readline = require('readline');
const { test } = require('../../tests/harness');

function makeTerminal(options = {}) {
  const input = new PassThrough();
  const screen = [];
  const output = new Writable({
    write(chunk, encoding, callback) {
      screen.push(chunk.toString());
      callback();
    },
  });
  output.columns = options.columns ?? 80;
  const rl = readline.createInterface({ input, output, terminal: true, prompt: '', ...options });
  const type = (...keys) => {
    for (const key of keys) {
      if (typeof key === 'string') rl.write(key);
      else rl.write(null, key);
    }
    return rl.line;
  };
  return { rl, type, input, screen };
}

const ctrl = (name) => ({ ctrl: true, name });
const meta = (name) => ({ meta: true, name });

test('words are left, deleted and yanked back', () => {
  const { rl, type } = makeTerminal();
  type('the quick brown fox', ctrl('left'));
  assert.strictEqual(rl.cursor, 16);
  assert.strictEqual(type(ctrl('u')), 'fox');
  assert.strictEqual(type(ctrl('e'), ' and ', ctrl('y')), 'fox and the quick brown ');
  assert.strictEqual(type(ctrl('w')), 'fox and the quick ');
  assert.strictEqual(type(ctrl('a'), meta('d')), 'and the quick ');
  assert.strictEqual(type({ name: 'delete' }, ctrl('k')), '');
  assert.strictEqual(type(ctrl('y')), 'nd the quick ');
  assert.strictEqual(type(meta('y')), 'the quick brown ');
  rl.close();
});

test('undo and redo go through the edits', () => {
  const { rl, type } = makeTerminal();
  type('one', ' two', ctrl('w'));
  assert.strictEqual(rl.line, 'one ');
  assert.strictEqual(type({ sequence: '\x1f' }), 'one two');
  assert.strictEqual(type({ sequence: '\x1f' }), 'one');
  assert.strictEqual(type({ sequence: '\x1e' }), 'one two');
  rl.close();
});

test('history steps through entries with the same beginning, without duplicates', () => {
  const { rl, type } = makeTerminal({ removeHistoryDuplicates: true, historySize: 3 });
  type('alpha\n', 'beta\n', 'alpha\n', 'also\n', 'gamma\n');
  assert.deepStrictEqual(rl.history, ['gamma', 'also', 'alpha']);
  assert.strictEqual(type('al', { name: 'up' }), 'also');
  assert.strictEqual(type({ name: 'up' }), 'alpha');
  assert.strictEqual(type({ name: 'up' }), 'al');
  assert.strictEqual(type({ name: 'down' }, { name: 'down' }), 'also');
  rl.close();
});

test('wide characters and tabs take their columns, lines their rows', () => {
  const { rl, type } = makeTerminal({ columns: 10 });
  type('汉字abc');
  assert.deepStrictEqual(rl.getCursorPos(), { cols: 7, rows: 0 });
  type('de汉');
  assert.deepStrictEqual(rl.getCursorPos(), { cols: 2, rows: 1 });
  type(ctrl('u'), '\ta\ud83d\ude00');
  type({ name: 'left' });
  assert.strictEqual(rl.cursor, rl.line.length - 2);
  rl.close();
});

test('a tab completes, a second one lists', async () => {
  const completer = (line, callback) =>
    callback(null, [['help', 'hello'].filter((word) => word.startsWith(line)), line]);
  const { rl, type, screen } = makeTerminal({ completer });
  assert.strictEqual(type('h', { name: 'tab' }), 'hel');
  screen.length = 0;
  type({ name: 'tab' }, { name: 'tab' });
  assert.match(screen.join(''), /help {3}hello\r\n/);
  rl.close();
});

test('a question is answered once, and an aborted one never', async () => {
  const { rl, type } = makeTerminal();
  const answer = new Promise((resolve) => rl.question('name? ', resolve));
  assert.strictEqual(rl.getPrompt(), 'name? ');
  type('me\n');
  assert.strictEqual(await answer, 'me');
  assert.strictEqual(rl.getPrompt(), '');
  const aborting = new AbortController();
  rl.question('more? ', { signal: aborting.signal }, () => assert.fail('answered'));
  aborting.abort();
  assert.strictEqual(rl.getPrompt(), '');
  rl.close();
  assert.throws(() => rl.question('again? ', () => {}), { code: 'ERR_USE_AFTER_CLOSE' });
});

test('promises: question, its signal, and a failing completer', async () => {
  const promises = require('readline/promises');
  const input = new PassThrough();
  const output = new PassThrough();
  const completer = async () => {
    throw new Error('no words');
  };
  const rl = promises.createInterface({ input, output, terminal: true, completer });
  const answer = rl.question('? ');
  input.write('yes\r');
  assert.strictEqual(await answer, 'yes');
  await assert.rejects(rl.question('? ', { signal: AbortSignal.abort() }), { name: 'AbortError' });
  input.write('\t');
  while (!/Tab completion error: Error: no words/.test(output.read()?.toString() ?? '')) {
    await once(output, 'readable');
  }
  rl.close();
});

test('keys of several terminals have names', () => {
  const input = new EventEmitter();
  const seen = [];
  readline.emitKeypressEvents(input);
  input.on('keypress', (text, key) => {
    seen.push([key.ctrl && 'C', key.meta && 'M', key.shift && 'S', key.name].filter(Boolean).join('-'));
  });
  for (const text of [
    '\x1b[A',
    '\x1bOP',
    '\x1b[1;5D',
    '\x1b[3~',
    '\x1b[7^',
    '\x1b\x1b[A',
    '\x1b[[5~',
    '\x01',
    '\x1bA',
  ]) {
    input.emit('data', Buffer.from(text));
  }
  assert.deepStrictEqual(seen, ['up', 'f1', 'C-left', 'delete', 'C-home', 'up', 'pageup', 'C-a', 'M-S-a']);
});

test('lines end at \\n, \\r, \\r\\n also over chunks, and the last one needs no end', async () => {
  const input = new PassThrough();
  const lines = [];
  const rl = readline.createInterface({ input, crlfDelay: Infinity });
  rl.on('line', (line) => lines.push(line));
  for (const chunk of ['a\r', '\nb\rc', '\n\nd\u2028', Buffer.from([0xc3]), Buffer.from([0xa9])])
    input.write(chunk);
  input.end();
  await once(rl, 'close');
  assert.deepStrictEqual(lines, ['a', 'b', 'c', '', 'd\u2028é']);
});

test('a loop over lines sees them all, and leaving it closes the interface', async () => {
  const all = [];
  const big = Readable.from(Array.from({ length: 50 }, (_, i) => `${i}\n`.repeat(100)));
  for await (const line of readline.createInterface({ input: big })) all.push(line);
  assert.strictEqual(all.length, 5000);
  const input = new PassThrough();
  const rl = readline.createInterface({ input });
  process.nextTick(() => input.write('one\ntwo\n'));
  for await (const line of rl) {
    assert.strictEqual(line, 'one');
    break;
  }
  const failing = new PassThrough();
  const iterator = readline.createInterface({ input: failing })[Symbol.asyncIterator]();
  const next = iterator.next();
  failing.destroy(new Error('disk'));
  await assert.rejects(next, /disk/);
});

test('cursor functions check what they get', () => {
  const written = [];
  const stream = { write: (text) => written.push(text) };
  readline.cursorTo(stream, 1, 2);
  readline.cursorTo(stream, 3);
  readline.moveCursor(stream, -1, 2);
  readline.clearLine(stream, 0);
  readline.clearScreenDown(stream);
  assert.deepStrictEqual(written, ['\x1b[3;2H', '\x1b[4G', '\x1b[1D\x1b[2B', '\x1b[2K', '\x1b[0J']);
  assert.throws(() => readline.cursorTo(stream, 'a', 1), { code: 'ERR_INVALID_CURSOR_POS' });
  assert.throws(() => readline.cursorTo(stream, NaN), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => readline.clearLine(stream, 0, 5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => readline.createInterface({ input: stream, tabSize: 0 }), { code: 'ERR_OUT_OF_RANGE' });
});
