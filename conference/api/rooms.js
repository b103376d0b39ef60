// REST for back ends (docs/protocol.md, section 3): rooms, tokens, users, streams, services. Who asks has been checked: ctx.state.service.
import Router from '@koa/router';
import { randomBytes } from 'node:crypto';
import { permissionOf, permissionOfRole } from '../conference/roles.js';
import { endpointOf } from '../conference/room.js';
import { Failure } from '../errors.js';
import { newId } from '../ids.js';
import { cleanName } from '../portal/validate.js';

const MAX_ROLES = 50;
const MAX_ROOMS = 100000;
const MAX_OPERATIONS = 20;
const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
const bad = (message) => new Failure('bad-request', message);

function integer(value, field, low, high) {
  if (!Number.isInteger(value) || value < low || value > high)
    throw bad(`${field} must be an integer from ${low} to ${high}`);
  return value;
}

function readRoles(roles) {
  if (!isObject(roles) || Object.keys(roles).length > MAX_ROLES)
    throw bad(`roles must be an object of at most ${MAX_ROLES}`);
  const entries = Object.entries(roles).map(([name, partial]) => [
    cleanName(name, 'a role'),
    permissionOf(partial),
  ]);
  return Object.fromEntries(entries);
}

/** The options of a room that are given, checked. */
function readOptions(given = {}) {
  if (!isObject(given)) throw bad('options must be an object');
  const options = {};
  if (given.participantLimit !== undefined)
    options.participantLimit = integer(given.participantLimit, 'participantLimit', 1, 100000);
  if (given.destroySeconds !== undefined)
    options.destroySeconds = integer(given.destroySeconds, 'destroySeconds', 0, 86400);
  if (given.roles !== undefined) options.roles = readRoles(given.roles);
  return options;
}

/** JSON Patch (RFC 6902) of which only `replace` of some paths is allowed: [[path, value]…]. */
function readPatch(body, allowed) {
  if (!Array.isArray(body) || body.length === 0 || body.length > MAX_OPERATIONS) {
    throw bad(`a JSON Patch of 1 to ${MAX_OPERATIONS} operations is needed`);
  }
  return body.map((operation) => {
    if (!isObject(operation) || operation.op !== 'replace')
      throw bad('only the operation replace is allowed');
    if (!allowed.includes(operation.path)) throw bad(`path must be one of ${allowed.join(', ')}`);
    return [operation.path, operation.value];
  });
}

