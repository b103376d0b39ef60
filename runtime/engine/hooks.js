// Names for what JavaScript shares with the engine (runtime/engine/environment.h: enum Hook, enum Field).
'use strict';

const engine = internalBinding('engine');

exports.hooks = {
  kTick: 0,
  kTimers: 1,
  kImmediates: 2,
  kUncaught: 3,
  kPromiseReject: 4,
  kStart: 5,
  kBeforeExit: 6,
  kExit: 7,
  kImport: 8,
  kDescribe: 9,
};
exports.setHook = engine.setHook;

exports.kHasTick = 0;
exports.kHasRejection = 1;
exports.kImmediates = 2;
exports.kReferencedImmediates = 3;
const kFieldCount = 4;

exports.fields = new Int32Array(kFieldCount);
exports.setFields = () => engine.setFields(exports.fields);
