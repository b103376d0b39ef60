'use strict';
// timeout: 240
// npm's network side on the runtime that runs the test: a tree installed from a registry of the test's own, whose tarballs `npm pack` made.
const { test } = require('../../harness');
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { run, commandOf, folder } = require('./run');
const { Registry } = require('./registry');
const options = { timeout: 90000 };
const npm = commandOf('npm');

const many = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => [`lib/f${i}.js`, `module.exports = ${i};`]),
);
const PACKAGES = [
  { package: { name: 'top', version: '1.2.0', dependencies: { middle: '^1.0.0', '@s/scoped': '~2.0.0' } } },
  { package: { name: 'top', version: '1.3.0-beta.1' }, tag: 'beta' },
  { package: { name: 'middle', version: '1.0.0', dependencies: { leaf: '^1.0.0' } } },
  { package: { name: 'middle', version: '1.4.2', dependencies: { leaf: '^1.0.0' } } },
  { package: { name: 'leaf', version: '1.9.9' } },
  { package: { name: 'leaf', version: '2.0.0', bin: { leaf: 'index.js' } } },
  { package: { name: '@s/scoped', version: '2.0.7', peerDependencies: { leaf: '>=2' } } },
  { package: { name: 'wide', version: '1.0.0' }, files: many },
  { package: { name: 'for-windows', version: '1.0.0', os: ['win32'] } },
  { package: { name: 'leaky', version: '1.0.0' } },
  {
    package: { name: 'builds', version: '1.0.0', scripts: { install: 'node build.js' } },
    files: {
      'build.js':
        'require("fs").writeFileSync("built.json", JSON.stringify([process.release.name, process.env.npm_package_name]))',
    },
  },
];
const ROOT = {
  name: 'root',
  version: '1.0.0',
  dependencies: { top: '^1.0.0', leaf: '^2.0.0', wide: '1.0.0', builds: '*', old: 'npm:leaf@1' },
  optionalDependencies: { 'for-windows': '1' },
};

let registry;
/** A folder with npm's settings, in which `node` is the runtime under test. */
function home(t, settings = '') {
  const fixed =
    'update-notifier=false\nfetch-retry-mintimeout=10\nfetch-retry-maxtimeout=20\nfetch-timeout=20000\n';
  const made = folder(t, { '.npmrc': `registry=${registry.url}\n${fixed}${settings}` });
  fs.symlinkSync(process.execPath, path.join(made, 'node'));
  return made;
}

function project(t, manifest = ROOT, settings = '') {
  const cwd = folder(t, { 'package.json': manifest });
  const at = home(t, settings);
  const env = { HOME: at, npm_config_cache: path.join(at, 'cache'), PATH: `${at}:${process.env.PATH}` };
  const read = (...names) => JSON.parse(fs.readFileSync(path.join(cwd, ...names), 'utf8'));
  return { cwd, read, npm: (...args) => run(npm, args, { cwd, env }) };
}

