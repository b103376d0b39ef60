'use strict';
// What streams know of EventEmitter.

const kCapture = Symbol('kCapture'); // of an emitter: whether rejections of its listeners become 'error' events
// What the prototype of an `_events` object has whose names stay, undefined, when they have no listeners any more.
const kNamesStay = Symbol('kNamesStay');

module.exports = { kCapture, kNamesStay, originalEmit: undefined }; // the emit() of events.js, whatever becomes of it there
