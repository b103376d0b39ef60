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
  kAsyncInit: 10,
  kAsyncBefore: 11,
  kAsyncAfter: 12,
  kAsyncDestroy: 13,
  kInspect: 14,
};
exports.setHook = engine.setHook;

exports.kHasTick = 0;
exports.kHasRejection = 1;
exports.kImmediates = 2;
exports.kReferencedImmediates = 3;
exports.kTracking = 4;
exports.kInitHooks = 5;
exports.kBeforeHooks = 6;
exports.kAfterHooks = 7;
exports.kDestroyHooks = 8;
exports.kPromiseResolveHooks = 9;
exports.kNativeResource = 10;
exports.kMayAbort = 11;
exports.kUninitialized = 12;

exports.kExecutionId = 0;
exports.kTriggerId = 1;
exports.kLastId = 2;
exports.kDefaultTrigger = 3;

// The ids of asynchronous resources (enum AsyncNumber) follow the fields.
const kNumbersOffset = 64;
const memory = new ArrayBuffer(kNumbersOffset + 4 * Float64Array.BYTES_PER_ELEMENT);
exports.fields = new Int32Array(memory, 0, kNumbersOffset / Int32Array.BYTES_PER_ELEMENT);
exports.ids = new Float64Array(memory, kNumbersOffset);
exports.ids[exports.kLastId] = 1; // the main script's
exports.ids[exports.kDefaultTrigger] = -1;
exports.fields[exports.kMayAbort] = 1;
exports.setFields = () => engine.setFields(exports.fields);
