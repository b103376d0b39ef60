'use strict';
// timeout: 150
// npm's own command line on the runtime that runs the test, for what needs no network.
const { test } = require('../../harness');
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { run, commandOf, folder } = require('./run');
const options = { timeout: 60000 };
const npm = commandOf('npm');

const LOGGER =
  'console.log(JSON.stringify([process.argv.slice(2), process.env.npm_lifecycle_event, process.env.npm_package_name, process.env.KEY]))';
const FILES = {
  'package.json': {
    name: 'project',
    version: '1.0.0',
    type: 'commonjs',
    bin: { project: 'cli.js' },
    files: ['lib'],
    scripts: {
      show: 'node show.js',
      prefail: 'echo before',
      fail: 'exit 7',
      test: 'node -e "process.exit(0)"',
      local: 'dep-tool a',
    },
    dependencies: { dep: '^2.0.0', '@s/scoped': '1.x' },
  },
  'show.js': LOGGER,
  'cli.js': '#!/usr/bin/env node\n',
  'lib/index.js': 'exports.a = 1;',
  'README.md': '# project',
  'secret.txt': 'no',
  'node_modules/dep/package.json': {
    name: 'dep',
    version: '2.3.4',
    bin: { 'dep-tool': 'tool.js' },
    dependencies: { inner: '1' },
  },
  'node_modules/dep/tool.js':
    '#!/usr/bin/env node\nconsole.log("tool", process.argv[2], process.release.name);',
  'node_modules/inner/package.json': { name: 'inner', version: '1.1.1' },
  'node_modules/@s/scoped/package.json': { name: '@s/scoped', version: '1.0.0' },
  'node_modules/stray/package.json': { name: 'stray', version: '0.0.1' },
};

/** A project, and a function that runs npm in it: `node` on its PATH is the runtime under test. */
function project(t, files = FILES) {
  const cwd = folder(t, files);
  const home = folder(t, { '.npmrc': 'audit=false\nupdate-notifier=false\nloglevel=error\n' });
  fs.symlinkSync(process.execPath, path.join(home, 'node'));
  const tool = path.join(cwd, 'node_modules/dep/tool.js');
  if (fs.existsSync(tool)) {
    fs.chmodSync(tool, 0o755);
    fs.mkdirSync(path.join(cwd, 'node_modules/.bin'));
    fs.symlinkSync('../dep/tool.js', path.join(cwd, 'node_modules/.bin/dep-tool'));
  }
  const env = {
    HOME: home,
    npm_config_cache: path.join(home, 'cache'),
    PATH: `${home}:${process.env.PATH}`,
    KEY: 'value',
  };
  return { cwd, npm: (...args) => run(npm, args, { cwd, env }) };
}

test('npm --version, config, root, help', options, async (t) => {
  const { npm, cwd } = project(t);
  const [version, list, get, root, help] = await Promise.all([
    npm('--version'),
    npm('config', 'list', '--json'),
    npm('config', 'get', 'loglevel'),
    npm('root'),
    npm('help'),
  ]);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.strictEqual(JSON.parse(list.stdout).audit, false);
  assert.strictEqual(get.stdout, 'error\n');
  assert.strictEqual(root.stdout, `${cwd}/node_modules\n`);
  assert.match(help.stdout + help.stderr, /npm <command>/);
});

test('npm ls: the tree, as text and as JSON', options, async (t) => {
  const { npm } = project(t);
  const [all, json, depth] = await Promise.all([npm('ls', '--all'), npm('ls', '--json'), npm('ls', 'inner')]);
  assert.match(
    all.stdout,
    /├── @s\/scoped@1\.0\.0\n├─┬ dep@2\.3\.4\n│ └── inner@1\.1\.1\n└── stray@0\.0\.1 extraneous/,
  );
  assert.strictEqual(JSON.parse(json.stdout).dependencies.dep.version, '2.3.4');
  assert.match(depth.stdout, /└─┬ dep@2\.3\.4\n {2}└── inner@1\.1\.1/);
});

test('npm run: arguments, hooks, exit codes, local programs', options, async (t) => {
  const { npm } = project(t);
  const [show, fail, tested, local, list, missing] = await Promise.all([
    npm('run', '--silent', 'show', '--', '--flag', 'a b'),
    npm('run', 'fail'),
    npm('test'),
    npm('run', '--silent', 'local'),
    npm('run'),
    npm('run', 'nope'),
  ]);
  assert.strictEqual(show.stdout, '[["--flag","a b"],"show","project","value"]\n', show.stderr);
  assert.strictEqual(fail.code, 7);
  assert.match(fail.stdout, /> project@1\.0\.0 prefail\n> echo before\n\nbefore\n/);
  assert.strictEqual(tested.code, 0);
  assert.strictEqual(local.stdout, 'tool a node\n');
  assert.match(list.stdout, /show\n {4}node show\.js/);
  assert.strictEqual(missing.code, 1);
  assert.match(missing.stderr, /Missing script: "nope"/);
});

test('npm pack: a tarball of what is to be published', options, async (t) => {
  const { npm, cwd } = project(t);
  const dry = await npm('pack', '--dry-run', '--json');
  const [told] = Object.values(JSON.parse(dry.stdout));
  assert.deepStrictEqual(told.files.map((f) => f.path).sort(), [
    'README.md',
    'cli.js',
    'lib/index.js',
    'package.json',
  ]);
  assert.strictEqual((await npm('pack')).stdout, 'project-1.0.0.tgz\n');
  const tar = require('zlib').gunzipSync(fs.readFileSync(path.join(cwd, 'project-1.0.0.tgz')));
  assert.ok(
    tar.includes('package/lib/index.js') && tar.includes('exports.a = 1;') && !tar.includes('secret.txt'),
  );
  assert.strictEqual(told.integrity.slice(0, 7), 'sha512-');
});

test('npm init, pkg, version, and installing from a folder', options, async (t) => {
  const { npm, cwd } = project(t, {
    'one/package.json': { name: 'one', version: '1.0.0', main: 'm.js' },
    'one/m.js': 'module.exports = "one";',
  });
  const read = () => JSON.parse(fs.readFileSync(path.join(cwd, 'package.json'), 'utf8'));
  assert.strictEqual((await npm('init', '-y')).code, 0);
  assert.strictEqual(read().version, '1.0.0');
  assert.strictEqual((await npm('pkg', 'set', 'scripts.a=echo hi', 'private=true', '--json')).code, 1); // JSON wants quotes
  assert.strictEqual((await npm('pkg', 'set', 'scripts.a=echo hi')).code, 0);
  assert.deepStrictEqual(read().scripts.a, 'echo hi');
  assert.strictEqual((await npm('version', 'minor', '--no-git-tag-version')).stdout, 'v1.1.0\n');
  const installed = await npm('install', '--offline', './one');
  assert.strictEqual(installed.code, 0, installed.stderr);
  assert.strictEqual(read().dependencies.one, 'file:one');
  const lock = JSON.parse(fs.readFileSync(path.join(cwd, 'package-lock.json'), 'utf8'));
  assert.strictEqual(lock.packages['node_modules/one'].link, true);
  fs.writeFileSync(path.join(cwd, 'use.js'), 'console.log(require("one"))');
  assert.strictEqual((await run('use.js', [], { cwd })).stdout, 'one\n');
});

test('npm exec and npx: a local program', options, async (t) => {
  const { npm } = project(t);
  const executed = await npm('exec', '--offline', '--no', '--', 'dep-tool', 'x');
  assert.strictEqual(executed.stdout, 'tool x node\n', executed.stderr);
});
