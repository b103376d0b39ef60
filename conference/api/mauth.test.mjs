// runs-on: parley,node
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, codeOf, request, startServer } from '../testing/client.js';
import { MemoryStore } from '../testing/memory_store.js';
import { authenticate, signMAuth } from './mauth.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');
let nonces = 0;

function header(
  { id, key },
  { method = 'HMAC_SHA256', timestamp = Date.now(), cnonce = `n${++nonces}`, ...who } = {},
) {
  const signature = signMAuth(method, key, { timestamp, cnonce, ...who });
  const user = who.username ? `,mauth_username=${who.username},mauth_role=${who.role}` : '';
  return (
    `MAuth realm=parley,mauth_signature_method=${method},mauth_serviceid=${id},mauth_cnonce=${cnonce},` +
    `mauth_timestamp=${timestamp}${user},mauth_signature=${signature}`
  );
}

async function setup() {
  const store = new MemoryStore();
  const service = { id: 'v1', name: 'shop', key: 'a key of some length' };
  await store.addService(service);
  const check = (text, more) =>
    authenticate(text, { store, clockSkewSeconds: 60, allowSha1: false, ...more });
  return { service, check };
}

test('a signed request is let in, whatever the order of the timestamps', async () => {
  const { service, check } = await setup();
  const now = Date.now();
  for (const timestamp of [now, now - 30000, now + 30000]) {
    assert.strictEqual((await check(header(service, { timestamp }))).service.id, 'v1');
  }
  const named = await check(header(service, { username: 'Ada', role: 'viewer' }));
  assert.deepStrictEqual([named.username, named.role], ['Ada', 'viewer']);
});

test('a nonce is good once, even for two that race', async () => {
  const { service, check } = await setup();
  const text = header(service);
  const codes = await Promise.all([codeOf(check(text)), codeOf(check(text))]);
  assert.deepStrictEqual(codes.sort(), ['no error', 'unauthorized']);
});

test('what is unsigned, wrongly signed, too old, or by a weak method is refused', async () => {
  const { service, check } = await setup();
  const refused = async (text, more) =>
    assert.strictEqual(await codeOf(check(text, more)), 'unauthorized', text);
  await refused(undefined);
  await refused('Basic xyz');
  await refused('MAuth rubbish');
  await refused(header({ ...service, key: 'another' }));
  await refused(header({ ...service, id: 'v2' }));
  await refused(header(service, { timestamp: Date.now() - 61000 }));
  await refused(header(service, { timestamp: Date.now() + 61000 }));
  await refused(header(service, { timestamp: 'NaN' }));
  await refused(header(service, { username: 'Ada', role: 'viewer' }).replace('viewer', 'manager'));
  await refused(header(service, { method: 'HMAC_SHA1' }));
  assert.strictEqual(
    await codeOf(check(header(service, { method: 'HMAC_SHA1' }), { allowSha1: true })),
    'no error',
  );
});

test('the REST API makes rooms and tokens, shows and drops who is in them', async (t) => {
  const server = await startServer(t);
  const service = JSON.parse(readFileSync(join(server.dir, 'service.json'), 'utf8'));
  const call = async (method, path, body, who = service) => {
    const text = body && JSON.stringify(body);
    const answer = await request(server.url + path, {
      method,
      body: text,
      headers: { authorization: header(who) },
    });
    return { status: answer.status, body: answer.text ? JSON.parse(answer.text) : null };
  };
  assert.deepStrictEqual((await call('GET', '/test')).body, { ok: true });
  const made = await call('POST', '/rooms', { name: 'board', options: { participantLimit: 5 } });
  assert.strictEqual(made.status, 201);
  assert.strictEqual(made.body.participantLimit, 5);
  const room = `/rooms/${made.body.id}`;
  assert.strictEqual((await call('GET', '/v1/rooms')).body.length, 1);
  assert.deepStrictEqual((await call('GET', `${room}/users`)).body, []);
  assert.strictEqual((await call('POST', `${room}/tokens`, { user: 'Ada', role: 'king' })).status, 400);

  const { token } = (await call('POST', `${room}/tokens`, { user: 'Ada', role: 'viewer' })).body;
  const ada = await Client.open(server);
  const welcome = await ada.call('login', { token });
  assert.deepStrictEqual([welcome.name, welcome.role], ['Ada', 'viewer']);
  assert.strictEqual(await codeOf(ada.call('publish', { offer: 'v=0\r\nm=audio 9 X 1\r\n' })), 'forbidden');
  const user = `${room}/users/${welcome.participantId}`;
  const patch = [{ op: 'replace', path: '/permission/publish', value: { audio: true } }];
  assert.deepStrictEqual((await call('PATCH', user, patch)).body.permission.publish, {
    audio: true,
    video: false,
  });
  await ada.event('permission-changed');
  await ada.call('publish', { offer: 'v=0\r\nm=audio 9 X 1\r\n' });
  assert.strictEqual((await call('GET', `${room}/streams`)).body.length, 1);
  assert.strictEqual((await call('DELETE', user)).status, 204);
  assert.deepStrictEqual(await ada.event('drop'), { reason: 'kicked' });
  assert.strictEqual(await ada.closed, 4003);

  const shop = (await call('POST', '/services', { name: 'shop' })).body;
  assert.strictEqual((await call('GET', room, undefined, shop)).status, 404, "another service's room");
  assert.strictEqual((await call('GET', '/services', undefined, shop)).status, 403);
  const limit = [{ op: 'replace', path: '/participantLimit', value: 7 }];
  assert.strictEqual((await call('PATCH', room, limit)).body.participantLimit, 7);
  assert.strictEqual((await call('PATCH', room, [{ op: 'remove', path: '/name' }])).status, 400);
  assert.strictEqual((await call('DELETE', room)).status, 204);
  assert.strictEqual((await call('GET', room)).status, 404);
});
