'use strict';
// timeout: 180
// amqplib against a real RabbitMQ: what a program does with queues, and what it lives through when the server is killed or stopped under load.
const { test } = require('../../harness');
const { startRabbitmq } = require('../../servers/rabbitmq');
const { Tally, growthOf, sockets, settled } = require('../../servers/load');
const assert = require('assert');
const { once } = require('events');
const amqp = require('amqplib');
const options = { timeout: 60000 };

let server;
test('RabbitMQ starts', options, async () => {
  server = await startRabbitmq();
});

async function connect(t) {
  const connection = await amqp.connect(server.url);
  t.after(() => connection.close());
  return connection;
}

/** Consumes `count` messages of a queue, acknowledged as they come, and gives what `pick` takes of each. */
function take(channel, queue, count, pick = (message) => message.content.toString()) {
  const taken = [];
  return new Promise((resolve, reject) => {
    const onMessage = (message) => {
      if (message === null) return reject(new Error('the server cancelled the consumer'));
      channel.ack(message);
      taken.push(pick(message));
      if (taken.length === count) resolve(channel.cancel(message.fields.consumerTag).then(() => taken));
    };
    channel.consume(queue, onMessage).catch(reject);
  });
}

test('exchanges of each kind route; properties and headers arrive', options, async (t) => {
  const channel = await (await connect(t)).createChannel();
  const queues = await Promise.all(
    Array.from({ length: 4 }, async () => (await channel.assertQueue('', { exclusive: true })).queue),
  );
  for (const type of ['direct', 'topic', 'fanout', 'headers'])
    await channel.assertExchange(`x.${type}`, type, { durable: false, autoDelete: true });
  const [direct, topic, fanout, headers] = queues;
  await channel.bindQueue(direct, 'x.direct', 'key');
  await channel.bindQueue(topic, 'x.topic', 'exit.*.#');
  await channel.bindQueue(fanout, 'x.fanout', '');
  await channel.bindQueue(headers, 'x.headers', '', { 'x-match': 'all', kind: 'a', n: 1 });
  channel.publish('x.direct', 'other', Buffer.from('lost'));
  const sent = {
    contentType: 'text/plain',
    headers: { deep: { list: [1, 'zwei', true, null] } },
    priority: 3,
    timestamp: 1700000000,
  };
  channel.publish('x.direct', 'key', Buffer.from('é'), { ...sent, messageId: 'm1', expiration: '60000' });
  channel.publish('x.topic', 'exit.quit.now', Buffer.from('topic'));
  channel.publish('x.fanout', 'any', Buffer.alloc(0));
  channel.publish('x.headers', '', Buffer.from('no'), { headers: { kind: 'a', n: 2 } });
  channel.publish('x.headers', '', Buffer.from('yes'), { headers: { kind: 'a', n: 1, more: 'm' } });
  const [message] = await take(channel, direct, 1, (m) => m);
  assert.strictEqual(message.content.toString(), 'é');
  const { contentType, headers: got, priority, timestamp, messageId, expiration } = message.properties;
  assert.deepStrictEqual({ contentType, headers: got, priority, timestamp }, sent);
  assert.deepStrictEqual([messageId, expiration, message.fields.routingKey], ['m1', '60000', 'key']);
  const others = [topic, fanout, headers].map((queue) => take(channel, queue, 1));
  assert.deepStrictEqual(await Promise.all(others), [['topic'], [''], ['yes']]);
});

test(
  'prefetch bounds what is unacknowledged; refused messages come again or go to the dead letters',
  options,
  async (t) => {
    const channel = await (await connect(t)).createChannel();
    const { queue: dead } = await channel.assertQueue('', { exclusive: true });
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      deadLetterExchange: '',
      deadLetterRoutingKey: dead,
    });
    for (let i = 0; i < 10; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
    await channel.prefetch(4);
    const held = new Tally();
    await channel.consume(queue, (message) => held.add(message));
    await held.reaches(4);
    assert.strictEqual((await channel.checkQueue(queue)).messageCount, 6);
    const [first, second] = held;
    channel.nack(first, false, true); // comes again
    channel.reject(second, false); // to the dead letters
    await held.reaches(6);
    const again = [...held].slice(4).find((message) => message.fields.redelivered);
    assert.strictEqual(again.content.toString(), '0');
    channel.ackAll();
    await held.reaches(10);
    channel.ackAll();
    await held.reaches(11); // ten, and one twice
    channel.ackAll();
    const [letter] = await take(channel, dead, 1, (m) => [
      m.content.toString(),
      m.properties.headers['x-death'][0].reason,
    ]);
    assert.deepStrictEqual(letter, ['1', 'rejected']);
  },
);

