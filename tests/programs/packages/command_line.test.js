'use strict';
// timeout: 120
// Packages for programs with a command line: options, colours, other processes, settings.
const { test } = require('../../harness');
const assert = require('assert');
const { run, folder } = require('./run');
const options = { timeout: 60000 };

const COMMANDER = `
const { program, Option } = require('commander');
program.name('tool').version('1.2.3').option('-d, --debug').addOption(new Option('-s, --size <n>').choices(['s', 'm']).default('m'));
program.command('add <a> [more...]').option('--no-log').action((a, more, o, c) => console.log(JSON.stringify([a, more, o, c.optsWithGlobals()])));
program.command('slow').action(async () => { await new Promise(setImmediate); console.log('slept'); });
program.parseAsync();
`;

test('commander: options, sub-commands, help, mistakes', options, async (t) => {
  const cwd = folder(t, { 'tool.js': COMMANDER }, { linked: true });
  const tool = (...args) => run('tool.js', args, { cwd });
  const [added, slow, help, bad, unknown, version] = await Promise.all([
    tool('add', 'x', 'y', 'z', '--no-log', '-d'),
    tool('slow'),
    tool('--help'),
    tool('-s', 'xl', 'slow'),
    tool('ad'),
    tool('--version'),
  ]);
  assert.strictEqual(added.stdout, '["x",["y","z"],{"log":false},{"log":false,"size":"m","debug":true}]\n');
  assert.strictEqual(slow.stdout, 'slept\n');
  assert.match(
    help.stdout,
    /^Usage: tool \[options\] \[command\][^]*-s, --size <n> {2,}\(choices: "s", "m", default: "m"\)/,
  );
  assert.deepStrictEqual([bad.code, unknown.code, version.stdout], [1, 1, '1.2.3\n']);
  assert.match(bad.stderr, /argument 'xl' is invalid/);
  assert.match(unknown.stderr, /Did you mean add\?/);
});

const YARGS = `
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
yargs(hideBin(process.argv)).scriptName('tool')
  .command('serve [port]', 'start', (y) => y.positional('port', { default: 5000, type: 'number' }), (argv) => console.log('on', argv.port, argv.verbose))
  .option('verbose', { alias: 'v', type: 'boolean', describe: 'say more' }).demandCommand(1).strict().parse();
`;

test('yargs: commands, help, mistakes', options, async (t) => {
  const cwd = folder(t, { 'tool.mjs': YARGS }, { linked: true });
  const tool = (...args) => run('tool.mjs', args, { cwd, env: { LC_ALL: 'C' } });
  const [serve, help, bad] = await Promise.all([
    tool('serve', '81', '-v'),
    tool('--help'),
    tool('serve', '--nope'),
  ]);
  assert.strictEqual(serve.stdout, 'on 81 true\n', serve.stderr);
  assert.match(help.stdout, /tool serve \[port\] {2}start\n[^]*-v, --verbose {2}say more {2,}\[boolean\]/);
  assert.strictEqual(bad.code, 1);
  assert.match(bad.stderr, /Unknown argument: nope/);
});

test('chalk: colours by level, none into a pipe', options, async (t) => {
  const { Chalk, default: chalk } = await import('chalk');
  const full = new Chalk({ level: 3 });
  assert.strictEqual(full.red.bold('x'), '\u001b[31m\u001b[1mx\u001b[22m\u001b[39m');
  assert.strictEqual(full.hex('#0a0b0c')`t`, '\u001b[38;2;10;11;12mt\u001b[39m');
  assert.strictEqual(new Chalk({ level: 1 }).bgHex('#ff0000')('x'), '\u001b[101mx\u001b[49m');
  assert.strictEqual(typeof chalk.level, 'number');
  const cwd = folder(
    t,
    { 'p.mjs': `import c from 'chalk'; console.log(c.green('ok'), c.level)` },
    { linked: true },
  );
  assert.strictEqual((await run('p.mjs', [], { cwd })).stdout, 'ok 0\n');
  const forced = await run('p.mjs', [], {
    cwd,
    env: { FORCE_COLOR: '2', NO_COLOR: undefined, TERM: 'dumb' },
  });
  assert.strictEqual(forced.stdout, '\u001b[32mok\u001b[39m \u001b[33m2\u001b[39m\n');
});

test('execa: output, pipes, failures, time-outs', options, async () => {
  const { execa, execaSync } = await import('execa');
  const js = (code, o) => execa(process.execPath, ['-e', code], o);
  assert.strictEqual((await js('console.log(1+1)')).stdout, '2');
  assert.strictEqual(execaSync(process.execPath, ['-p', '6*7']).stdout, '42');
  const upper = await js('console.log("abc")').pipe(process.execPath, [
    '-e',
    'process.stdin.on("data", (d) => process.stdout.write(String(d).toUpperCase()))',
  ]);
  assert.strictEqual(upper.stdout, 'ABC');
  await assert.rejects(js('console.error("no"); process.exit(3)'), { exitCode: 3, stderr: 'no' });
  await assert.rejects(js('setInterval(() => {}, 1e6)', { timeout: 300 }), {
    timedOut: true,
    signal: 'SIGTERM',
  });
  const lines = [];
  for await (const line of js('console.log("a\\nb"); console.log("c")')) lines.push(line);
  assert.deepStrictEqual(lines, ['a', 'b', 'c']);
});

test('debug and dotenv: what the environment says', options, async (t) => {
  const program = `
    require('dotenv').config({ quiet: true });
    const debug = require('debug');
    debug('app:a')('one %o %s', { x: 1 }, process.env.GREETING);
    debug('app:b')('two');
    console.log(process.env.GREETING, process.env.MULTI, process.env.KEPT);`;
  const files = {
    'p.js': program,
    '.env': 'GREETING="hello # no comment" # comment\nMULTI="a\\nb"\nKEPT=file\n',
  };
  const cwd = folder(t, files, { linked: true });
  const { stdout, stderr } = await run('p.js', [], { cwd, env: { DEBUG: 'app:*,-app:b', KEPT: 'shell' } });
  assert.strictEqual(stdout, 'hello # no comment a\nb shell\n');
  assert.match(stderr, /^\S+ app:a one \{ x: 1 \} hello # no comment\n$/);
});
