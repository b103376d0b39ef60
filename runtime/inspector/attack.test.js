'use strict';
// runs-on: parley
// What a client of the inspector's server may send that is against WebSocket's rules (Node.js lets some of it pass).
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const { Remote, debuggee, frame, upgrade } = require('./test/remote');

test('bytes against the protocol end the connection, not the program', async (t) => {
  const { url, child } = await debuggee(t, ['--inspect=0'], 'setInterval(() => {}, 1000)');
  const attacks = [
    Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5]), // unmasked
    Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), // an extension nobody agreed on
    Buffer.from([0x80, 0x80, 0, 0, 0, 0]), // goes on with what never began
    Buffer.from([0x89, 0xfe, 1, 0, 0, 0, 0, 0]), // a ping that is too long
    Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]), // 2^63 bytes
  ];
  for (const bytes of attacks) {
    const { socket } = await upgrade(url);
    socket.on('error', () => {}).resume();
    const closed = once(socket, 'close');
    socket.write(bytes);
    await closed;
  }
  const { socket } = await upgrade(url);
  socket.write(frame('{not json'));
  socket.write(frame('[]'));
  const { result } = await new Remote(socket).send('Runtime.evaluate', { expression: '1' });
  assert.strictEqual(result.value, 1);
  assert.strictEqual(child.exitCode, null);
  socket.destroy();
});
