// runs-on: parley,node
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from './config.js';

const { test } = createRequire(import.meta.url)('../tests/harness');

function load(t, text) {
  const dir = mkdtempSync(join(tmpdir(), 'parley-config-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'c.toml'), text);
  return loadConfig(join(dir, 'c.toml'));
}

test('the defaults are valid and every key has a comment', () => {
  assert.strictEqual(loadConfig().http.port, 8080);
  const text = readFileSync(new URL('./parley.toml', import.meta.url), 'utf8');
  for (const line of text.split('\n').filter((l) => /^\w+ = /.test(l)))
    assert.match(line, /#|^(serviceKey|isps|requestsBurst)/);
});

test("an operator's file overrides the keys it has", (t) => {
  const config = load(t, '[http]\nport = 9000\n[media]\nip = ["10.0.0.1"]\nports = [40000, 40100]\n');
  assert.deepStrictEqual([config.http.port, config.http.host], [9000, '0.0.0.0']);
  assert.deepStrictEqual([config.media.ip, config.media.ports], [['10.0.0.1'], [40000, 40100]]);
});

test('a wrong key, type or value is named', (t) => {
  const wrong = (text, pattern) =>
    assert.throws(
      () => load(t, text),
      (e) => e instanceof ConfigError && pattern.test(e.message),
    );
  wrong('[http]\nporrt = 1', /no key http\.porrt/);
  wrong('http = 1', /http must be a section/);
  wrong('[http]\nport = true', /http\.port must be a number, not a boolean/);
  wrong('[media]\nports = [5, 4]', /media\.ports/);
  wrong('[media]\nthreads = 27', /media\.threads/);
  wrong('[turn]\nurls = ["http://x"]', /turn\.urls must be a list of stun:/);
  wrong('[agent]\nprerun = 5\nmax = 4', /prerun must not be more/);
  wrong('[portal]\n__proto__ = 1', /__proto__/);
});
