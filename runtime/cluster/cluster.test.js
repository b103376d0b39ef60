'use strict';
const assert = require('assert');
const dgram = require('dgram');
const net = require('net');
const path = require('path');
const { fork } = require('child_process');
const { on, once } = require('events');
const { test } = require('../../tests/harness');

// Starts the program; the port its two workers listen on.
async function start(t, kind) {
  const program = fork(path.join(__dirname, 'fixtures/program.js'), [kind]);
  t.after(() => program.kill('SIGKILL'));
  const ports = [];
  for await (const [message] of on(program, 'message')) {
    if (message.listening) ports.push(message.listening.port);
    if (ports.length === 2) break;
  }
  assert.strictEqual(ports[0], ports[1], 'both workers have the same port');
  return { program, port: ports[0] };
}

async function ask(port) {
  const socket = net.connect(port, '127.0.0.1');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return Number(text);
}

test('connections go to the workers in turn', async (t) => {
  const { port } = await start(t, 'turn');
  const answers = [];
  for (let i = 0; i < 20; i++) answers.push(await ask(port));
  assert.strictEqual(answers.filter((id) => id === 1).length, 10, String(answers));
});

test('with the shared policy the kernel chooses', async (t) => {
  const { port } = await start(t, 'none');
  for (let i = 0; i < 20; i++) assert.ok([1, 2].includes(await ask(port)));
});

test('datagram sockets are shared', async (t) => {
  const { port } = await start(t, 'udp');
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  socket.send('who?', port, '127.0.0.1');
  const [data] = await once(socket, 'message');
  assert.ok(['1', '2'].includes(String(data)));
});

test('a killed worker is told of and the other one goes on', async (t) => {
  const { program, port } = await start(t, 'turn');
  program.send({ act: 'kill', worker: 1 });
  const [{ exit, intended, rest }] = await once(program, 'message');
  assert.deepStrictEqual([exit, intended, rest], [1, false, [null, 'SIGKILL']]);
  for (let i = 0; i < 5; i++) assert.strictEqual(await ask(port), 2);
});

test('disconnect ends all workers of their own will, and then the primary', async (t) => {
  const { program } = await start(t, 'turn');
  program.send({ act: 'stop' });
  const ended = once(program, 'exit');
  let stopped;
  for await (const [message] of on(program, 'message')) {
    if (message.exit) assert.strictEqual(message.intended, true);
    stopped = message.stopped;
    if (stopped) break;
  }
  for (const name of ['fork', 'online', 'listening', 'disconnect']) {
    assert.strictEqual(stopped.filter(([event]) => event === name).length, 2, `${name}: ${stopped}`);
  }
  assert.deepStrictEqual(await ended, [0, null]);
});
