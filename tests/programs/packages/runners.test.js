'use strict';
// timeout: 180
// Programs that run tests in worlds of their own, and a browser's world without a browser: jest, vitest, jsdom; and one that drives a browser.
const { test } = require('../../harness');
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { once } = require('events');
const { run, bin, commandOf, folder } = require('./run');
const options = { timeout: 90000 };

const sum = 'exports.sum = (...n) => n.reduce((a, b) => a + b, 0);\nexports.unused = () => 1;\n';
const JEST = {
  'package.json': { name: 'tested', jest: { testEnvironment: 'node' } },
  'sum.js': sum,
  'a.test.js': `
const os = require('os');
jest.mock('os', () => ({ platform: () => 'mocked' }));
jest.mock('./sum', () => ({ sum: jest.fn(() => 42) }));
test('mocks modules, ours and the runtime\\'s', () => {
  expect(require('./sum').sum(1)).toBe(42);
  expect(require('./sum').sum).toHaveBeenCalledWith(1);
  expect(os.platform()).toBe('mocked');
});
test('moves the clock', async () => {
  jest.useFakeTimers();
  const called = jest.fn();
  setTimeout(called, 60000);
  jest.advanceTimersByTime(60000);
  expect(called).toHaveBeenCalledTimes(1);
  jest.useRealTimers();
  await expect(Promise.reject(new TypeError('no'))).rejects.toThrow(TypeError);
});
test('has the language\\'s library and the runtime\\'s globals', () => {
  expect([3, 1].toSorted()).toEqual([1, 3]);
  expect(structuredClone(new Map([[1, { a: 2n }]]))).toEqual(new Map([[1, { a: 2n }]]));
  expect(new TextEncoder().encode('a')).toBeInstanceOf(Uint8Array);
  expect([typeof fetch, typeof AbortController, typeof performance.now()]).toEqual(['function', 'function', 'number']);
});`,
  'b.test.js': `
const { sum } = require('./sum');
test.each([[1, 2, 3], [2, 2, 4]])('%i + %i', (a, b, c) => expect(sum(a, b)).toBe(c));
test('keeps snapshots', () => expect({ map: new Map([[1, Buffer.from('x')]]) }).toMatchSnapshot());
test('fails', () => expect({ a: [1, 2] }).toEqual({ a: [1, 3] }));`,
};