test('npm pack makes the tarballs the registry serves', options, async (t) => {
  registry = new Registry();
  await registry.listen();
  const files = {};
  const folderOf = ({ package: { name, version } }) => `${name.replace('/', '-')}-${version}`;
  for (const made of PACKAGES) {
    const where = folderOf(made);
    files[`${where}/package.json`] = { main: 'index.js', license: 'MIT', ...made.package };
    files[`${where}/index.js`] =
      `#!/usr/bin/env node\nmodule.exports = require('./package.json').version;\nif (require.main === module) console.log(process.argv[2]);\n`;
    for (const [name, text] of Object.entries(made.files ?? {})) files[`${where}/${name}`] = text;
  }
  const cwd = folder(t, files);
  const at = home(t);
  const env = { HOME: at, npm_config_cache: path.join(at, 'cache'), PATH: `${at}:${process.env.PATH}` };
  const packed = await run(npm, ['pack', '--json', ...PACKAGES.map((p) => `./${folderOf(p)}`)], { cwd, env });
  assert.strictEqual(packed.code, 0, packed.stderr);
  for (const made of PACKAGES) {
    const { name, version } = made.package;
    const tarball = fs.readFileSync(
      path.join(cwd, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
    );
    registry.add(
      JSON.parse(fs.readFileSync(path.join(cwd, folderOf(made), 'package.json'))),
      tarball,
      made.tag,
    );
  }
});

test(
  'npm install: a tree with scopes, aliases, peers, nested versions, scripts, another platform',
  options,
  async (t) => {
    const { npm, cwd, read } = project(t);
    const installed = await npm('install');
    assert.strictEqual(installed.code, 0, installed.stderr);
    assert.match(installed.stdout, /added 8 packages, and audited 9 packages/);
    const versions = {
      top: '1.2.0',
      leaf: '2.0.0',
      middle: '1.4.2',
      '@s/scoped': '2.0.7',
      old: '1.9.9',
      'middle/node_modules/leaf': '1.9.9',
    };
    for (const [name, version] of Object.entries(versions))
      assert.strictEqual(read('node_modules', name, 'package.json').version, version, name);
    assert.ok(!fs.existsSync(path.join(cwd, 'node_modules/for-windows')));
    assert.strictEqual(fs.readdirSync(path.join(cwd, 'node_modules/wide/lib')).length, 300);
    assert.deepStrictEqual(read('node_modules/builds/built.json'), ['node', 'builds']);
    const lock = read('package-lock.json');
    assert.match(lock.packages['node_modules/wide'].integrity, /^sha512-/);
    assert.strictEqual(lock.packages['node_modules/for-windows'].optional, true);
    const bin = await run(path.join(cwd, 'node_modules/.bin/leaf'), ['arg'], { cwd });
    assert.strictEqual(bin.stdout, 'arg\n', bin.stderr);
    // From the lock file, without asking for packuments; then without asking at all.
    registry.asked.length = 0;
    const again = await npm('ci', '--offline', '--no-audit');
    assert.match(again.stdout, /added 8 packages in/, again.stderr);
    assert.deepStrictEqual(registry.asked, []);
    assert.strictEqual((await npm('ls', '--all')).code, 0);
  },
);

test('npm view, outdated, update, uninstall, dist tags, audit', options, async (t) => {
  const { npm, read, cwd } = project(t, {
    name: 'root',
    version: '1.0.0',
    dependencies: { middle: '1.0.0', leaky: '1' },
  });
  const view = await npm('view', 'top', 'dist-tags', '--json');
  assert.deepStrictEqual(JSON.parse(view.stdout), { latest: '1.2.0', beta: '1.3.0-beta.1' });
  assert.strictEqual((await npm('install')).code, 0);
  const audit = await npm('audit', '--json');
  assert.deepStrictEqual([audit.code, JSON.parse(audit.stdout).vulnerabilities.leaky.severity], [1, 'high']);
  const outdated = await npm('outdated', '--json');
  assert.deepStrictEqual(JSON.parse(outdated.stdout).middle.latest, '1.4.2');
  assert.strictEqual((await npm('pkg', 'set', 'dependencies.middle=^1.0.0')).code, 0);
  assert.strictEqual((await npm('update')).code, 0);
  assert.strictEqual(read('node_modules/middle/package.json').version, '1.4.2');
  assert.strictEqual((await npm('install', '--save-dev', 'top@beta')).code, 0);
  assert.deepStrictEqual(read('package.json').devDependencies, { top: '^1.3.0-beta.1' });
  assert.strictEqual((await npm('uninstall', 'leaky', 'middle')).code, 0);
  assert.deepStrictEqual(
    fs.readdirSync(path.join(cwd, 'node_modules')).filter((name) => name[0] !== '.'),
    ['top'],
  );
  const executed = await npm('exec', '--yes', '--', 'leaf@2', 'from the registry');
  assert.strictEqual(executed.stdout, 'from the registry\n', executed.stderr);
});

test(
  'npm install: a registry that fails at first; no such package; a tarball that is not what was promised',
  options,
  async (t) => {
    const { npm } = project(t, { name: 'root', version: '1.0.0' });
    registry.failing.set('/leaf', 2).set('/leaf/-/leaf-2.0.0.tgz', 1);
    const patient = await npm('install', 'leaf');
    assert.strictEqual(patient.code, 0, patient.stderr);
    assert.strictEqual(registry.failing.get('/leaf'), 0);
    const missing = await npm('install', 'there-is-none');
    assert.strictEqual(missing.code, 1);
    assert.match(missing.stderr, /E404/);
    const range = await npm('install', 'leaf@^7');
    assert.match(range.stderr, /ETARGET/);
    const file = '/wide/-/wide-1.0.0.tgz';
    const good = registry.tarballs.get(file);
    t.after(() => registry.tarballs.set(file, good));
    registry.tarballs.set(file, registry.tarballs.get('/leaf/-/leaf-2.0.0.tgz'));
    const forged = await npm('install', 'wide');
    assert.match(forged.stderr, /EINTEGRITY/);
  },
);

test('npm publish: with a token, refused without and a second time; then installed', options, async (t) => {
  const key = `//${new URL(registry.url).host}/:_authToken`;
  const manifest = { name: 'published', version: '0.1.0', main: 'main.js' };
  const { npm, cwd } = project(t, manifest, `${key}=the-token\n`);
  fs.writeFileSync(path.join(cwd, 'main.js'), 'module.exports = "published";');
  const stranger = project(t, manifest, `${key}=another\n`);
  assert.match((await stranger.npm('publish')).stderr, /E401/);
  const published = await npm('publish', '--tag', 'latest');
  assert.strictEqual(published.code, 0, published.stderr);
  assert.match(published.stdout, /\+ published@0\.1\.0/);
  assert.strictEqual((await npm('publish')).code, 1);
  const user = project(t, { name: 'user', version: '1.0.0' });
  assert.strictEqual((await user.npm('install', 'published')).code, 0);
  fs.writeFileSync(path.join(user.cwd, 'use.js'), 'console.log(require("published"))');
  assert.strictEqual((await run('use.js', [], { cwd: user.cwd })).stdout, 'published\n');
});

test('the registry ends', options, () => registry.close());
