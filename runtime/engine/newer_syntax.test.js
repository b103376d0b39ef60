'use strict';
// Syntax that V8 10.2 lacks and Node.js 20 has: regular expressions with the flag `v` (ECMA-262 2024), in scripts, functions,
// CommonJS and ES modules. They are in strings here, because tools that read this file may not know them either.
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const vm = require('vm');

const literal = (source) => vm.runInThisContext(source);
const matches = (source, ...texts) => texts.map((text) => literal(source).test(text));

test('sets are subtracted, intersected and nested', () => {
  assert.deepStrictEqual(matches('/^[\\p{L}--[a-z]]$/v', 'A', 'é', 'a', '1'), [true, true, false, false]);
  assert.deepStrictEqual(matches('/^[\\w&&\\d]$/v', '1', 'a'), [true, false]);
  assert.deepStrictEqual(matches('/^[^[a-z]--[aeiou]]$/v', 'a', 'b', 'A'), [true, false, true]);
  assert.deepStrictEqual(matches('/^[[\\p{sc=Greek}&&\\p{Lu}]x\\-\\&]+$/v', 'ΩΑx-&', 'ω'), [true, false]);
  assert.deepStrictEqual(matches('/^[\\u{1F600}\\x41\\cA\\u0062]+$/v', '😀A\u0001b', 'c'), [true, false]);
  assert.deepStrictEqual(matches('/[]/v', 'a').concat(matches('/^[^]$/v', '😀')), [false, true]);
});

test('case is folded before sets are made', () => {
  assert.deepStrictEqual(matches('/^[\\w--[K]]$/iv', 'k', 'K', '\u212a', 'j'), [false, false, false, true]);
  assert.deepStrictEqual(matches('/^[^\\P{Lu}]$/iv', 'a', 'A', '1'), [true, true, false]);
  assert.deepStrictEqual(matches('/^[^ſ]$/iv', 's', 'S', 't'), [false, false, true]);
});

test('strings are members, and the longest is preferred', () => {
  assert.strictEqual('abcab'.match(literal('/[\\q{ab|abc|}x]/v'))[0], 'abc');
  assert.deepStrictEqual(matches('/^[\\q{abc|ab}--\\q{ab}]$/v', 'abc', 'ab'), [true, false]);
  const emoji = '/^\\p{RGI_Emoji}$/v';
  assert.deepStrictEqual(matches(emoji, '👨‍👩‍👧‍👦', '🇩🇪', '👍🏽', '1️⃣', '1', '🇩', 'a'), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  const found = 'x👨‍👩‍👧‍👦👍🏽y'.match(literal('/[\\p{RGI_Emoji}y]/gv'));
  assert.deepStrictEqual(found, ['👨‍👩‍👧‍👦', '👍🏽', 'y']);
});

test('what surrounds a literal stays as it is', () => {
  const source =
    '[6 / 2, /(?<n>[[a]--b]|\\/)[[b]]/dgsv.exec("/ab&").groups.n, /[&&x/]/.source, `/v`, /[ab]/.test("b"), /[\\d--5]/v.test(5)]';
  assert.deepStrictEqual([...literal(source)], [3, 'a', '[&&x/]', '/v', true, false]);
});

test('functions and both kinds of modules may have them', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'newer-syntax-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.writeFileSync(path.join(folder, 'a.cjs'), 'module.exports = [/[\\d--5]/v, /^[[a-c]--b]$/v]');
  fs.writeFileSync(path.join(folder, 'b.mjs'), 'export default (text) => /^[[a-c]--b]$/v.test(text);');
  const [digits, letters] = require(path.join(folder, 'a.cjs'));
  assert.deepStrictEqual([digits.test('5'), letters.test('c'), letters.test('b')], [false, true, false]);
  const { default: check } = await import(path.join(folder, 'b.mjs'));
  assert.deepStrictEqual([check('a'), check('b')], [true, false]);
  assert.strictEqual(vm.compileFunction('return /^[\\w--_]$/v.test(x)', ['x'])('_'), false);
});

test('what is wrong stays a SyntaxError', () => {
  for (const wrong of [
    '/a/vv',
    '/a/uv',
    '/a/vq',
    '/[a-z--b]/v',
    '/[a&&b--c]/v',
    '/[(]/v',
    '/[^\\q{ab}]/v',
    '/[b-a]/v',
    '/\\P{RGI_Emoji}/v',
    '/[\\p{Nope}]/v',
    '/[a!!b]/v',
    '/[a',
  ])
    assert.throws(() => literal(wrong), SyntaxError, wrong);
});
