// The whole server over real WebSockets and HTTP, with real worker processes and the fake engine.
// runs-on: parley,node
import assert from 'node:assert';
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { Client, OFFER, codeOf, post, request, startServer } from './testing/client.js';

const { test } = createRequire(import.meta.url)('../tests/harness');

const publish = (client) => client.call('publish', { offer: OFFER });

async function watch(client, streamId) {
  await client.call('subscribe', { streamId });
  const offer = await client.event('offer', (o) => o.streams.some((s) => s.streamId === streamId));
  await client.answer(offer);
  return offer;
}

test('two people see each other come, publish, subscribe, mute and leave', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'garden', 'Ada');
  const bob = await Client.join(server, 'garden', 'Bob');
  assert.deepStrictEqual((await ada.event('participant-joined')).name, 'Bob');
  assert.deepStrictEqual(bob.welcome.participants, [{ id: ada.id, name: 'Ada', role: 'presenter' }]);

  const { streamId, answer } = await publish(ada);
  assert.match(answer, /^v=0/);
  const added = await bob.event('stream-added');
  assert.deepStrictEqual(added, {
    id: streamId,
    participantId: ada.id,
    type: 'forward',
    attributes: {},
    media: { audio: { codec: 'opus', muted: false }, video: { codec: 'VP8', muted: false } },
  });
  assert.strictEqual((await ada.event('progress')).state, 'connected');

  const offer = await watch(bob, streamId);
  assert.deepStrictEqual(offer.streams, [
    { mid: '0', kind: 'audio', streamId, participantId: ada.id },
    { mid: '1', kind: 'video', streamId, participantId: ada.id },
  ]);
  assert.deepStrictEqual((await bob.event('progress')).direction, 'subscribe');

  await ada.call('stream-control', { streamId, kind: 'video', muted: true });
  assert.strictEqual((await bob.event('stream-updated')).media.video.muted, true);
  assert.strictEqual(
    await codeOf(bob.call('stream-control', { streamId, kind: 'video', muted: true })),
    'forbidden',
  );
  await bob.call('subscription-control', { streamId, kind: 'av', paused: true });
  await bob.call('text', { message: 'hello' });
  assert.strictEqual((await ada.event('text')).message, 'hello');

  await ada.call('logout');
  assert.strictEqual((await bob.event('stream-removed')).id, streamId);
  assert.deepStrictEqual(await bob.event('participant-left'), { id: ada.id, reason: 'left' });
  const last = await bob.event('offer');
  assert.deepStrictEqual(last.streams, []);
  assert.strictEqual(await ada.closed, 4005);
});

test('there is one unanswered offer at most, and the next has all that came meanwhile', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const first = await publish(ada);
  await bob.call('subscribe', { streamId: first.streamId });
  const offer = await bob.event('offer');
  for (let i = 0; i < 3; i++) {
    const { streamId } = await publish(ada);
    await bob.call('subscribe', { streamId });
  }
  assert.strictEqual(await codeOf(publish(ada)), 'too-many-streams');
  assert.strictEqual(await codeOf(bob.answer({ ...offer, offerId: 99 })), 'stale');
  assert.strictEqual(bob.events.filter((e) => e.event === 'offer').length, 0);
  await bob.answer(offer);
  const next = await bob.event('offer');
  assert.strictEqual(next.streams.length, 8);
  assert.strictEqual(new Set(next.streams.map((s) => s.mid)).size, 8);
});

test('a killed worker restarts the transports and nobody logs in again', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const { streamId } = await publish(ada);
  const before = await watch(bob, streamId);
  const victim = server.workers().find((w) => w.rooms.length > 0);
  process.kill(victim.pid, 'SIGKILL');
  assert.deepStrictEqual(await ada.event('transport-restart'), {
    publish: [streamId],
    subscribe: false,
    reason: 'worker-lost',
  });
  assert.deepStrictEqual(await bob.event('transport-restart'), {
    publish: [],
    subscribe: true,
    reason: 'worker-lost',
  });
  const again = await ada.call('publish', { offer: OFFER, streamId });
  assert.strictEqual(again.streamId, streamId);
  const offer = await bob.event('offer');
  await bob.answer(offer);
  assert.notStrictEqual(offer.transportId, before.transportId);
  assert.strictEqual(offer.streams.length, 2);
  assert.ok(!bob.events.some((e) => /removed|left/.test(e.event)), 'the stream stayed');
  assert.notStrictEqual(server.workers().find((w) => w.rooms.length > 0).id, victim.id);
});

