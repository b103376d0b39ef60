'use strict';
// The clock of performance.now(): milliseconds since the process began.

const { nowMilliseconds, startMilliseconds } = internalBinding('process');

const origin = startMilliseconds();
const timeOrigin = Date.now() - (nowMilliseconds() - origin);

module.exports = { origin, timeOrigin, now: () => nowMilliseconds() - origin };