test('bodies of many frames, 5,000 small ones in order, back-pressure and its end', options, async (t) => {
  const connection = await connect(t);
  const sender = await connection.createConfirmChannel();
  const receiver = await (await connect(t)).createChannel();
  const { queue } = await sender.assertQueue('', { exclusive: false, autoDelete: true });
  const big = Buffer.alloc(5_000_003, 'parley');
  const taken = take(receiver, queue, 1, (m) => m.content.equals(big));
  sender.sendToQueue(queue, big);
  assert.deepStrictEqual(await taken, [true]);
  await sender.assertQueue('many', { autoDelete: true });
  const numbers = take(receiver, 'many', 5000, (m) => Number(m.content));
  let stalls = 0;
  for (let i = 0; i < 5000; i++) {
    if (sender.sendToQueue('many', Buffer.from(String(i).padStart(1000, '0')))) continue;
    stalls++;
    await once(sender, 'drain');
  }
  await sender.waitForConfirms();
  assert.deepStrictEqual(
    await numbers,
    Array.from({ length: 5000 }, (_, i) => i),
  );
  assert.ok(stalls > 0, 'never told to wait');
});

test('calls over queues: replies find their caller by correlation', options, async (t) => {
  const worker = await (await connect(t)).createChannel();
  await worker.assertQueue('rpc', { autoDelete: true });
  await worker.consume('rpc', (message) => {
    worker.ack(message);
    const { replyTo, correlationId } = message.properties;
    const result = JSON.stringify(JSON.parse(message.content).reduce((a, b) => a + b));
    worker.sendToQueue(replyTo, Buffer.from(result), { correlationId });
  });
  const caller = await (await connect(t)).createChannel();
  const waiting = new Map();
  const replyTo = 'amq.rabbitmq.reply-to';
  const answer = (m) => waiting.get(m.properties.correlationId)(Number(m.content));
  await caller.consume(replyTo, answer, { noAck: true });
  const call = (numbers, correlationId) =>
    new Promise((resolve) => {
      waiting.set(correlationId, resolve);
      caller.sendToQueue('rpc', Buffer.from(JSON.stringify(numbers)), { replyTo, correlationId });
    });
  const results = await Promise.all(Array.from({ length: 300 }, (_, i) => call([i, 1000], `c${i}`)));
  assert.deepStrictEqual(
    results,
    Array.from({ length: 300 }, (_, i) => i + 1000),
  );
});

test(
  "mistakes end their channel with RabbitMQ's reason, not the connection; unroutable messages return",
  options,
  async (t) => {
    const connection = await connect(t);
    const broken = async (mistake) => {
      const channel = await connection.createChannel();
      const told = once(channel, 'error');
      await assert.rejects(mistake(channel));
      return (await told)[0].code;
    };
    assert.strictEqual(await broken((c) => c.checkQueue('there is none')), 404);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('plain', { autoDelete: true, durable: false });
    assert.strictEqual(await broken((c) => c.assertQueue('plain', { durable: true })), 406);
    const returned = once(channel, 'return');
    channel.publish('', 'there is none', Buffer.from('back'), { mandatory: true });
    await channel.waitForConfirms();
    const [message] = await returned;
    assert.deepStrictEqual([message.content.toString(), message.fields.replyCode], ['back', 312]);
    assert.throws(() => channel.sendToQueue('plain', 'a string'), TypeError);
    assert.strictEqual(await channel.get('plain'), false);
    await assert.rejects(
      amqp.connect(server.url.replace('guest:guest', 'guest:wrong')),
      /403 \(ACCESS[-_]REFUSED\)|ACCESS_REFUSED/,
    );
    await assert.rejects(
      amqp.connect(`amqp://127.0.0.1:${server.port}/no-such-host`),
      /got <ConnectionClose/,
    );
  },
);