test('a transport that fails is restarted under the same stream', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const { streamId } = await publish(ada);
  await watch(bob, streamId);
  await ada.call('publish', { streamId, offer: `${OFFER}a=x-fail\r\n` });
  const restart = await ada.event('transport-restart');
  assert.deepStrictEqual(restart, { publish: [streamId], subscribe: false, reason: 'transport-failed' });
  await ada.call('publish', { streamId, offer: OFFER });
  assert.ok(!bob.events.some((e) => e.event === 'stream-removed'));
});

test('a publisher names its codec, and a subscriber the layers it wants', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const { streamId } = await ada.call('publish', { offer: OFFER, codec: 'VP9' });
  assert.strictEqual((await bob.event('stream-added')).media.video.codec, 'VP9');
  await watch(bob, streamId);
  const control = (change) => bob.call('subscription-control', { streamId, kind: 'video', ...change });
  await control({ layers: { spatial: 0 } });
  assert.deepStrictEqual(await bob.event('layers-changed'), { streamId, spatial: 0, temporal: 2 });
  for (const layers of [{ spatial: 4 }, { temporal: -1 }, 3])
    assert.strictEqual(await codeOf(control({ layers })), 'bad-request');

  // Another transport is told of them again.
  await ada.call('publish', { offer: OFFER, streamId, codec: 'VP9' });
  await bob.answer(await bob.event('offer'));
  assert.deepStrictEqual(await bob.event('layers-changed'), { streamId, spatial: 0, temporal: 2 });
});

test('a subscriber says what comes first', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const { streamId } = await ada.call('publish', { offer: OFFER });
  await watch(bob, streamId);
  const control = (priority) => bob.call('subscription-control', { streamId, kind: 'video', priority });
  await control(200);
  // The fake engine tells what it was told as a layer.
  assert.strictEqual((await bob.event('layers-changed')).spatial, 200);
  for (const priority of [-1, 256, 1.5, '9'])
    assert.strictEqual(await codeOf(control(priority)), 'bad-request');

  // Another transport is told of it again.
  await ada.call('publish', { offer: OFFER, streamId });
  await bob.answer(await bob.event('offer'));
  assert.strictEqual((await bob.event('layers-changed')).spatial, 200);
});

test('everyone is told who speaks', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const { streamId } = await publish(ada);
  await watch(bob, streamId);
  const ofAda = { streamId, participantId: ada.id };
  for (const client of [ada, bob]) {
    assert.deepStrictEqual(await client.event('active-speaker'), ofAda);
    assert.deepStrictEqual(await client.event('speakers'), { streams: [ofAda] });
  }
});

test('who comes later is told who speaks now, and everyone when a speaker is gone', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  assert.deepStrictEqual([bob.welcome.activeSpeaker, bob.welcome.speakers], [null, []]);
  const { streamId } = await publish(ada);
  await watch(bob, streamId);
  await bob.event('speakers');
  const ofAda = { streamId, participantId: ada.id };
  const cleo = await Client.join(server, 'r');
  assert.deepStrictEqual([cleo.welcome.activeSpeaker, cleo.welcome.speakers], [ofAda, [ofAda]]);

  await ada.call('unpublish', { streamId });
  for (const client of [bob, cleo]) assert.deepStrictEqual(await client.event('speakers'), { streams: [] });
  const dora = await Client.join(server, 'r');
  assert.deepStrictEqual([dora.welcome.activeSpeaker, dora.welcome.speakers], [null, []]);
});

