// The examples of docs/webrtc-api.md run, each as a program of its own, and print what they say.
// timeout: 150
import assert from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { test } = createRequire(import.meta.url)('../../tests/harness');
const here = fileURLToPath(new URL('.', import.meta.url));
const page = readFileSync(join(here, '../../docs/webrtc-api.md'), 'utf8');
const DEADLINE_MS = 30000;

const blocks = [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map((match) => match[1]);
const head = (block, word) => new RegExp(`^// ${word}: (.*)\n`).exec(block)?.[1];

function folder(t) {
  const root = mkdtempSync(join(tmpdir(), 'examples-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(here, join(root, 'node_modules/webrtc'));
  for (const block of blocks) if (head(block, 'file')) writeFileSync(join(root, head(block, 'file')), block);
  return root;
}

function run(cwd, file) {
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { cwd, timeout: DEADLINE_MS }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    );
  });
}

test('every block is an example with its outcome, or a file that they use', () => {
  assert.ok(blocks.length >= 10, `${blocks.length} examples`);
  for (const block of blocks) assert.ok(head(block, 'prints') ?? head(block, 'file'), block);
});

for (const [n, block] of blocks.entries()) {
  const wanted = head(block, 'prints');
  if (wanted === undefined) continue;
  test(`example ${n} prints "${wanted}"`, { timeout: DEADLINE_MS + 5000 }, async (t) => {
    const cwd = folder(t);
    writeFileSync(join(cwd, 'example.js'), block);
    const { code, stdout, stderr } = await run(cwd, 'example.js');
    assert.deepStrictEqual([stdout.trim(), code], [wanted, 0], stderr);
  });
}
