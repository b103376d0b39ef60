// Runs every test of the tree and closes with one line "N passed, N failed".
//   node tests/run.mjs [--build DIR] [--only REGEX] [REGEX...]     REGEX is matched against a test file's or program's path
//
// A test is one of
//   - a C++ test program: BUILD/**/*_test or *_tests (GoogleTest); each test case counts
//   - a JavaScript test file: **/*.test.js | *.test.mjs (TAP on stdout, tests/harness); each line counts. Comments at its top say
//       // runs-on: parley | node | parley,node (default parley,node)      // timeout: SECONDS (at least 300)
//       // serial            (runs alone, after all the others: end-to-end and load)
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, mkdirSync, existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const args = process.argv.slice(2);
let buildDirs = ['build/cmake', 'build/sanitize-address-undefined'];
const filters = [];
while (args.length > 0) {
  const a = args.shift();
  if (a === '--build') buildDirs = [args.shift()];
  else if (a === '--only') filters.push(new RegExp(args.shift()));
  else filters.push(new RegExp(a));
}
const wanted = (path) => filters.every((f) => f.test(path));
const parley = join(root, 'build/bin/parley');
mkdirSync(join(root, 'tests/artefacts'), { recursive: true });

function* walk(dir, skip = /^(build.*|node_modules|\.git|artefacts|fixtures)$/) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (!skip.test(entry.name)) yield* walk(join(dir, entry.name), skip);
    } else yield join(dir, entry.name);
  }
}

function collect() {
  const jobs = [];
  for (const build of buildDirs.map((dir) => resolve(root, dir)).filter(existsSync)) {
    for (const file of walk(build, /^CMakeFiles$/)) {
      if (/_tests?$/.test(file) && statSync(file).mode & 0o111 && wanted(relative(build, file))) {
        jobs.push({
          name: relative(root, file),
          argv: [file, '--gtest_brief=0'],
          kind: 'gtest',
          timeout: 600,
        });
      }
    }
  }
  for (const file of walk(root)) {
    const path = relative(root, file);
    if (!/\.test\.m?js$/.test(file) || !wanted(path)) continue;
    const head = readFileSync(file, 'utf8').slice(0, 1500);
    const runsOn = (/^\/\/ runs-on: (.*)$/m.exec(head)?.[1] ?? 'parley,node').split(',').map((s) => s.trim());
    // A deadline for what hangs, not a judge of speed: the machine may be busy.
    const timeout = Math.max(300, Number(/^\/\/ timeout: (\d+)/m.exec(head)?.[1] ?? 0));
    const serial = /^\/\/ serial\b/m.test(head);
    for (const runtime of runsOn) {
      const program = runtime === 'node' ? 'node' : parley;
      jobs.push({ name: `${path} (${runtime})`, argv: [program, file], kind: 'tap', timeout, serial });
    }
  }
  return jobs;
}

function execute(job) {
  return new Promise((done) => {
    const start = Date.now();
    const child = spawn(job.argv[0], job.argv.slice(1), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const add = (chunk) => {
      if (output.length < 4e6) output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    let timedOut = false;
    const killGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {}
    };
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup();
    }, job.timeout * 1000);
    child.on('error', (e) => add(`${e.message}\n`));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      killGroup(); // what the test left running
      done({ ...judge(job, output, code, signal, timedOut), output, seconds: (Date.now() - start) / 1000 });
    });
  });
}

function judge(job, output, code, signal, timedOut) {
  const [good, bad] =
    job.kind === 'gtest'
      ? [/^\[ {7}OK \]/gm, /^\[ {2}FAILED {2}\] .*\(\d+ ms\)$/gm]
      : [/^ok \d/gm, /^not ok \d/gm];
  const passed = (output.match(good) ?? []).length;
  let failed = (output.match(bad) ?? []).length;
  if (failed === 0 && (code !== 0 || timedOut)) failed = 1; // crashed, or never finished
  if (passed + failed === 0) failed = 1; // a test that ran nothing has failed
  return {
    passed,
    failed,
    why: timedOut ? `timed out after ${job.timeout} s` : signal ? `ended by ${signal}` : `exit code ${code}`,
  };
}

let passed = 0;
let failed = 0;
async function drain(jobs, lanes) {
  const lane = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const result = await execute(job);
      passed += result.passed;
      failed += result.failed;
      console.log(
        `${result.failed ? 'FAIL' : 'pass'} ${job.name}: ${result.passed} passed, ${result.failed} failed, ${result.seconds.toFixed(1)} s`,
      );
      if (result.failed)
        console.log(`${result.output.slice(-6000).replace(/^/gm, '  | ')}\n  | (${result.why})`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const jobs = collect();
await drain(
  jobs.filter((j) => !j.serial),
  2,
);
await drain(
  jobs.filter((j) => j.serial),
  1,
);
if (passed + failed === 0) console.log('no test matched');
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
