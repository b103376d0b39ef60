// `make figures`: runs every program of bench/ with --markdown and writes the rows into docs/performance.md, between the two
// marks there. `node tools/figures.mjs fs streams` runs these alone and replaces only their rows.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';
const TIMEOUT_MS = 30 * 60_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/performance.md');

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function rowsOf(name) {
  process.stderr.write(`bench/${name} ...\n`);
  const { status, stdout, error } = spawnSync(join(root, 'bench', name), ['--markdown'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) throw new Error(`bench/${name} failed: ${error?.message ?? `exit code ${status}`}`);
  return stdout.trim().split('\n');
}

const programs = readdirSync(join(root, 'bench')).filter((name) => isProgram(join(root, 'bench', name)));
const asked = process.argv.slice(2);
for (const name of asked) if (!programs.includes(name)) throw new Error(`there is no bench/${name}`);

const text = readFileSync(page, 'utf8');
const from = text.indexOf(BEGIN);
const to = text.indexOf(END);
if (from < 0 || to < from) throw new Error(`${page} has lost its marks ${BEGIN} and ${END}`);
const before = text.slice(from, to).split('\n');
const kept = (name) => before.filter((line) => line.endsWith(`| \`bench/${name}\` |`));

const rows = programs.flatMap((name) =>
  asked.length === 0 || asked.includes(name) ? rowsOf(name) : kept(name),
);
const table = [
  BEGIN,
  `Taken on ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores (${cpus()[0].model}).`,
  '',
  '| what | Parley | beside | ratio | program |',
  '|---|---|---|---|---|',
  ...rows,
  '',
];
writeFileSync(page, text.slice(0, from) + table.join('\n') + text.slice(to));
