'use strict';
// runs-on: parley
// timeout: 60
// A worker that is killed in the middle of a request takes that request with it, and no other: connections on their way to it
// go to the next worker. (With stock Node those are lost.)
const { test } = require('../../tests/harness');
const assert = require('assert');
const cp = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { on } = require('events');

const DEATHS = 20;
const LANES = 12;

const ask = (port, url) =>
  new Promise((resolve) => {
    const req = http.get({ port, host: '127.0.0.1', path: url, agent: false }, (res) => {
      res.setEncoding('latin1').on('data', () => {});
      res.on('end', () => resolve(res.statusCode));
      res.on('error', (error) => resolve(error.code));
    });
    req.on('error', (error) => resolve(error.code));
  });

test('no request but that of the killed worker is lost', { timeout: 50_000 }, async (t) => {
  const primary = cp.fork(path.join(__dirname, 'fixtures/dying.js'));
  t.after(() => primary.kill('SIGKILL'));
  const workers = on(primary, 'message'); // a worker listens
  const listening = async () => (await workers.next()).value[0];
  let port;
  for (let i = 0; i < 3; i++) port = await listening();
  const descriptors = () => fs.readdirSync(`/proc/${primary.pid}/fd`).length;
  const before = descriptors();
  let over = false;
  let served = 0;
  const lost = [];
  const lane = async () => {
    while (!over) {
      const outcome = await ask(port, '/');
      if (outcome === 200) served++;
      else lost.push(outcome);
    }
  };
  const lanes = Array.from({ length: LANES }, lane);
  for (let deaths = 0; deaths < DEATHS;) {
    const outcome = await ask(port, '/die');
    if (outcome === 503) continue; // it was not alone there
    assert.strictEqual(outcome, 'ECONNRESET');
    deaths++;
    assert.strictEqual(await listening(), port);
  }
  over = true;
  await Promise.all(lanes);
  assert.deepStrictEqual(lost, []);
  assert.ok(served > DEATHS);
  assert.ok(descriptors() <= before + 3, `${descriptors() - before} descriptors more in the primary`);
});
