'use strict';
// What the tests of this folder share: running a program of a package on the runtime that runs the test, and folders to work in.
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const DEADLINE_MS = 30000;
const packages = path.join(__dirname, 'node_modules');

/** A person's environment: what a CI service sets changes what test runners, loggers and installers do. */
const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, CI: undefined };

/** Runs `file` and gives what it wrote and how it ended, never longer than 30 s. */
function run(file, args = [], { cwd = __dirname, env = {}, input = '' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd,
      env: { ...environment, ...env },
    });
    const result = { stdout: '', stderr: '', code: null, signal: null };
    child.stdout.setEncoding('utf8').on('data', (chunk) => (result.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (result.stderr += chunk));
    child.stdin.on('error', () => {}); // a program may end without having read its input
    child.stdin.end(input);
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ ...result, code, signal });
    });
  });
}

/** The file behind a package's command: bin('typescript', 'tsc'). */
function bin(name, command = name) {
  const folder = path.join(packages, name);
  const field = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).bin;
  return path.join(folder, typeof field === 'string' ? field : field[command]);
}

/** The program behind a command of the PATH, wherever that is installed. */
function commandOf(name) {
  for (const place of process.env.PATH.split(path.delimiter)) {
    const file = path.join(place, name);
    if (fs.existsSync(file)) return fs.realpathSync(file);
  }
  throw new Error(`there is no ${name} on the PATH`);
}

/** A new folder that holds `files`, gone after the test. With `linked`, it finds the packages of this folder. */
function folder(t, files = {}, { linked = false } = {}) {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'packages-')));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  if (linked) fs.symlinkSync(packages, path.join(root, 'node_modules'));
  return root;
}

module.exports = { run, bin, commandOf, folder };
