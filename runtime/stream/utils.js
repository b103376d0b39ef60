'use strict';
// Questions one can ask any stream: ours, an old-style one, or an http message. `null` means "not that kind of thing".

const kIsDestroyed = Symbol.for('nodejs.stream.destroyed');
const kIsErrored = Symbol.for('nodejs.stream.errored');
const kIsReadable = Symbol.for('nodejs.stream.readable');
const kIsWritable = Symbol.for('nodejs.stream.writable');
const kIsDisturbed = Symbol.for('nodejs.stream.disturbed');
const kIsClosedPromise = Symbol.for('nodejs.webstream.isClosedPromise');
const kControllerErrorFunction = Symbol.for('nodejs.webstream.controllerErrorFunction');

const isObject = (value) => typeof value === 'object' && value !== null;
const isFunction = (value) => typeof value === 'function';

// `strict` also wants the flow control methods, which very old streams lack.
function isReadableNodeStream(obj, strict = false) {
  return !!(
    obj &&
    isFunction(obj.pipe) &&
    isFunction(obj.on) &&
    (!strict || (isFunction(obj.pause) && isFunction(obj.resume))) &&
    (!obj._writableState || obj._readableState?.readable !== false) &&
    (!obj._writableState || obj._readableState)
  );
}

function isWritableNodeStream(obj) {
  return !!(
    obj &&
    isFunction(obj.write) &&
    isFunction(obj.on) &&
    (!obj._readableState || obj._writableState?.writable !== false)
  );
}

function isDuplexNodeStream(obj) {
  return !!(obj && isFunction(obj.pipe) && obj._readableState && isFunction(obj.on) && isFunction(obj.write));
}

function isNodeStream(obj) {
  return !!(
    obj &&
    (obj._readableState ||
      obj._writableState ||
      (isFunction(obj.write) && isFunction(obj.on)) ||
      (isFunction(obj.pipe) && isFunction(obj.on)))
  );
}

function isReadableStream(obj) {
  return !!(
    obj &&
    !isNodeStream(obj) &&
    isFunction(obj.pipeThrough) &&
    isFunction(obj.getReader) &&
    isFunction(obj.cancel)
  );
}

function isWritableStream(obj) {
  return !!(obj && !isNodeStream(obj) && isFunction(obj.getWriter) && isFunction(obj.abort));
}

function isTransformStream(obj) {
  return !!(obj && !isNodeStream(obj) && isObject(obj.readable) && isObject(obj.writable));
}

function isWebStream(obj) {
  return isReadableStream(obj) || isWritableStream(obj) || isTransformStream(obj);
}

// `kind`: true only asynchronous, false only synchronous, undefined either.
function isIterable(obj, kind) {
  if (obj == null) return false;
  if (kind === true) return isFunction(obj[Symbol.asyncIterator]);
  if (kind === false) return isFunction(obj[Symbol.iterator]);
  return isFunction(obj[Symbol.asyncIterator]) || isFunction(obj[Symbol.iterator]);
}

// The state that speaks for the whole stream: both sides of a duplex are destroyed and closed together.
const mainState = (stream) => stream._writableState || stream._readableState;

function isDestroyed(stream) {
  if (!isNodeStream(stream)) return null;
  return Boolean(stream.destroyed || stream[kIsDestroyed] || mainState(stream)?.destroyed);
}

// Whether one side has come as far as `field` says; null when its state does not tell. A failed side never gets there.
// `early` also counts a side that was ended and has nothing left to hand on.
function reached(state, field, early) {
  if (state?.errored) return false;
  const there = state?.[field];
  if (typeof there !== 'boolean') return null;
  return there || (early && state.ended === true && state.length === 0);
}

const isWritableEnded = (stream) =>
  isWritableNodeStream(stream)
    ? stream.writableEnded === true || reached(stream._writableState, 'ended', false)
    : null;

const isWritableFinished = (stream, strict) =>
  isWritableNodeStream(stream)
    ? stream.writableFinished === true || reached(stream._writableState, 'finished', strict === false)
    : null;