test('jest: mocks, timers, snapshots, coverage, workers, what fails and where', options, async (t) => {
  const cwd = folder(t, JEST, { linked: true });
  const jest = (...args) => run(bin('jest'), ['--rootDir', cwd, '--no-cache', ...args], { cwd });
  const first = await jest('--coverage', '--coverageReporters=text');
  assert.strictEqual(first.code, 1, first.stderr);
  assert.match(first.stderr, /Tests: +1 failed, 6 passed, 7 total/);
  assert.match(first.stderr, /- +3,\s+\+ +2,[^]*at Object.*\(b\.test\.js:5:/);
  assert.match(first.stderr, /1 snapshot written/);
  assert.match(first.stdout, /sum\.js +\| +80 \| +100 \| +66\.66 \| +100 \|/);
  const again = await jest('--ci', '--maxWorkers=2', '-t', 'snapshots|mocks|\\+');
  assert.strictEqual(again.code, 0, again.stderr);
  assert.match(again.stderr, /Tests: +3 skipped, 4 passed, 7 total\nSnapshots: +1 passed/);
});

const VITEST = {
  'package.json': { name: 'tested', type: 'module' },
  'sum.ts': 'export const sum = (...n: number[]): number => n.reduce((a, b) => a + b, 0);\n',
  'a.test.ts': `
import { expect, test, vi } from 'vitest';
import { sum } from './sum';
import { readFile } from 'node:fs/promises';
vi.mock('node:fs/promises', () => ({ readFile: vi.fn(async () => 'mocked') }));
test('compiles, mocks, moves the clock', async () => {
  expect(sum(1, 2)).toBe(3);
  expect(await readFile('x')).toBe('mocked');
  vi.useFakeTimers();
  const called = vi.fn();
  setTimeout(called, 1000);
  vi.advanceTimersByTime(1000);
  expect(called).toHaveBeenCalledOnce();
});
test('keeps snapshots', () => expect({ n: sum(2, 2) }).toMatchSnapshot());`,
  'b.test.ts':
    "import { expect, test } from 'vitest';\ntest('fails', () => expect({ a: 1 }).toEqual({ a: 2 }));\n",
};

test('vitest: TypeScript, mocks, snapshots, in processes and in threads', options, async (t) => {
  const cwd = folder(t, VITEST, { linked: true });
  for (const pool of ['forks', 'threads']) {
    const ran = await run(bin('vitest'), ['run', '--pool', pool, '--no-color'], { cwd });
    assert.strictEqual(ran.code, 1, ran.stderr);
    assert.match(ran.stdout, /Tests +1 failed \| 2 passed \(3\)/);
    assert.match(ran.stderr, /b\.test\.ts > fails[^]*- {3}"a": 2,\s+\+ {3}"a": 1,[^]*b\.test\.ts:2:/);
  }
  assert.match(fs.readFileSync(path.join(cwd, '__snapshots__/a.test.ts.snap'), 'utf8'), /"n": 4/);
});

test('jsdom: a document with scripts, events, forms, fetched parts', options, async (t) => {
  const { JSDOM, VirtualConsole } = require('jsdom');
  const server = http.createServer((req, res) => res.end('document.title = "fetched " + [2, 1].toSorted();'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const logged = [];
  const virtualConsole = new VirtualConsole().on('log', (text) => logged.push(text));
  const html = `<form><input name=a value=1><b class=x>hi</b></form><script src="/s.js"></script>
    <script>document.querySelector('b').addEventListener('click', (e) => { console.log(e.type); localStorage.k = e.target.textContent; });</script>`;
  const url = `http://127.0.0.1:${server.address().port}/`;
  const { window } = new JSDOM(html, { url, runScripts: 'dangerously', resources: 'usable', virtualConsole });
  t.after(() => window.close());
  await once(window, 'load');
  const { document } = window;
  document.querySelector('form > .x').click();
  assert.deepStrictEqual([document.title, logged, window.localStorage.k], ['fetched 1,2', ['click'], 'hi']);
  assert.deepStrictEqual([...new window.FormData(document.forms[0])], [['a', '1']]);
  document.body.innerHTML = '<p>a<p>b';
  assert.strictEqual(document.body.outerHTML, '<body><p>a</p><p>b</p></body>');
});

test('sharp: an addon that resizes and converts pictures on the thread pool', options, async () => {
  const sharp = require('sharp');
  const background = { r: 255, g: 0, b: 0 };
  const png = await sharp({ create: { width: 200, height: 100, channels: 3, background } })
    .png()
    .toBuffer();
  const sizes = await Promise.all(
    [20, 40, 60].map(async (width) => sharp(await sharp(png).resize(width).webp().toBuffer()).metadata()),
  );
  assert.deepStrictEqual(
    sizes.map(({ format, width, height }) => [format, width, height]),
    [
      ['webp', 20, 10],
      ['webp', 40, 20],
      ['webp', 60, 30],
    ],
  );
  const { data, info } = await sharp(png).rotate(90).raw().toBuffer({ resolveWithObject: true });
  assert.deepStrictEqual([info.width, info.height, [...data.subarray(0, 3)]], [100, 200, [255, 0, 0]]);
  await assert.rejects(sharp(Buffer.from('no picture')).toBuffer(), /unsupported image format/);
});

test(
  'puppeteer-core drives Chromium: pages, requests answered by the test, pictures, workers',
  options,
  async (t) => {
    const puppeteer = require('puppeteer-core');
    const server = http.createServer((req, res) => {
      res.setHeader('content-type', 'text/html');
      res.end('<title>page</title><input id=i><button onclick="document.title = i.value">go</button>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    t.after(() => server.closeAllConnections());
    const browser = await puppeteer.launch({
      executablePath: commandOf('chromium'),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.setRequestInterception(true);
    page.on('request', (request) =>
      request.url().endsWith('/data')
        ? request.respond({ contentType: 'application/json', body: '{"n":7}' })
        : request.continue(),
    );
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.type('#i', 'typed é');
    await page.click('button');
    assert.strictEqual(await page.title(), 'typed é');
    assert.deepStrictEqual(await page.evaluate(async () => (await fetch('/data')).json()), { n: 7 });
    const picture = await page.screenshot();
    assert.deepStrictEqual([...picture.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    await page.exposeFunction('double', (n) => n * 2);
    assert.strictEqual(await page.evaluate('double(21)'), 42);
    await assert.rejects(page.evaluate('throw new Error("in the page")'), /in the page/);
  },
);
