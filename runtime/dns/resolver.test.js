'use strict';
// A name server of the test's own answers; what it says is written byte by byte.
const assert = require('assert');
const dgram = require('dgram');
const dns = require('dns');
const { once } = require('events');
const { test } = require('../../tests/harness');

const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  CAA: 257,
};
const u16 = (n) => [n >> 8, n & 255];
const u32 = (n) => [...u16(n >>> 16), ...u16(n & 0xffff)];
const text = (s) => [s.length, ...Buffer.from(s)];
const name = (s) => [...s.split('.').flatMap(text), 0];
const POINTER = [0xc0, 12]; // to the question's name
const record = (type, data, ttl = 60) => [
  ...POINTER,
  ...u16(TYPES[type]),
  0,
  1,
  ...u32(ttl),
  ...u16(data.length),
  ...data,
];

// Answers every question with `records`; `change` may spoil the message.
async function serve(t, records, { rcode = 0, change = (m) => m } = {}) {
  const server = dgram.createSocket('udp4');
  t.after(() => server.close());
  server.on('message', (question, { port, address }) => {
    const header = [...question.subarray(0, 2), 0x81, 0x80 | rcode, 0, 1, ...u16(records.length), 0, 0, 0, 0];
    const end = question.indexOf(0, 12) + 5;
    const message = Buffer.from([...header, ...question.subarray(12, end), ...records.flat()]);
    server.send(change(message), port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const resolver = new dns.promises.Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return resolver;
}

test('every type of record has its documented shape', async (t) => {
  const resolver = await serve(t, [
    record('A', [192, 0, 2, 1], 7),
    record('AAAA', [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1], 8),
    record('MX', [...u16(10), ...text('mx'), ...POINTER]),
    record('TXT', [...text('a b'), ...text('c')]),
    record('NS', name('ns.example.net')),
    record('CNAME', name('alias.example.net')),
    record('PTR', name('host.example.net')),
    record('SRV', [...u16(1), ...u16(2), ...u16(8080), ...name('srv.example.net')]),
    record('NAPTR', [
      ...u16(3),
      ...u16(4),
      ...text('s'),
      ...text('SIP+D2U'),
      ...text(''),
      ...name('sip.example.net'),
    ]),
    record('SOA', [...name('ns.example.net'), ...name('root.example.net'), ...[1, 2, 3, 4, 5].flatMap(u32)]),
    record('CAA', [0, ...text('issue'), ...Buffer.from('ca.example.net')]),
  ]);
  const host = 'example.org';
  assert.deepStrictEqual(await resolver.resolve4(host), ['192.0.2.1']);
  assert.deepStrictEqual(await resolver.resolve4(host, { ttl: true }), [{ address: '192.0.2.1', ttl: 7 }]);
  assert.deepStrictEqual(await resolver.resolve6(host), ['2001:db8::1']);
  assert.deepStrictEqual(await resolver.resolveMx(host), [{ exchange: 'mx.example.org', priority: 10 }]);
  assert.deepStrictEqual(await resolver.resolveTxt(host), [['a b', 'c']]);
  assert.deepStrictEqual(await resolver.resolveNs(host), ['ns.example.net']);
  assert.deepStrictEqual(await resolver.resolveCname(host), ['alias.example.net']);
  assert.deepStrictEqual(await resolver.resolvePtr(host), ['host.example.net']);
  assert.deepStrictEqual(await resolver.resolveSrv(host), [
    { name: 'srv.example.net', port: 8080, priority: 1, weight: 2 },
  ]);
  assert.deepStrictEqual(await resolver.resolveNaptr(host), [
    { flags: 's', service: 'SIP+D2U', regexp: '', replacement: 'sip.example.net', order: 3, preference: 4 },
  ]);
  assert.deepStrictEqual(await resolver.resolveSoa(host), {
    nsname: 'ns.example.net',
    hostmaster: 'root.example.net',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minttl: 5,
  });
  assert.deepStrictEqual(await resolver.resolveCaa(host), [{ critical: 0, issue: 'ca.example.net' }]);
});

test('no records, no such name and a spoilt answer are errors with a code', async (t) => {
  const fails = async (resolver, code) => {
    const expected = {
      code,
      syscall: 'queryA',
      hostname: 'example.org',
      message: `queryA ${code} example.org`,
    };
    await assert.rejects(resolver.resolve4('example.org'), expected);
  };
  await fails(await serve(t, []), 'ENODATA');
  await fails(await serve(t, [], { rcode: 3 }), 'ENOTFOUND');
  await fails(await serve(t, [], { rcode: 2 }), 'ESERVFAIL');
  const short = (message) => message.subarray(0, message.length - 2);
  await fails(await serve(t, [record('A', [192, 0, 2, 1])], { change: short }), 'EBADRESP');
});

test('a server that is silent is given up, and cancel() ends what is under way', async (t) => {
  const silent = dgram.createSocket('udp4');
  t.after(() => silent.close());
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const servers = [`127.0.0.1:${silent.address().port}`];
  const impatient = new dns.promises.Resolver({ timeout: 20, tries: 1 });
  impatient.setServers(servers);
  await assert.rejects(impatient.resolve4('example.org'), { code: 'ETIMEOUT' });
  const patient = new dns.promises.Resolver();
  patient.setServers(servers);
  const answer = assert.rejects(patient.resolve4('example.org'), { code: 'ECANCELLED' });
  await once(silent, 'message');
  patient.cancel();
  await answer;
});

test('servers are text with or without a port', () => {
  const resolver = new dns.Resolver();
  const servers = ['192.0.2.1', '192.0.2.2:1053', '2001:db8::1', '[2001:db8::2]:1053'];
  resolver.setServers(servers);
  assert.deepStrictEqual(resolver.getServers(), servers);
  assert.throws(() => resolver.setServers(['nowhere']), { code: 'ERR_INVALID_IP_ADDRESS' });
  assert.throws(() => resolver.setServers('192.0.2.1'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => resolver.resolve('example.org', 'NONE', () => {}), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('a worker ends while a name server is silent', async (t) => {
  const server = dgram.createSocket('udp4');
  t.after(() => server.close());
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const { Worker } = require('worker_threads');
  const program = `const resolver = new (require('dns').Resolver)();
    resolver.setServers([require('worker_threads').workerData]);
    resolver.resolve4('example.org', () => {});`;
  const workerData = `127.0.0.1:${server.address().port}`;
  const worker = new Worker(program, { eval: true, workerData });
  await once(server, 'message');
  assert.strictEqual(await worker.terminate(), 1);
});
