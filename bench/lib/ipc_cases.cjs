'use strict';
// The workloads of bench/ipc, run by the contender itself: `program ipc_cases.cjs CASE` prints microseconds; `child CASE` is what it forks.
const { fork } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');

const cases = {
  'fork to first message': first,
  'round trip, first 1,000 messages': () => roundTrips(0, 1000),
  'round trip, warm': () => roundTrips(5000, 10000),
  'round trip, advanced serialization': () => roundTrips(1000, 3000, { serialization: 'advanced' }),
  'burst of 5,000 messages and back': burst,
  'handing over a socket, first 500': () => handOver(0, 500),
  'handing over a socket, warm': () => handOver(1000, 1000),
};
const message = { id: 17, method: 'publish', args: ['room', { audio: true, video: { codec: 'vp8' } }] };

const start = (role, options) => fork(__filename, ['child', role], options);
const microseconds = (since) => Number(process.hrtime.bigint() - since) / 1e3;

async function first() {
  const since = process.hrtime.bigint();
  const child = start('hello');
  await once(child, 'message');
  const time = microseconds(since);
  child.disconnect();
  return time;
}

async function roundTrips(warmup, count, options) {
  const child = start('echo', options);
  const run = (left) =>
    new Promise((resolve) => {
      const onMessage = () => {
        if (left-- > 0) return child.send(message);
        child.removeListener('message', onMessage);
        resolve();
      };
      child.on('message', onMessage);
      child.send(message);
    });
  await run(warmup); // and the first one, which waits for the child's start
  const since = process.hrtime.bigint();
  await run(count - 1);
  const time = microseconds(since) / count;
  child.disconnect();
  return time;
}

async function burst() {
  const child = start('echo');
  const run = (count) =>
    new Promise((resolve) => {
      let left = count;
      const onMessage = () => {
        if (--left > 0) return;
        child.removeListener('message', onMessage);
        resolve();
      };
      child.on('message', onMessage);
      for (let i = 0; i < count; i++) child.send(message);
    });
  await run(5000);
  const since = process.hrtime.bigint();
  await run(5000);
  const time = microseconds(since) / 5000;
  child.disconnect();
  return time;
}

/** One connection after the other: accepted here, answered there. */
async function handOver(warmup, count) {
  const child = start('answer');
  const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('socket', socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const run = async (count) => {
    for (let i = 0; i < count; i++) {
      const client = net.connect(port, '127.0.0.1').resume();
      await once(client, 'close');
    }
  };
  await run(warmup + 1); // the first waits for the child's start
  const since = process.hrtime.bigint();
  await run(count);
  const time = microseconds(since) / count;
  child.kill();
  server.close();
  return time;
}

const roles = {
  hello: () => process.send('hello'),
  echo: () => process.on('message', (m) => process.send(m)),
  answer: () => process.on('message', (m, socket) => socket.end('x')),
};

module.exports = Object.keys(cases);
if (require.main === module) {
  if (process.argv[2] === 'child') roles[process.argv[3]]();
  else cases[process.argv[2]]().then((figure) => console.log(figure));
}
