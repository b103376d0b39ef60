'use strict';
// runs-on: parley
// timeout: 120
// What a child writes into its channel is input from outside: whatever it is, the parent gets an 'error' event at most, never
// an exception or a crash, and keeps no descriptor. (Stock Node throws out of its event loop for some of these.)
const { test } = require('../../tests/harness');
const assert = require('assert');
const cp = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { once } = require('events');

const FILE = path.join(__dirname, 'fixtures/rogue.js');
const { lines, announcements } = require(FILE);
const descriptors = () => fs.readdirSync('/proc/self/fd').length;

async function meet(what, serialization) {
  const child = cp.fork(FILE, [what], { serialization, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const errors = [];
  const messages = [];
  child.on('error', (error) => errors.push(error.code));
  child.on('message', (message, handle) => {
    messages.push(message);
    handle?.destroy?.();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  const told = (event) => new Promise((resolve) => child.once(event, resolve));
  await Promise.all([told('exit'), told('disconnect')]);
  clearTimeout(timer);
  assert.strictEqual(child.signalCode, null, `${what}: had to be killed`);
  return { errors, messages };
}

for (const serialization of ['json', 'advanced']) {
  test(`bytes against the channel (${serialization})`, { timeout: 60_000 }, async () => {
    const before = descriptors();
    for (const what of lines) {
      const { errors } = await meet(what, serialization);
      assert.ok(
        errors.every((code) => code === 'EPROTO'),
        `${what}: ${errors}`,
      );
      if (serialization === 'json' && /JSON|lines|null|UTF/.test(what))
        assert.deepStrictEqual(errors, ['EPROTO']);
    }
    assert.strictEqual({}.polluted, undefined);
    assert.ok(descriptors() <= before + 1, `${descriptors() - before} descriptors are left`);
  });
}

test('handles that are not what they are announced as are closed', { timeout: 60_000 }, async () => {
  const before = descriptors();
  for (const what of announcements) {
    const { errors, messages } = await meet(what, 'json');
    assert.deepStrictEqual(errors, [], what);
    assert.ok(
      messages.every((message) => message?.cmd === undefined),
      what,
    );
  }
  assert.ok(descriptors() <= before + 1, `${descriptors() - before} descriptors are left`);
});

test('a channel that closes answers for every queued message and keeps no handle', async (t) => {
  const child = cp.fork(path.join(__dirname, 'fixtures/child.js'), ['deaf']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message'); // it reads nothing from now on
  const accepted = [];
  const server = net.createServer((socket) => accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const COUNT = 20;
  const clients = Array.from({ length: COUNT }, () => net.connect(server.address().port, '127.0.0.1'));
  for (const client of clients) client.on('error', () => {}).resume();
  while (accepted.length < COUNT) await once(server, 'connection');
  const ended = clients.map((client) => new Promise((resolve) => client.once('close', resolve)));
  const answers = [];
  accepted.forEach((socket, i) => {
    if (i % 2) return child.send(`socket ${i}`, socket);
    child.send(`socket ${i}`, socket, (error) => {
      answers.push(error?.code ?? null);
      socket.destroy();
    });
  });
  for (let i = 0; i < COUNT; i++) child.send(`text ${i}`, (error) => answers.push(error?.code ?? null));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await Promise.all(ended);
  const expected = COUNT / 2 + COUNT;
  while (answers.length < expected) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(
    answers.filter((code) => code === 'ERR_IPC_CHANNEL_CLOSED').length >= expected - 1,
    String(answers),
  );
  const late = await new Promise((resolve) => child.send('late', resolve));
  assert.strictEqual(late.code, 'ERR_IPC_CHANNEL_CLOSED');
});