test('300 connections come and go: no socket and no memory stays', options, async () => {
  const round = async () => {
    const some = await Promise.all(Array.from({ length: 20 }, () => amqp.connect(server.url)));
    const channels = await Promise.all(some.map((connection) => connection.createConfirmChannel()));
    for (const channel of channels) channel.publish('', 'nobody', Buffer.alloc(10000));
    await Promise.all(channels.map((channel) => channel.waitForConfirms()));
    await Promise.all(some.map((connection) => connection.close()));
  };
  const grown = await growthOf(round, 10);
  assert.ok(grown < 1e6, `${grown} bytes more after 200 connections`);
});

/**
 * A publisher with confirms and a consumer, each with amqplib's recovery, while `disturb` ends and restarts the server. What was confirmed
 * must arrive, though some may arrive twice.
 */
async function liveThrough(queue, disturb) {
  const before = sockets();
  const confirmed = new Tally();
  const received = new Set();
  const recovery = (setup) => ({ recovery: { initialDelay: 20, maxDelay: 200, setup } });
  let publisher;
  const out = await amqp.connect(
    server.url,
    recovery(async (model) => {
      publisher = await model.createConfirmChannel();
      publisher.on('error', () => {});
      await publisher.assertQueue(queue, { durable: true });
    }),
  );
  const into = await amqp.connect(
    server.url,
    recovery(async (model) => {
      const channel = await model.createChannel();
      channel.on('error', () => {});
      await channel.assertQueue(queue, { durable: true });
      await channel.prefetch(50);
      await channel.consume(queue, (message) => {
        if (message === null) return;
        received.add(Number(message.content));
        channel.ack(message);
      });
    }),
  );
  for (const model of [out, into]) model.on('error', () => {});
  const gone = [out, into].map((model) => new Promise((resolve) => model.once('disconnect', resolve)));
  let failed = 0;
  let next = 0;
  let over = false;
  const publish = async () => {
    while (!over) {
      const n = next++;
      try {
        await new Promise((resolve, reject) =>
          publisher.sendToQueue(queue, Buffer.from(String(n)), { persistent: true }, (error) =>
            error ? reject(error) : resolve(),
          ),
        );
        confirmed.add(n);
      } catch {
        failed++; // not confirmed: the program would send it again
        await out.createChannel().then(
          (channel) => channel.close(),
          () => {},
        ); // waits until there is a connection
      }
    }
  };
  const publishers = Array.from({ length: 20 }, publish);
  await confirmed.reaches(300);
  await disturb();
  const reasons = await Promise.all(gone);
  await confirmed.reaches(confirmed.size + 300); // both go on
  over = true;
  await Promise.all(publishers);
  await settled(() => [...confirmed].every((n) => received.has(n)), 'every confirmed message arrives');
  await Promise.all([out.close(), into.close()]);
  await settled(() => sockets() === before, 'the sockets of lost connections are closed');
  return { reasons, failed };
}

test('killed under load: no confirmed message is lost, both sides go on', options, async () => {
  const { reasons, failed } = await liveThrough('killed', async () => {
    await server.kill();
    await assert.rejects(amqp.connect(server.url), { code: 'ECONNREFUSED' });
    await server.start();
  });
  for (const error of reasons)
    assert.match(`${error.code} ${error.message}`, /ECONNRESET|EPIPE|Unexpected close/);
  assert.ok(failed > 0, 'nothing was under way');
});

test('stopped under load: clients are told, no confirmed message is lost', options, async () => {
  const { reasons } = await liveThrough('stopped', async () => {
    await server.stop();
    await server.start();
  });
  // The broker closes its socket right after it has said so: where we had sent more, TCP resets, and the reset may overtake.
  for (const error of reasons)
    assert.match(`${error.code} ${error.message}`, /320 \(CONNECTION-FORCED\)|ECONNRESET|EPIPE/);
});

test('RabbitMQ ends, and nothing of it stays', options, async () => {
  await server.close();
  assert.ok(!require('fs').existsSync(server.folder));
});