/** @param deps { bus, store, tokens, settings: `[room]` of the configuration } */
export function roomsRouter({ bus, store, tokens, settings }) {
  const router = new Router();
  const view = ({ id, name, options }) => ({
    id,
    name,
    participantLimit: options.participantLimit ?? settings.participantLimit,
    destroySeconds: options.destroySeconds ?? settings.destroySeconds,
    roles: options.roles ?? null,
  });

  const roomOf = async (ctx) => {
    const room = await store.getRoom(ctx.params.r);
    const mine = room && (room.service === ctx.state.service.id || ctx.state.service.super);
    if (!mine) throw new Failure('not-found', 'there is no such room');
    return room;
  };
  /** Calls a room's controller; a room that nobody is in has none: `otherwise`. */
  const ask = async (ctx, method, args, otherwise) => {
    const room = await roomOf(ctx);
    if (!bus.has(endpointOf(room.id)) && otherwise) return otherwise();
    try {
      return await bus.call(endpointOf(room.id), method, args);
    } catch (error) {
      if (error.code !== 'no-endpoint') throw error;
      throw new Failure('not-found', 'nobody is in this room');
    }
  };

  router.get('/rooms', async (ctx) => {
    ctx.body = (await store.listRooms(ctx.state.service.id)).map(view);
  });
  router.post('/rooms', async (ctx) => {
    const body = ctx.request.body ?? {};
    const name = cleanName(body.name);
    const service = ctx.state.service.id;
    if ((await store.listRooms(service)).length >= MAX_ROOMS) throw new Failure('conflict', 'too many rooms');
    const room = { id: newId('r'), service, name, options: readOptions(body.options), created: Date.now() };
    await store.addRoom(room);
    ctx.status = 201;
    ctx.body = view(room);
  });
  router.get('/rooms/:r', async (ctx) => {
    ctx.body = view(await roomOf(ctx));
  });
  router.patch('/rooms/:r', async (ctx) => {
    const room = await roomOf(ctx);
    for (const [path, value] of readPatch(ctx.request.body, [
      '/name',
      '/participantLimit',
      '/destroySeconds',
    ])) {
      if (path === '/name') room.name = cleanName(value);
      else Object.assign(room.options, readOptions({ [path.slice(1)]: value }));
    }
    await store.updateRoom(room.id, { name: room.name, options: room.options });
    if (bus.has(endpointOf(room.id)))
      await bus.call(endpointOf(room.id), 'update', { info: { ...room, ...view(room) } });
    ctx.body = view(room);
  });
  router.delete('/rooms/:r', async (ctx) => {
    const room = await roomOf(ctx);
    await store.deleteRoom(room.id);
    await bus.call('conference', 'destroy', { room: room.id, reason: 'room-deleted' });
    ctx.status = 204;
  });

  router.post('/rooms/:r/tokens', async (ctx) => {
    const room = await roomOf(ctx);
    const body = ctx.request.body ?? {};
    const user = cleanName(ctx.state.username ?? body.user ?? body.username, 'user');
    const role = cleanName(ctx.state.role ?? body.role, 'role');
    if (!permissionOfRole(role, room.options.roles)) throw bad(`the room has no role ${role}`);
    const token = await tokens.issue({ room: room.id, user, role });
    ctx.status = 201;
    ctx.body = ctx.accepts('json', 'text') === 'text' ? token : { token };
  });

  const none = () => [];
  router.get(['/rooms/:r/users', '/rooms/:r/participants'], async (ctx) => {
    ctx.body = await ask(ctx, 'getUsers', {}, none);
  });
  router.get('/rooms/:r/users/:u', async (ctx) => {
    ctx.body = await ask(ctx, 'getUser', { participantId: ctx.params.u });
  });
  router.patch('/rooms/:r/users/:u', async (ctx) => {
    const permission = {};
    const paths = ['/permission/publish', '/permission/subscribe', '/permission/text'];
    for (const [path, value] of readPatch(ctx.request.body, paths)) permission[path.split('/')[2]] = value;
    ctx.body = await ask(ctx, 'setPermission', { participantId: ctx.params.u, permission });
  });
  router.delete('/rooms/:r/users/:u', async (ctx) => {
    await ask(ctx, 'dropUser', { participantId: ctx.params.u, reason: 'kicked' });
    ctx.status = 204;
  });
  router.get('/rooms/:r/streams', async (ctx) => {
    ctx.body = await ask(ctx, 'getStreams', {}, none);
  });
  router.delete('/rooms/:r/streams/:s', async (ctx) => {
    await ask(ctx, 'dropStream', { streamId: ctx.params.s });
    ctx.status = 204;
  });

  const superOnly = (ctx) => {
    if (!ctx.state.service.super) throw new Failure('forbidden', 'only the super service may do this');
  };
  router.get('/services', async (ctx) => {
    superOnly(ctx);
    ctx.body = (await store.listServices()).map(({ id, name, super: isSuper }) => ({
      id,
      name,
      super: isSuper,
    }));
  });
  router.post('/services', async (ctx) => {
    superOnly(ctx);
    const { name, key = randomBytes(24).toString('base64url') } = ctx.request.body ?? {};
    if (typeof key !== 'string' || key.length < 16 || key.length > 256)
      throw bad('key must be 16 to 256 characters');
    const service = { id: newId('v'), name: cleanName(name), key };
    await store.addService(service);
    ctx.status = 201;
    ctx.body = service;
  });
  router.delete('/services/:s', async (ctx) => {
    superOnly(ctx);
    if (ctx.params.s === ctx.state.service.id)
      throw new Failure('conflict', 'the super service cannot delete itself');
    if (!(await store.deleteService(ctx.params.s)))
      throw new Failure('not-found', 'there is no such service');
    ctx.status = 204;
  });
  router.get('/test', (ctx) => {
    ctx.body = { ok: true };
  });
  return router;
}