test('both kinds of connections restart ICE where they are', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  const { streamId } = await publish(ada);
  const { transportId } = await watch(bob, streamId);

  const { answer } = await ada.call('renegotiate', { streamId, offer: OFFER });
  assert.match(answer, /^v=0/);
  assert.strictEqual(await codeOf(bob.call('renegotiate', { streamId, offer: OFFER })), 'forbidden');

  assert.strictEqual(await codeOf(bob.call('restart-ice', { transportId: 't0' })), 'not-found');
  await bob.call('restart-ice', { transportId });
  const offer = await bob.event('offer');
  assert.strictEqual(offer.transportId, transportId);
  assert.match(offer.sdp, /^a=ice-ufrag:u1\r$/m);
  assert.deepStrictEqual(new Set(offer.streams.map((s) => s.streamId)), new Set([streamId]));
  await bob.answer(offer);
  assert.ok(!ada.events.concat(bob.events).some((e) => /removed|transport-restart/.test(e.event)));
});

test('an operator can leave parity packets out', async (t) => {
  for (const flexfec of [true, false]) {
    const server = await startServer(t, (config) => Object.assign(config.media, { flexfec }));
    const ada = await Client.join(server, 'r');
    const bob = await Client.join(server, 'r');
    const { sdp } = await watch(bob, (await publish(ada)).streamId);
    assert.strictEqual(sdp.includes('flexfec-03'), flexfec);
  }
});

test('a client is told of TURN servers, with a password that ends', async (t) => {
  const server = await startServer(t, (config) => {
    Object.assign(config.turn, {
      urls: ['stun:s.example', 'turn:t.example', 'turns:t.example:443?transport=tcp'],
      secret: 'shhh',
    });
  });
  const ada = await Client.join(server, 'r');
  const [stun, turn] = ada.welcome.iceServers;
  assert.deepStrictEqual(stun, { urls: ['stun:s.example'] });
  assert.deepStrictEqual(turn.urls, ['turn:t.example', 'turns:t.example:443?transport=tcp']);
  const [end, id] = turn.username.split(':');
  assert.ok(Math.abs(end - Date.now() / 1000 - 86400) < 60 && id === ada.id, turn.username);
  const password = createHmac('sha1', 'shhh').update(turn.username).digest('base64');
  assert.strictEqual(turn.credential, password);
});

test('a lost socket is resumed with its ticket, and what was missed is replayed in order', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r', 'Ada');
  const bob = await Client.join(server, 'r', 'Bob');
  await ada.event('participant-joined');
  ada.terminate();
  await ada.closed;
  for (let i = 0; i < 5; i++) await bob.call('text', { message: `${i}` });
  const back = await Client.open(server);
  const { ticket } = ada.welcome;
  const welcome = await back.call('relogin', { ticket, lastSeq: 1 });
  assert.strictEqual(welcome.resumed, true);
  assert.strictEqual(welcome.participantId, ada.id);
  for (let i = 0; i < 5; i++) assert.strictEqual((await back.event('text')).message, `${i}`);
  assert.ok(!bob.events.some((e) => e.event === 'participant-left'));
  const other = await Client.open(server);
  assert.strictEqual(await codeOf(other.call('relogin', { ticket, lastSeq: 1 })), 'ticket-used');
  const taken = await other.call('relogin', { ticket: welcome.ticket, lastSeq: 999 });
  assert.strictEqual(taken.resumed, false);
  assert.strictEqual(await back.closed, 4000);
  assert.deepStrictEqual(
    taken.participants.map((p) => p.name),
    ['Bob'],
  );
});

test('more missed events than are kept: the lists are the truth', async (t) => {
  const server = await startServer(t, (c) =>
    Object.assign(c.portal, { requestsPerSecond: 1e4, requestsBurst: 1e4 }),
  );
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  ada.terminate();
  for (let i = 0; i < 300; i++) await bob.call('text', { message: 'x' });
  const back = await Client.open(server);
  const welcome = await back.call('relogin', { ticket: ada.welcome.ticket, lastSeq: 0 });
  assert.strictEqual(welcome.resumed, false);
  assert.ok(welcome.seq >= 300);
});

test('who does not come back in time is gone', async (t) => {
  const server = await startServer(t, (c) => (c.portal.reconnectSeconds = 0.2));
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  ada.terminate();
  assert.deepStrictEqual(await bob.event('participant-left'), { id: ada.id, reason: 'lost' });
  const back = await Client.open(server);
  assert.strictEqual(
    await codeOf(back.call('relogin', { ticket: ada.welcome.ticket, lastSeq: 0 })),
    'session-gone',
  );
});

