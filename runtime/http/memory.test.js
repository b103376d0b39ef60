'use strict';
// runs-on: parley,node
// What a connection leaves behind: nothing.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { createHook } = require('async_hooks');
const { once } = require('events');
const http = require('http');
const net = require('net');
const v8 = require('v8');
const vm = require('vm');

const CONNECTIONS = 20;

test('requests that were never answered are collected, with async hooks on', async (t) => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  const hook = createHook({ init() {} }).enable();
  t.after(() => hook.disable());
  const responses = [];
  const server = http.createServer((req, res) => {
    req.on('error', () => {});
    responses.push(new WeakRef(res));
    req.socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (let i = 0; i < CONNECTIONS; i++) {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
  }
  server.close();
  await once(server, 'close');
  assert.strictEqual(responses.length, CONNECTIONS);
  let left = CONNECTIONS;
  // The last one or two may still be on a stack or in a handle's way out.
  for (let turn = 0; turn < 50 && left > 2; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    left = responses.filter((response) => response.deref() !== undefined).length;
  }
  assert.ok(left <= 2, `${left} of ${CONNECTIONS} are still there`);
});
