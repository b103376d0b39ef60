'use strict';
// Starts a program of fixtures/ that prints its port, on the runtime that runs the test, and ends it with the test.
const { spawn } = require('child_process');
const { once } = require('events');
const path = require('path');

async function startServer(t, fixture) {
  const child = spawn(process.execPath, [path.join(__dirname, 'fixtures', fixture)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (errors += chunk));
  t.after(() => child.kill('SIGKILL'));
  const early = once(child, 'exit').then(() => {
    throw new Error(`${fixture} ended early: ${errors}`);
  });
  early.catch(() => {});
  const [line] = await Promise.race([once(child.stdout, 'data'), early]);
  return { port: Number(line), child, errors: () => errors };
}

module.exports = { startServer };
