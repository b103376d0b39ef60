'use strict';
// The clock of performance.now(): milliseconds since the process began.

const { nowMilliseconds, startMilliseconds } = internalBinding('process');

const reading = new Float64Array(1);

function now() {
  nowMilliseconds(reading);
  return reading[0] - origin;
}

const origin = startMilliseconds();
const timeOrigin = Date.now() - now();

module.exports = { origin, timeOrigin, now };
