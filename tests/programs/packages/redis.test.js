'use strict';
// timeout: 120
// ioredis against a real Redis: pipelines, transactions, scripts, streams, publish and subscribe; a server that is killed and started again under load.
const { test } = require('../../harness');
const { startRedis } = require('../../servers/redis');
const { Tally, growthOf, sockets, settled } = require('../../servers/load');
const assert = require('assert');
const { Redis } = require('ioredis');
const options = { timeout: 30000 };

let server;
test('Redis starts', options, async () => {
  server = await startRedis();
});

function connect(t, more = {}) {
  const redis = new Redis({ port: server.port, host: '127.0.0.1', ...more });
  redis.on('error', () => {}); // told to whoever waits, too
  t.after(() => redis.disconnect());
  return redis;
}

test('strings, bytes, hashes, sorted sets, expiry, scanning', options, async (t) => {
  const redis = connect(t, { keyPrefix: 'values:' });
  const bytes = Buffer.from([0, 13, 10, 255]);
  assert.strictEqual(await redis.set('text', 'é\r\n', 'EX', 100), 'OK');
  await redis.set('bytes', bytes);
  assert.deepStrictEqual([await redis.get('text'), await redis.getBuffer('bytes')], ['é\r\n', bytes]);
  await redis.hset('hash', { a: 1, b: 'two' });
  assert.deepStrictEqual(await redis.hgetall('hash'), { a: '1', b: 'two' });
  await redis.zadd('scores', 3, 'c', 1, 'a', 2, 'b');
  assert.deepStrictEqual(await redis.zrange('scores', 0, 1, 'WITHSCORES'), ['a', '1', 'b', '2']);
  await assert.rejects(redis.lpush('text', 'x'), /^ReplyError: WRONGTYPE/);
  const big = Buffer.alloc(10_000_000, 'parley');
  await redis.set('big', big);
  assert.ok((await redis.getBuffer('big')).equals(big));
  await Promise.all(Array.from({ length: 500 }, (_, i) => redis.set(`scan${i}`, i)));
  const found = new Set();
  for await (const keys of redis.scanStream({ match: 'values:scan*', count: 50 }))
    keys.forEach((key) => found.add(key));
  assert.strictEqual(found.size, 500);
});

test('pipelines, transactions that are refused when watched keys change, scripts', options, async (t) => {
  const [redis, other] = [connect(t), connect(t)];
  const pipeline = redis.pipeline();
  for (let i = 0; i < 5000; i++) pipeline.incrby('sum', i);
  const results = await pipeline.exec();
  assert.deepStrictEqual(results.at(-1), [null, (4999 * 5000) / 2]);
  assert.deepStrictEqual(await redis.multi().set('m', 1).incr('m').exec(), [
    [null, 'OK'],
    [null, 2],
  ]);
  await redis.watch('m');
  await other.set('m', 10);
  assert.strictEqual(await redis.multi().incr('m').exec(), null);
  redis.defineCommand('take', {
    numberOfKeys: 1,
    lua: "local v = redis.call('GET', KEYS[1]); redis.call('DEL', KEYS[1]); return {v, ARGV[1]}",
  });
  assert.deepStrictEqual(await redis.take('m', 'given'), ['10', 'given']);
  const automatic = connect(t, { enableAutoPipelining: true });
  const values = await Promise.all(Array.from({ length: 1000 }, (_, i) => automatic.set(`auto${i}`, i)));
  assert.ok(values.every((value) => value === 'OK'));
});

test('publish and subscribe, streams with groups, a blocked reader', options, async (t) => {
  const [redis, subscriber, blocked] = [connect(t), connect(t), connect(t)];
  await subscriber.subscribe('news');
  await subscriber.psubscribe('room.*');
  const heard = [];
  const all = new Promise((resolve) => {
    const hear = (...message) => heard.push(message) === 101 && resolve();
    subscriber.on('message', hear).on('pmessage', hear);
  });
  for (let i = 0; i < 100; i++) redis.publish('news', `${i}`);
  redis.publish('room.7', 'é');
  await all;
  assert.deepStrictEqual(heard.slice(99), [
    ['news', '99'],
    ['room.*', 'room.7', 'é'],
  ]);
  await redis.xgroup('CREATE', 'log', 'readers', '$', 'MKSTREAM');
  const reading = blocked.xreadgroup(
    'GROUP',
    'readers',
    'one',
    'COUNT',
    10,
    'BLOCK',
    20000,
    'STREAMS',
    'log',
    '>',
  );
  const id = await redis.xadd('log', '*', 'field', 'value');
  assert.deepStrictEqual(await reading, [['log', [[id, ['field', 'value']]]]]);
  assert.strictEqual(await redis.xack('log', 'readers', id), 1);
});

test('200 connections come and go: no socket and no memory stays', options, async (t) => {
  const round = async () => {
    const some = Array.from({ length: 20 }, () => connect(t));
    await Promise.all(some.map((redis) => redis.ping()));
    await Promise.all(some.map((redis) => redis.quit()));
  };
  const grown = await growthOf(round, 5);
  assert.ok(grown < 2e6, `${grown} bytes more after 100 connections`);
});

test(
  'killed under load: what was answered is there, clients and subscribers come back',
  options,
  async (t) => {
    const before = sockets();
    const retry = { retryStrategy: () => 20, maxRetriesPerRequest: null };
    const [writer, subscriber] = [connect(t, retry), connect(t, retry)];
    await subscriber.subscribe('after');
    const written = new Tally();
    let over = false;
    let next = 0;
    const write = async () => {
      while (!over) {
        const n = next++;
        await writer.set(`n${n}`, n);
        written.add(n);
      }
    };
    const writers = Array.from({ length: 20 }, write);
    const again = [writer, subscriber].map(
      (redis) => new Promise((resolve) => redis.once('reconnecting', resolve)),
    );
    await written.reaches(1000);
    await server.kill();
    await Promise.all(again);
    const ready = [writer, subscriber].map((redis) => new Promise((resolve) => redis.once('ready', resolve)));
    await server.start();
    await Promise.all(ready);
    await written.reaches(written.size + 1000);
    over = true;
    await Promise.all(writers);
    const numbers = [...written];
    const values = await writer.mget(numbers.map((n) => `n${n}`));
    assert.deepStrictEqual(values, numbers.map(String));
    const message = new Promise((resolve) => subscriber.once('message', (_, text) => resolve(text)));
    await settled(
      async () => (await writer.publish('after', 'back')) === 1,
      'the subscription is made again',
    );
    assert.strictEqual(await message, 'back');
    await Promise.all([writer.quit(), subscriber.quit()]);
    await settled(() => sockets() <= before, 'the sockets of lost connections are closed');
  },
);

test('Redis ends, and nothing of it stays', options, async () => {
  await server.close();
  assert.ok(!require('fs').existsSync(server.folder));
});
