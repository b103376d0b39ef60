'use strict';
// What bench/cluster loads: a cluster of two workers that share a port by round-robin. Each connection gets one answer, in the words
// of HTTP since the client is wrk, and is closed. Prints the port when both workers listen.
const cluster = require('node:cluster');
const net = require('node:net');

const WORKERS = 2;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  let listening = 0;
  cluster.on('listening', (worker, { port }) => {
    if (++listening === WORKERS) process.stdout.write(`${port}\n`);
  });
} else {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(ANSWER));
  });
  server.listen(0, '127.0.0.1');
}
