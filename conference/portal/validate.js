// What each request of the protocol must look like. A check is (value) → a complaint, or undefined when all is well.
import { Failure } from '../errors.js';

const MAX_SDP = 200000;
const MAX_ATTRIBUTES = 2048;
const MAX_DEPTH = 8;

const text =
  (max, min = 1) =>
  (v) =>
    typeof v === 'string' && v.length >= min && v.length <= max
      ? undefined
      : `must be a string of ${min} to ${max} characters`;
const bool = (v) => (typeof v === 'boolean' ? undefined : 'must be true or false');
const count = (v) => (Number.isSafeInteger(v) && v >= 0 ? undefined : 'must be an integer of 0 or more');
const oneOf =
  (...values) =>
  (v) =>
    values.includes(v) ? undefined : `must be one of ${values.join(', ')}`;
const optional = (check) => (v) => (v === undefined ? undefined : check(v));
const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

function depth(value) {
  return value !== null && typeof value === 'object'
    ? 1 + Math.max(0, ...Object.values(value).slice(0, 1000).map(depth))
    : 0;
}

function attributes(v) {
  if (!isObject(v)) return 'must be an object';
  if (JSON.stringify(v).length > MAX_ATTRIBUTES)
    return `must be at most ${MAX_ATTRIBUTES} characters of JSON`;
  return depth(v) > MAX_DEPTH ? 'is nested too deep' : undefined;
}

/** A name people read: trimmed, without control characters. */
export function cleanName(value, field = 'name') {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name.length < 1 || name.length > 64)
    throw new Failure('bad-request', `${field} must be 1 to 64 characters`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    throw new Failure('bad-request', `${field} must not have control characters`);
  return name;
}

const id = text(64);
const sdp = text(MAX_SDP);
const kind = oneOf('audio', 'video', 'av');
const codec = oneOf('VP8', 'VP9', 'H264', 'AV1', 'H265');

const MAX_LAYER = 3;
const layer = (v) => v === undefined || (Number.isInteger(v) && v >= 0 && v <= MAX_LAYER);

function layers(v) {
  if (!isObject(v)) return 'must be an object';
  return layer(v.spatial) && layer(v.temporal)
    ? undefined
    : `must have spatial and temporal of 0 to ${MAX_LAYER}, or neither`;
}

const MAX_PRIORITY = 255;
const priority = (v) =>
  Number.isInteger(v) && v >= 0 && v <= MAX_PRIORITY
    ? undefined
    : `must be an integer of 0 to ${MAX_PRIORITY}`;

const SHAPES = {
  login: { token: text(4096), name: optional(text(200)) },
  relogin: { ticket: text(4096), lastSeq: count },
  'refresh-ticket': {},
  logout: {},
  ping: {},
  publish: { offer: sdp, attributes: optional(attributes), streamId: optional(id), codec: optional(codec) },
  renegotiate: { streamId: id, offer: sdp },
  unpublish: { streamId: id },
  'stream-control': { streamId: id, kind, muted: bool },
  subscribe: { streamId: id, audio: optional(bool), video: optional(bool) },
  unsubscribe: { subscriptionId: optional(id), streamId: optional(id) },
  'subscription-control': {
    streamId: id,
    kind,
    paused: optional(bool),
    layers: optional(layers),
    priority: optional(priority),
  },
  'restart-ice': { transportId: id },
  answer: { transportId: id, offerId: count, sdp },
  candidate: { transportId: id, candidate: text(1024, 0) },
  text: { to: optional(id), message: text(4096) },
};

/** Checks a request's data; returns the fields that the method knows. @throws {Failure} */
export function checkRequest(method, data = {}) {
  if (!Object.hasOwn(SHAPES, method))
    throw new Failure('unknown-method', `there is no method ${method.slice(0, 64)}`);
  if (!isObject(data)) throw new Failure('bad-request', 'data must be an object');
  const clean = {};
  for (const [field, check] of Object.entries(SHAPES[method])) {
    const value = Object.hasOwn(data, field) ? data[field] : undefined;
    const complaint = check(value);
    if (complaint) throw new Failure('bad-request', `${field} ${complaint}`);
    if (value !== undefined) clean[field] = value;
  }
  return clean;
}

/** The frame of a request: { id, method, data } or null when it is none. */
export function readFrame(value) {
  if (!isObject(value)) return null;
  const { id: requestId, method, data } = value;
  const idOk =
    typeof requestId === 'string'
      ? requestId.length <= 64
      : Number.isSafeInteger(requestId) && requestId >= 0;
  if (!idOk || typeof method !== 'string') return null;
  return { id: requestId, method, data };
}
