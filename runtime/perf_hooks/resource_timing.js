'use strict';
// How long fetched resources took (W3C Resource Timing; Node doc: perf_hooks, "Class: PerformanceResourceTiming").

const { codes } = require('internal/errors');
const { PerformanceEntry, kInternal, tag } = require('internal/perf_hooks/entries');
const { buffers, clear, enqueue } = require('internal/perf_hooks/observer');

const kHeaderSize = 300; // the specification's stand-in for the size of response headers

let limit = 250;
let overflow = []; // entries that came while the buffer was full, until somebody made room
let full = false; // the event about that is on its way

class PerformanceResourceTiming extends PerformanceEntry {
  #info;
  #initiator;
  #cacheMode;

  constructor(key, name, initiator, info, cacheMode) {
    super(key, name, 'resource', info?.startTime, info?.endTime - info?.startTime);
    this.#info = info;
    this.#initiator = initiator;
    this.#cacheMode = cacheMode;
  }

  #checked() {
    if (!(#info in this)) throw new codes.ERR_INVALID_THIS('PerformanceResourceTiming');
    return this.#info;
  }

  get name() {
    this.#checked();
    return super.name;
  }
  get startTime() {
    this.#checked();
    return super.startTime;
  }
  get duration() {
    this.#checked();
    return super.duration;
  }
  get initiatorType() {
    this.#checked();
    return this.#initiator;
  }
  get workerStart() {
    return this.#checked().finalServiceWorkerStartTime;
  }
  get redirectStart() {
    return this.#checked().redirectStartTime;
  }
  get redirectEnd() {
    return this.#checked().redirectEndTime;
  }
  get fetchStart() {
    return this.#checked().postRedirectStartTime;
  }
  get domainLookupStart() {
    return this.#checked().finalConnectionTimingInfo?.domainLookupStartTime;
  }
  get domainLookupEnd() {
    return this.#checked().finalConnectionTimingInfo?.domainLookupEndTime;
  }
  get connectStart() {
    return this.#checked().finalConnectionTimingInfo?.connectionStartTime;
  }
  get connectEnd() {
    return this.#checked().finalConnectionTimingInfo?.connectionEndTime;
  }
  get secureConnectionStart() {
    return this.#checked().finalConnectionTimingInfo?.secureConnectionStartTime;
  }
  get nextHopProtocol() {
    return this.#checked().finalConnectionTimingInfo?.ALPNNegotiatedProtocol;
  }
  get requestStart() {
    return this.#checked().finalNetworkRequestStartTime;
  }
  get responseStart() {
    return this.#checked().finalNetworkResponseStartTime;
  }
  get responseEnd() {
    return this.#checked().endTime;
  }
  get encodedBodySize() {
    return this.#checked().encodedBodySize;
  }
  get decodedBodySize() {
    return this.#checked().decodedBodySize;
  }
  get transferSize() {
    const { encodedBodySize } = this.#checked();
    if (this.#cacheMode === 'local') return 0;
    if (this.#cacheMode === 'validated') return kHeaderSize;
    return encodedBodySize + kHeaderSize;
  }

  toJSON() {
    this.#checked();
    const json = super.toJSON();
    for (const name of shown) json[name] = this[name];
    return json;
  }
}
tag(PerformanceResourceTiming);

const shown = [
  'initiatorType',
  'nextHopProtocol',
  'workerStart',
  'redirectStart',
  'redirectEnd',
  'fetchStart',
  'domainLookupStart',
  'domainLookupEnd',
  'connectStart',
  'connectEnd',
  'secureConnectionStart',
  'requestStart',
  'responseStart',
  'responseEnd',
  'transferSize',
  'encodedBodySize',
  'decodedBodySize',
];
for (const name of [...shown, 'toJSON']) {
  Object.defineProperty(PerformanceResourceTiming.prototype, name, { enumerable: true });
}

// Tells that the buffer is full, then moves over what fits by now; what never fits is dropped.
function tellFull() {
  const { performance } = require('internal/perf_hooks/performance');
  const { Event } = require('internal/events/event_target');
  while (overflow.length > 0) {
    const before = overflow.length;
    if (buffers.resource.length >= limit) performance.dispatchEvent(new Event('resourcetimingbufferfull'));
    const room = Math.max(limit - buffers.resource.length, 0);
    buffers.resource.push(...overflow.splice(0, room));
    if (overflow.length >= before) overflow = [];
  }
  full = false;
}

function keepResource(entry) {
  if (buffers.resource.length < limit && !full) {
    buffers.resource.push(entry);
    return;
  }
  if (!full) {
    full = true;
    setImmediate(tellFull);
  }
  overflow.push(entry);
}

function markResourceTiming(info, url, initiator, global, cacheMode) {
  if (cacheMode !== '' && cacheMode !== 'local') {
    throw new codes.ERR_INTERNAL_ASSERTION('cache must be an empty string or local');
  }
  const entry = new PerformanceResourceTiming(kInternal, url, initiator, info, cacheMode);
  enqueue(entry);
  keepResource(entry);
  return entry;
}

module.exports = {
  PerformanceResourceTiming,
  markResourceTiming,
  clearResourceTimings: (name) => clear('resource', name === undefined ? undefined : `${name}`),
  setBufferSize(size) {
    limit = size;
  },
};
