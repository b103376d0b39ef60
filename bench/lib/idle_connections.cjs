'use strict';
// Opens connections to a server on this machine, makes one request on each and leaves them open: node idle_connections.cjs PORT
// COUNT. Prints a line when all have their answer; ends with its standard input.
const net = require('node:net');

const [port, count] = process.argv.slice(2).map(Number);
const kAtOnce = 100;
const connections = [];

function open() {
  if (connections.length === count) return;
  const socket = net.connect(port, '127.0.0.1');
  connections.push(socket);
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.once('data', () => {
    if (++answered === count) process.stdout.write('open\n');
    open();
  });
}

let answered = 0;
for (let i = 0; i < Math.min(kAtOnce, count); i++) open();
process.stdin.on('end', () => process.exit()).resume();
