// POST /api/join: the page's own way into a room by its name, where the operator lets anyone in (`[portal] openRooms`).
import { Failure } from '../errors.js';
import { newId } from '../ids.js';
import { Bucket } from '../portal/bucket.js';
import { cleanName } from '../portal/validate.js';

const MAX_ADDRESSES = 10000;

/** Refuses an address that joins more than so often a minute. Remembers the last MAX_ADDRESSES of them. */
function limiter(perMinute) {
  const buckets = new Map();
  return (address) => {
    const bucket = buckets.get(address) ?? new Bucket(perMinute / 60, perMinute);
    buckets.delete(address);
    buckets.set(address, bucket);
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value);
    return bucket.take();
  };
}

/** @param deps { store, tokens, settings: `[portal]`, serviceId } */
export function joinRoute({ store, tokens, settings, serviceId }) {
  const allow = limiter(settings.joinsPerMinute);
  return async (ctx) => {
    if (!settings.openRooms)
      throw new Failure('forbidden', 'rooms of this server are entered with a token of its back end');
    if (!allow(ctx.ip))
      throw new Failure('rate-limited', 'too many joins from this address: try again in a minute');
    const body = ctx.request.body ?? {};
    const name = cleanName(body.room, 'room');
    const user = cleanName(body.name);
    let room = await store.findOpenRoom(name);
    if (!room && (await store.countOpenRooms()) >= settings.maxOpenRooms)
      throw new Failure('no-worker', 'too many rooms');
    room ??= await store.openRoom({ id: newId('r'), service: serviceId, name, created: Date.now() });
    const token = await tokens.issue({ room: room.id, user, role: 'presenter' });
    const url = settings.publicUrl
      ? `${settings.publicUrl.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`
      : '/ws';
    ctx.body = { token, url, room: { id: room.id, name: room.name } };
  };
}
