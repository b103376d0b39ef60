// runs-on: parley,node
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { codeOf } from '../testing/client.js';
import { MemoryStore } from '../testing/memory_store.js';
import { issueTicket, readTicket } from './ticket.js';
import { TOKEN_MS, Tokens } from './token.js';
import { checkRequest } from './validate.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');
const KEY = Buffer.alloc(32, 7);
const WHO = { room: 'r1', user: 'Ada', role: 'presenter' };

function make({ host = 'here:1', key = KEY, store = new MemoryStore() } = {}) {
  const clock = { now: 1e12 };
  const tokens = new Tokens({ store, key, place: () => ({ host, secure: false }), now: () => clock.now });
  return { tokens, clock, store };
}
const edit = (token, change) => {
  const value = JSON.parse(Buffer.from(token, 'base64').toString());
  return Buffer.from(JSON.stringify({ ...value, ...change })).toString('base64');
};

test('a token stands for its room, user and role, once', async () => {
  const { tokens } = make();
  const token = await tokens.issue(WHO);
  assert.deepStrictEqual(await tokens.redeem(token), WHO);
  assert.strictEqual(await codeOf(tokens.redeem(token)), 'token-used');
});

test('of a hundred that race with one token, one wins', async () => {
  const { tokens } = make();
  const token = await tokens.issue(WHO);
  const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(tokens.redeem(token))));
  assert.strictEqual(codes.filter((c) => c === 'no error').length, 1);
  assert.strictEqual(codes.filter((c) => c === 'token-used').length, 99);
});

test('a token ends after three minutes', async () => {
  const { tokens, clock } = make();
  const token = await tokens.issue(WHO);
  clock.now += TOKEN_MS;
  assert.strictEqual(await codeOf(tokens.redeem(token)), 'token-expired');
});

test('a forged, foreign or broken token is refused and stays unused', async () => {
  const { tokens, store } = make();
  const token = await tokens.issue(WHO);
  const other = make({ key: Buffer.alloc(32, 8), store }).tokens;
  assert.strictEqual(await codeOf(other.redeem(token)), 'token-forged');
  assert.strictEqual(await codeOf(tokens.redeem(edit(token, { tokenId: 'f'.repeat(32) }))), 'token-forged');
  assert.strictEqual(await codeOf(tokens.redeem(edit(token, { secure: true }))), 'token-forged');
  assert.strictEqual(await codeOf(make({ host: 'there:2', store }).tokens.redeem(token)), 'token-foreign');
  for (const broken of [
    '',
    'x',
    'bnVsbA==',
    edit(token, { signature: 5 }),
    'A'.repeat(5000),
    undefined,
    {},
  ]) {
    assert.strictEqual(await codeOf(tokens.redeem(broken)), 'token-malformed');
  }
  assert.deepStrictEqual(await tokens.redeem(token), WHO);
});

test('a ticket names its session, and ends after ten minutes', () => {
  const code = (fn) => {
    try {
      fn();
    } catch (error) {
      return error.code;
    }
  };
  const { ticketId, text } = issueTicket(KEY, 'p1', 1000);
  assert.deepStrictEqual(readTicket(KEY, text, 2000), { participantId: 'p1', ticketId });
  assert.strictEqual(
    code(() => readTicket(KEY, text, 601001)),
    'ticket-expired',
  );
  assert.strictEqual(
    code(() => readTicket(Buffer.alloc(32), text, 2000)),
    'ticket-forged',
  );
  assert.strictEqual(
    code(() => readTicket(KEY, edit(text, { participantId: 'p2' }), 2000)),
    'ticket-forged',
  );
  assert.strictEqual(
    code(() => readTicket(KEY, 'junk', 2000)),
    'ticket-malformed',
  );
});

test('a request has the fields of its method, of their type and size, and no others', () => {
  const code = (method, data) => {
    try {
      return checkRequest(method, data);
    } catch (error) {
      return error.code;
    }
  };
  assert.deepStrictEqual(code('subscribe', { streamId: 's', audio: true, more: 1 }), {
    streamId: 's',
    audio: true,
  });
  assert.strictEqual(code('subscribe', { streamId: 7 }), 'bad-request');
  assert.strictEqual(code('subscribe', []), 'bad-request');
  assert.strictEqual(code('publish', { offer: 'x'.repeat(200001) }), 'bad-request');
  assert.strictEqual(code('publish', { offer: 'x', attributes: { a: 'x'.repeat(3000) } }), 'bad-request');
  assert.strictEqual(code('__proto__', {}), 'unknown-method');
  assert.strictEqual(code('text', { message: '' }), 'bad-request');
});
