// Bad input while a call runs, the media engine under AddressSanitizer and UBSan: a report would end the worker, and with it the call.
// runs-on: node
// timeout: 630
// serial
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { describeAttack } from './attack.mjs';
import { root } from './server.mjs';

const asan = execFileSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
const config = join(mkdtempSync(join(tmpdir(), 'parley-sanitized-')), 'parley.toml');
writeFileSync(config, `[media]\nengine = "${join(root, 'tests/e2e/sanitized_engine.mjs')}"\n`);

// Leaks are the other test's business (memory measured): at exit V8 itself leaves much behind.
const env = { LD_PRELOAD: asan, ASAN_OPTIONS: 'detect_leaks=0' };
const server = { runtime: 'node', args: ['--config', config], env };
describeAttack(createRequire(import.meta.url)('../harness'), 'sanitized', { server, measureMemory: false });
