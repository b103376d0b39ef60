'use strict';
// The two ends of bench/net. `net_cases.cjs server` echoes and prints its port; `net_cases.cjs client PORT BYTES CONNECTIONS
// MILLISECONDS` keeps one message of that size on its way on each connection, and prints messages a second and its own CPU
// seconds. All after a warm-up of a quarter of that time.
const net = require('node:net');

function server() {
  const listener = net.createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => socket.destroy());
  });
  listener.listen(0, '127.0.0.1', () => process.stdout.write(`${listener.address().port}\n`));
}

function client(port, size, count, milliseconds) {
  const message = Buffer.alloc(size, 'm');
  let messages = 0;
  for (let i = 0; i < count; i++) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(message));
    let left = size;
    socket.on('data', (chunk) => {
      left -= chunk.length;
      if (left > 0) return;
      left = size;
      messages++;
      socket.write(message);
    });
  }
  setTimeout(() => {
    messages = 0;
    const since = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    setTimeout(() => {
      const seconds = Number(process.hrtime.bigint() - since) / 1e9;
      const { user, system } = process.cpuUsage(cpu);
      process.stdout.write(`${messages / seconds} ${messages} ${(user + system) / 1e6}\n`, () =>
        process.exit(),
      );
    }, milliseconds);
  }, milliseconds / 4);
}

if (process.argv[2] === 'server') server();
else client(...process.argv.slice(3).map(Number));