const isReadableFinished = (stream, strict) =>
  isReadableNodeStream(stream) ? reached(stream._readableState, 'endEmitted', strict === false) : null;

// Whether a side is still of use. `flag` is what the stream claims; null when it makes no claim.
function usable(stream, flag, isKind, isOver) {
  if (typeof flag !== 'boolean') return null;
  return flag && !isDestroyed(stream) && isKind(stream) && !isOver(stream);
}

// Web streams answer by themselves, under a symbol.
const isReadable = (stream) =>
  stream?.[kIsReadable] ?? usable(stream, stream?.readable, isReadableNodeStream, isReadableFinished);
const isWritable = (stream) =>
  stream?.[kIsWritable] ?? usable(stream, stream?.writable, isWritableNodeStream, isWritableEnded);

function isFinished(stream, options) {
  if (!isNodeStream(stream)) return null;
  const open = () =>
    (options?.readable !== false && isReadable(stream)) ||
    (options?.writable !== false && isWritable(stream));
  return isDestroyed(stream) || !open();
}

// The error of one side, if it has one: an Error, a boolean, or null when there is no such side.
function sideError(stream, direct, state) {
  if (!isNodeStream(stream)) return null;
  return stream[direct] || (stream[state]?.errored ?? null);
}

const isWritableErrored = (stream) => sideError(stream, 'writableErrored', '_writableState');
const isReadableErrored = (stream) => sideError(stream, 'readableErrored', '_readableState');

// Http messages are told by the boolean fields that their constructors set: user classes need not inherit from ours.
const outgoingFields = ['_closed', '_defaultKeepAlive', '_removedConnection', '_removedContLen'];
const responseFields = ['_sent100', ...outgoingFields];
const requestFields = ['_consuming', '_dumped'];

function hasFlags(stream, names) {
  for (const name of names) if (typeof stream[name] !== 'boolean') return false;
  return true;
}

const isServerResponse = (stream) => hasFlags(stream, responseFields);
const isServerRequest = (stream) =>
  hasFlags(stream, requestFields) && stream.req?.upgradeOrConnect === undefined;

const flagOrNull = (value) => (typeof value === 'boolean' ? value : null);

// The stream itself is asked first, then its sides (closed when either is), then what http messages have instead.
function isClosed(stream) {
  if (!isNodeStream(stream)) return null;
  const own = flagOrNull(stream.closed);
  if (own !== null) return own;
  const writing = flagOrNull(stream._writableState?.closed);
  const closed = writing || (flagOrNull(stream._readableState?.closed) ?? writing);
  if (closed !== null) return closed;
  return hasFlags(stream, outgoingFields) ? stream._closed : null;
}

function willEmitClose(stream) {
  if (!isNodeStream(stream)) return null;
  const state = mainState(stream);
  if (!state) return isServerResponse(stream);
  return state.closed === false && Boolean(state.emitClose && state.autoDestroy);
}

function isDisturbed(stream) {
  return !!(stream && (stream[kIsDisturbed] ?? (stream.readableDidRead || stream.readableAborted)));
}

// The first place that has something to say decides.
function isErrored(stream) {
  if (!stream) return false;
  let said = stream[kIsErrored] ?? stream.readableErrored ?? stream.writableErrored;
  for (const field of ['errorEmitted', 'errored']) {
    said ??= stream._readableState?.[field] ?? stream._writableState?.[field];
  }
  return Boolean(said);
}

module.exports = {
  isClosed,
  isDestroyed,
  isDisturbed,
  isDuplexNodeStream,
  isErrored,
  isFinished,
  isIterable,
  isNodeStream,
  isReadable,
  isReadableErrored,
  isReadableFinished,
  isReadableNodeStream,
  isReadableStream,
  isServerRequest,
  isServerResponse,
  isTransformStream,
  isWebStream,
  isWritable,
  isWritableEnded,
  isWritableErrored,
  isWritableFinished,
  isWritableNodeStream,
  isWritableStream,
  kControllerErrorFunction,
  kIsClosedPromise,
  kIsDestroyed,
  kIsDisturbed,
  kIsErrored,
  kIsReadable,
  kIsWritable,
  willEmitClose,
};
