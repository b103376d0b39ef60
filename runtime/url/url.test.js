// runs-on: parley,node
'use strict';
const { test } = require('../../tests/harness');
const assert = require('assert');
const url = require('url');

test('URLs are normalised after the standard', () => {
  for (const [input, base, href] of [
    [
      'HTTP://User:Pa%20ss@EXAMPLE.com:80/a/./b/../c?q=1 2#f',
      undefined,
      'http://User:Pa%20ss@example.com/a/c?q=1%202#f',
    ],
    ['../x?y', 'http://h/a/b/c', 'http://h/a/x?y'],
    ['//other/p', 'https://h/', 'https://other/p'],
    ['http://0x7f.1/', undefined, 'http://127.0.0.1/'],
    ['http://[1:0:0:0:0:0:0:1]/', undefined, 'http://[1::1]/'],
    ['file:///C|/x/../y', undefined, 'file:///C:/y'],
    ['data:text/plain,hi there', undefined, 'data:text/plain,hi there'],
    ['http://ma\u00f1ana.com/\u00e9', undefined, 'http://xn--maana-pta.com/%C3%A9'],
    ['foo://h/../x', undefined, 'foo://h/x'],
  ]) {
    assert.strictEqual(new URL(input, base).href, href);
  }
  for (const bad of ['', 'http://', 'http://a b/', 'http://h:99999/', '//x', 'http://1.2.3.256/']) {
    assert.throws(() => new URL(bad), { code: 'ERR_INVALID_URL', input: bad });
  }
});

test('URLs with nothing to encode are what the full parser makes of them', () => {
  // The user information or fragment that is added needs encoding, so that this is not the same URL read in the same way.
  for (const rest of [
    '@h.com',
    '@h.com:80/a/../b/./c?x=1#y',
    '@a-b.c1.io:8080/..',
    '@h.io/.%2e/x/%2e',
    '@h.io?q?/../r#/../s',
    '@h.io/a//b/../c/..',
    '@h.io/...',
  ]) {
    const full = new URL(`http://u"${rest}`);
    assert.strictEqual(new URL(`http://u${rest}`).href, full.href.replace('%22', ''));
  }
  const inputs = [
    '',
    '?q',
    '#f',
    'x',
    './x',
    '../../../x',
    '/r',
    'a/../b/',
    '..',
    'x?/../y',
    'a.b#..',
    '%2e%2E/x',
  ];
  for (const input of inputs) {
    const base = 'http://u:p@h.com:81/a/b/c?q#f';
    const full = new URL(`${input.replace(/(#.*)?$/, '')}#"`, base);
    const quick = new URL(input, base);
    assert.strictEqual(quick.host, 'h.com:81');
    if (!input.includes('#')) assert.strictEqual(full.href, `${quick.href}#%22`);
  }
  for (const bad of ['http://h.com:8o/', 'http://h.com:99999/', 'http://a@', 'http://:80/', 'http://a@@']) {
    assert.ok(!URL.canParse(bad), bad);
  }
  assert.strictEqual(new URL('http://1.2').hostname, '1.0.0.2');
  assert.strictEqual(new URL('http://h.1a').hostname, 'h.1a');
  assert.strictEqual(new URL('https://h:443/').port, '');
});

test('setters change parts and leave what does not fit', () => {
  const u = new URL('http://h/p');
  u.port = '8080';
  u.pathname = 'a b';
  u.search = '?x';
  u.hash = 'y';
  u.username = 'me';
  u.protocol = 'foo';
  u.host = 'x y';
  assert.strictEqual(u.href, 'http://me@h:8080/a%20b?x#y');
  u.searchParams.append('z', '1 2');
  assert.strictEqual(u.search, '?x=&z=1+2');
});

test('search parameters keep order and sort stably', () => {
  const p = new URLSearchParams([
    ['b', '1'],
    ['a', '2'],
    ['b', '0'],
  ]);
  p.sort();
  assert.strictEqual(p.toString(), 'a=2&b=1&b=0');
  assert.deepStrictEqual(p.getAll('b'), ['1', '0']);
  p.set('b', 'x');
  p.delete('a');
  assert.deepStrictEqual([...p], [['b', 'x']]);
  assert.throws(() => new URLSearchParams([['a']]), { code: 'ERR_INVALID_TUPLE' });
});

