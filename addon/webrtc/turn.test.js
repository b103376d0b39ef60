'use strict';
// Our TURN client (RFC 8656) against Debian's coturn: connections that may use nothing but relays, over UDP, TCP and TLS, with a
// password of its REST API; and what is told of a wrong one, and of a wrong certificate.
// timeout: 120
const assert = require('node:assert');
const { createHmac, createHash, randomBytes } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('../../tests/harness');
const { startCoturn } = require('../../tests/servers/coturn');

const onParley = process.versions.parley !== undefined;
const { RTCPeerConnection } = require(onParley ? 'webrtc' : join(__dirname, 'lib'));

const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
const digest = (data) => createHash('sha256').update(Buffer.from(data)).digest('hex');

function iceServer(turn, transport, secret = turn.secret) {
  const username = `${Math.floor(Date.now() / 1000) + 600}:test`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  const urls =
    transport === 'tls'
      ? `turns:127.0.0.1:${turn.tlsPort}`
      : `turn:127.0.0.1:${turn.port}?transport=${transport}`;
  return { urls, username, credential };
}

function open(t, server) {
  const pc = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: 'relay' });
  t.after(() => pc.close());
  return pc;
}

async function connect(a, b) {
  const gathered = [];
  for (const [from, to] of [
    [a, b],
    [b, a],
  ]) {
    from.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) gathered.push(candidate);
      to.addIceCandidate(candidate).catch(() => {});
    };
  }
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
  return gathered;
}

// Three servers: one is what it says, one is somebody else, and nobody vouches for the third.
let servers;
async function startTlsServers() {
  servers = [];
  for (const tls of ['IP:127.0.0.1', 'DNS:elsewhere.example', 'IP:127.0.0.1'])
    servers.push(await startCoturn({ tls }));
  const roots = join(servers[0].folder, 'roots.pem');
  writeFileSync(roots, servers[0].certificate + servers[1].certificate);
  process.env.SSL_CERT_FILE = roots; // read with the first connection of TLS
}

for (const transport of ['udp', 'tcp', 'tls']) {
  test(`data goes from relay to relay, reached over ${transport}`, { timeout: 50000 }, async (t) => {
    if (transport === 'tls') await startTlsServers();
    const turn = servers?.[0] ?? (await startCoturn());
    if (!servers) t.after(() => turn.close());
    const [a, b] = [open(t, iceServer(turn, transport)), open(t, iceServer(turn, transport))];
    const channel = a.createDataChannel('relayed');
    const [gathered, { channel: theirs }] = await Promise.all([
      connect(a, b),
      next(b, 'datachannel'),
      next(channel, 'open'),
    ]);
    assert.ok(gathered.length >= 2 && gathered.every(({ type }) => type === 'relay'), 'relayed alone');
    const large = randomBytes(300000);
    theirs.binaryType = 'arraybuffer';
    channel.send(large);
    assert.strictEqual(digest((await next(theirs, 'message')).data), digest(large));
    theirs.send('back');
    assert.strictEqual((await next(channel, 'message')).data, 'back');
    assert.strictEqual(turn.sessions(), 2);
  });
}

test(
  'a server whose certificate is not its own, or not vouched for, is no relay',
  { timeout: 50000 },
  async (t) => {
    t.after(() => Promise.all(servers.map((server) => server.close())));
    for (const turn of servers.slice(1)) {
      const pc = open(t, iceServer(turn, 'tls'));
      pc.createDataChannel('x');
      const failed = next(pc, 'icecandidateerror');
      await pc.setLocalDescription();
      const { errorCode, errorText } = await failed;
      assert.strictEqual(errorCode, 701);
      assert.match(errorText, /certificate/);
      assert.strictEqual(turn.sessions(), 0);
    }
  },
);

test('servers that are set later are asked when ICE restarts', { timeout: 50000 }, async (t) => {
  const turn = await startCoturn();
  t.after(() => turn.close());
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  t.after(() => [a, b].forEach((pc) => pc.close()));
  const channel = a.createDataChannel('x');
  const [before, { channel: theirs }] = await Promise.all([
    connect(a, b),
    next(b, 'datachannel'),
    next(channel, 'open'),
  ]);
  assert.ok(before.every(({ type }) => type === 'host'));
  const { iceTransport } = a.sctp.transport;
  let changes = 0;
  iceTransport.onselectedcandidatepairchange = () => changes++;
  for (const pc of [a, b])
    pc.setConfiguration({ iceServers: [iceServer(turn, 'udp')], iceTransportPolicy: 'relay' });
  const gathered = await connect(a, b);
  channel.send('there all the time');
  assert.strictEqual((await next(theirs, 'message')).data, 'there all the time');
  while (iceTransport.getSelectedCandidatePair().local.type !== 'relay')
    await next(iceTransport, 'selectedcandidatepairchange');
  assert.ok(changes > 0);
  assert.ok(gathered.length >= 2 && gathered.every(({ type }) => type === 'relay'), 'relayed alone');
  assert.ok(turn.sessions() >= 2);
  channel.send('by the relays');
  assert.strictEqual((await next(theirs, 'message')).data, 'by the relays');
});

test('a wrong password is told, and gives no relay', { timeout: 50000 }, async (t) => {
  const turn = await startCoturn();
  t.after(() => turn.close());
  const pc = open(t, iceServer(turn, 'udp', 'another secret'));
  pc.createDataChannel('x');
  const candidates = [];
  pc.onicecandidate = ({ candidate }) => candidate?.candidate && candidates.push(candidate);
  const failed = next(pc, 'icecandidateerror');
  await pc.setLocalDescription();
  assert.strictEqual((await failed).errorCode, 401);
  while (pc.iceGatheringState !== 'complete') await next(pc, 'icegatheringstatechange');
  assert.deepStrictEqual(candidates, []);
});