test('a closed page has left at once', async (t) => {
  const server = await startServer(t);
  const ada = await Client.join(server, 'r');
  const bob = await Client.join(server, 'r');
  ada.close(1001);
  assert.deepStrictEqual(await bob.event('participant-left'), { id: ada.id, reason: 'left' });
});

test('a token is refused with its reason, and two racing clients do not both get in', async (t) => {
  const server = await startServer(t);
  const other = await startServer(t);
  const join = async (where) => (await post(`${where.url}/api/join`, { room: 'r', name: 'x' })).body.token;
  const login = async (token) => (await Client.open(server)).call('login', { token });
  const token = await join(server);
  const results = await Promise.all([codeOf(login(token)), codeOf(login(token))]);
  assert.deepStrictEqual(results.sort(), ['no error', 'token-used']);
  assert.strictEqual(await codeOf(login(await join(other))), 'token-foreign');
  assert.strictEqual(await codeOf(login('nonsense')), 'token-malformed');
  const forged = JSON.parse(Buffer.from(await join(server), 'base64'));
  forged.tokenId = 'f'.repeat(32);
  assert.strictEqual(
    await codeOf(login(Buffer.from(JSON.stringify(forged)).toString('base64'))),
    'token-forged',
  );
});

test('a socket that does not log in, floods or speaks nonsense is closed', async (t) => {
  const server = await startServer(t, (c) => (c.portal.loginSeconds = 0.3));
  const idle = await Client.open(server);
  assert.strictEqual(await idle.closed, 4001);
  const rude = await Client.open(server);
  rude.raw('{"hello": 1}');
  assert.strictEqual(await rude.closed, 4002);
  const noise = await Client.open(server);
  noise.raw('{{{');
  assert.strictEqual(await noise.closed, 1007);
  const long = await Client.open(server);
  long.raw('x'.repeat(300000));
  assert.strictEqual(await long.closed, 1009);
  const flood = await Client.open(server);
  for (let i = 0; i < 1000; i++) flood.raw(JSON.stringify({ id: i, method: 'ping' }));
  assert.strictEqual(await flood.closed, 4002);
  const early = await Client.open(server);
  assert.strictEqual(await codeOf(early.call('publish', { offer: OFFER })), 'not-logged-in');
  assert.strictEqual(await codeOf(early.call('constructor', {})), 'unknown-method');
});

test('the room has its limits: number of people, kinds of media', async (t) => {
  const server = await startServer(t, (c) => (c.room.participantLimit = 1));
  const ada = await Client.join(server, 'r');
  assert.strictEqual(await codeOf(Client.join(server, 'r')), 'room-full');
  assert.strictEqual(await codeOf(ada.call('publish', { offer: 'v=0\r\n' })), 'bad-sdp');
  const twoVideos = OFFER.replace('m=audio', 'm=video');
  assert.strictEqual(await codeOf(ada.call('publish', { offer: twoVideos })), 'bad-sdp');
  assert.strictEqual(await codeOf(ada.call('publish', { offer: `x${OFFER}` })), 'bad-sdp');
  assert.strictEqual(await codeOf(ada.call('subscribe', { streamId: 'none' })), 'not-found');
});

test('the page is served, and nothing outside its folder', async (t) => {
  const server = await startServer(t);
  const page = await request(`${server.url}/`);
  assert.strictEqual(page.status, 200);
  assert.match(page.headers['content-type'], /^text\/html/);
  for (const path of [
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/..%5c..',
    '/.git/config',
    '/%00',
    '/%zz',
    '//etc/passwd',
  ]) {
    assert.strictEqual((await request(server.url + path)).status, 404, path);
  }
  assert.strictEqual((await request(`${server.url}/health`)).status, 200);
  assert.strictEqual((await request(`${server.url}/api/join`)).status, 405);
  const huge = await post(`${server.url}/api/join`, { room: 'x'.repeat(100000), name: 'y' });
  assert.strictEqual(huge.status, 413);
  const empty = await post(`${server.url}/api/join`, { room: '', name: 'y' });
  assert.deepStrictEqual([empty.status, empty.body.error.code], [400, 'bad-request']);
});
