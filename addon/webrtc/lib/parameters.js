// RTCRtpParameters: reading what addTransceiver() and setParameters() are given, and when a change is allowed
// (https://www.w3.org/TR/webrtc/#rtcrtpsendparameters).
'use strict';

const { capabilities } = require('./native');

const MAX_ENCODINGS = 4;
const PRIORITIES = { 'very-low': 1, low: 2, medium: 4, high: 8 }; // weights: RFC 8835 section 4.1 doubles each
const invalidModification = (message) => new DOMException(message, 'InvalidModificationError');

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const sameCodec = (a, b) =>
  a.mimeType?.toLowerCase() === b.mimeType?.toLowerCase() &&
  a.clockRate === b.clockRate &&
  (a.channels ?? undefined) === (b.channels ?? undefined) &&
  (a.sdpFmtpLine ?? '') === (b.sdpFmtpLine ?? '');

/** RTX in the form of getCapabilities(): one entry for all. */
const kRtx = { mimeType: 'video/rtx', clockRate: 90000 };
function capabilitiesOf(kind) {
  if (kind !== 'audio' && kind !== 'video') return null;
  const { codecs, headerExtensions } = structuredClone(capabilities[kind]);
  return { codecs: kind === 'video' ? [...codecs, { ...kRtx }] : codecs, headerExtensions };
}

function checkRange(kind, { scaleResolutionDownBy, maxFramerate, priority, networkPriority }) {
  for (const each of [priority, networkPriority])
    if (each !== undefined && !(each in PRIORITIES)) throw new TypeError(`not a priority: ${each}`);
  if (kind === 'audio') return;
  if (scaleResolutionDownBy !== undefined && !(scaleResolutionDownBy >= 1))
    throw new RangeError('scaleResolutionDownBy must be at least 1');
  if (maxFramerate !== undefined && !(maxFramerate >= 0))
    throw new RangeError('maxFramerate must not be negative');
}

/** Converted as WebIDL does; members that mean nothing for sound are left out. */
function readEncoding(kind, encoding, { sizes }) {
  const { active = true, maxBitrate, maxFramerate, scaleResolutionDownBy, codec, rid } = encoding;
  const { priority, networkPriority } = encoding;
  const number = (value, name) => {
    const read = Number(value);
    if (!Number.isFinite(read)) throw new TypeError(`${name} must be a number`);
    return read;
  };
  const read = { active: Boolean(active) };
  if (rid !== undefined) read.rid = String(rid);
  if (maxBitrate !== undefined) read.maxBitrate = number(maxBitrate, 'maxBitrate') >>> 0;
  if (priority !== undefined) read.priority = priority;
  if (networkPriority !== undefined) read.networkPriority = networkPriority;
  if (codec !== undefined) read.codec = structuredClone(codec);
  if (kind === 'audio') return read;
  if (maxFramerate !== undefined) read.maxFramerate = number(maxFramerate, 'maxFramerate');
  if (scaleResolutionDownBy !== undefined)
    read.scaleResolutionDownBy = number(scaleResolutionDownBy, 'scaleResolutionDownBy');
  else if (sizes !== undefined) read.scaleResolutionDownBy = sizes;
  return read;
}

function checkRids(rids) {
  if (rids.length > 1 && rids.some((rid) => rid === undefined))
    throw new TypeError('each of several encodings needs a rid');
  for (const rid of rids)
    if (rid !== undefined && !/^[A-Za-z0-9]{1,16}$/.test(rid)) throw new TypeError(`not a rid: ${rid}`);
  if (new Set(rids).size !== rids.length) throw new TypeError('rids must be distinct');
}

/** Of an RTCRtpTransceiverInit: W3C section 5.1, addTransceiver(), step 7. */
function readEncodings(kind, wanted = []) {
  let encodings = [...wanted];
  checkRids(encodings.map((each) => each.rid));
  for (const each of encodings) {
    checkRange(kind, each);
    if (each.codec !== undefined && !capabilities[kind].codecs.some((c) => sameCodec(c, each.codec)))
      throw new DOMException('no such codec', 'OperationError');
  }
  encodings = encodings.slice(0, kind === 'audio' ? 1 : MAX_ENCODINGS);
  const scaled = encodings.some((each) => each.scaleResolutionDownBy !== undefined);
  const read = encodings.map((each, i) =>
    readEncoding(kind, each, { sizes: scaled ? 1 : 2 ** (encodings.length - 1 - i) }),
  );
  if (read.length === 0) read.push(readEncoding(kind, {}, { sizes: 1 }));
  return read;
}

/**
 * Checks what setParameters() is given against what getParameters() gave last.
 * @returns {object[]} the encodings to use
 */
function readParameters(kind, parameters, last, negotiated) {
  const required = ['transactionId', 'encodings', 'codecs', 'headerExtensions', 'rtcp'];
  for (const name of required.slice(0, 2))
    if (parameters?.[name] === undefined) throw new TypeError(`${name} must be given`);
  const { encodings } = parameters;
  for (const name of ['transactionId', 'codecs', 'headerExtensions', 'rtcp'])
    if (!same(parameters[name], last[name])) throw invalidModification(`${name} cannot be changed`);
  if (encodings.length !== last.encodings.length)
    throw invalidModification('encodings cannot be added or removed');
  encodings.forEach((each, i) => {
    if (each.rid !== last.encodings[i].rid) throw invalidModification('a rid cannot be changed');
    if (each.codec !== undefined && !negotiated.some((codec) => sameCodec(codec, each.codec)))
      throw invalidModification('the codec is not one that was negotiated');
  });
  for (const each of encodings) checkRange(kind, each);
  return encodings.map((each) => readEncoding(kind, each, { sizes: 1 }));
}

/** Where each encoding stands among those of simulcast: 0 is the smallest picture. */
function ranksOf(encodings) {
  const order = encodings
    .map(({ scaleResolutionDownBy = 1 }, index) => ({ scaleResolutionDownBy, index }))
    .sort((a, b) => b.scaleResolutionDownBy - a.scaleResolutionDownBy || a.index - b.index);
  const ranks = [];
  order.forEach(({ index }, rank) => (ranks[index] = rank));
  return ranks;
}

const weightOf = ({ priority = 'low' }) => PRIORITIES[priority];

/** Checks setCodecPreferences(); what it returns is without RTX, whose presence is told apart. */
function readPreferences(kind, codecs) {
  const known = capabilitiesOf(kind).codecs;
  for (const each of codecs)
    if (!known.some((codec) => sameCodec(codec, each)))
      throw invalidModification(`not a codec of ${kind}: ${each?.mimeType}`);
  return [...codecs];
}

module.exports = {
  capabilitiesOf,
  ranksOf,
  readEncodings,
  readParameters,
  readPreferences,
  sameCodec,
  weightOf,
};