test('forms are decoded and encoded', () => {
  const p = new URLSearchParams('?a=1&&b&=c&d==e+f%20g&%zz=%c3%a9&h=%ff\ud800');
  const pairs = [
    ['a', '1'],
    ['b', ''],
    ['', 'c'],
    ['d', '=e f g'],
    ['%zz', '\u00e9'],
    ['h', '\ufffd\ufffd'],
  ];
  assert.deepStrictEqual([...p], pairs);
  assert.strictEqual(p.toString(), 'a=1&b=&=c&d=%3De+f+g&%25zz=%C3%A9&h=%EF%BF%BD%EF%BF%BD');
  assert.strictEqual(new URLSearchParams().toString(), '');
  assert.strictEqual(new URLSearchParams({ x: "~'\x00*" }).toString(), 'x=%7E%27%00*');
  const qs = require('querystring');
  const parsed = { ...qs.parse('a=1&&b&=c&d==e+f%20g&%zz=%c3%a9&h=%ff') };
  assert.deepStrictEqual(parsed, { ...Object.fromEntries(pairs), h: '\ufffd' });
  assert.deepStrictEqual({ ...qs.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 }) }, { a: '1', b: '2' });
  assert.deepStrictEqual({ ...qs.parse('a::1;;b::+', ';;', '::') }, { a: '1', b: ' ' });
  assert.strictEqual(qs.stringify({ n: 1e21, m: NaN, o: {}, p: 5n, q: 1.5 }), 'n=1e%2B21&m=&o=&p=5&q=1.5');
});

test('files become URLs and back', () => {
  assert.strictEqual(url.pathToFileURL('/a b/%#?').href, 'file:///a%20b/%25%23%3F');
  assert.strictEqual(url.fileURLToPath('file:///a%20b'), '/a b');
  assert.throws(() => url.fileURLToPath('http://x/'), { code: 'ERR_INVALID_URL_SCHEME' });
});

test('the old functions take URLs apart', () => {
  const u = url.parse('http://user:pw@Host.com:8080/p/a?x=1&y=2#h', true);
  assert.strictEqual(u.host, 'host.com:8080');
  assert.strictEqual(u.auth, 'user:pw');
  assert.strictEqual(u.query.y, '2');
  assert.strictEqual(
    url.format({ protocol: 'https', host: 'h', pathname: 'x', query: { a: 1 } }),
    'https://h/x?a=1',
  );
  assert.strictEqual(url.resolve('http://h/a/b', '../c'), 'http://h/c');
  assert.strictEqual(url.parse('/x?y').pathname, '/x');
});

test('querystring and path', () => {
  const qs = require('querystring');
  assert.deepStrictEqual({ ...qs.parse('a=1&a=2&b=%20+') }, { a: ['1', '2'], b: '  ' });
  assert.strictEqual(qs.stringify({ a: [1, 'x y'], b: true }), 'a=1&a=x%20y&b=true');
  const path = require('path');
  assert.strictEqual(path.join('/a', '../b', './c.js'), '/b/c.js');
  assert.strictEqual(path.relative('/a/b', '/a/c/d'), '../c/d');
  assert.strictEqual(path.basename('/x/y.tar.gz', '.gz'), 'y.tar');
  assert.strictEqual(path.win32.resolve('C:\\a', '..\\b'), 'C:\\b');
});

test('url.parse() removes line ends from the host and escapes them elsewhere', () => {
  const url = require('url');
  assert.strictEqual(url.parse('http://a\tb.c\r\nd/x\ty?a\nb#c\rd').href, 'http://ab.cd/x%09y?a%0Ab#c%0Dd');
  assert.strictEqual(url.parse('ja\tva\nscript:alert(1)').pathname, 'ja%09va%0Ascript:alert(1)');
});
