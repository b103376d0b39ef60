'use strict';
// How objects of builtin modules go through structured cloning (HTML standard, "Serializable objects" and "Transferable
// objects"). A class whose objects do makes them with makeCarrier() and defines
//   [kClone]() -> {data, deserializeInfo}          copies; what `data` is must itself be cloneable
//   [kTransfer]() -> {data, deserializeInfo}       the same for an object in the transfer list, which it leaves unusable
//   [kTransferList]() -> array                     what has to be transferred with it
//   static [kDeserialize](data) -> object          of the class that deserializeInfo names: 'builtin id:export'

const kClone = Symbol('messaging_clone_symbol');
const kDeserialize = Symbol('messaging_deserialize_symbol');
const kTransfer = Symbol('messaging_transfer_symbol');
const kTransferList = Symbol('messaging_transfer_list_symbol');

let Carrier;

/** A new object with that prototype. V8 asks how to write it, which it does for no ordinary object. */
function makeCarrier(prototype) {
  Carrier ??= internalBinding('messaging').Carrier;
  return Object.setPrototypeOf(new Carrier(), prototype);
}

/** How a class makes objects that V8 asks how to write, where many are made: makes one for its `new.target`. */
function carrierMaker(Class) {
  const Instance = internalBinding('messaging').carrierClass();
  Instance.prototype = Class.prototype;
  return (target) => {
    const object = new Instance();
    return target === Class ? object : Object.setPrototypeOf(object, target.prototype);
  };
}

/** For classes with private fields on carriers: class Fields extends OnObject { #field; constructor(object) { super(object); } } */
class OnObject {
  constructor(object) {
    return object;
  }
}

function writeHost(object, isTransferred) {
  const method = (isTransferred ? object[kTransfer] : undefined) ?? object[kClone];
  if (typeof method !== 'function') {
    if (typeof object[kTransfer] !== 'function') return undefined;
    const { codes } = require('internal/errors');
    throw new codes.ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST();
  }
  const { data, deserializeInfo } = method.call(object);
  return [deserializeInfo, data];
}

function readHost([info, data]) {
  const at = info.lastIndexOf(':');
  const id = info.slice(0, at);
  if (!require('internal/engine/loader').has(id)) throw new Error(`Missing internal module '${id}'`);
  const type = require(id)[info.slice(at + 1)];
  if (typeof type?.[kDeserialize] !== 'function') throw new Error(`Unknown deserialize spec ${info}`);
  return type[kDeserialize](data);
}

const partsOf = (object) => object[kTransferList]?.();

module.exports = {
  OnObject,
  carrierMaker,
  kClone,
  kDeserialize,
  kTransfer,
  kTransferList,
  makeCarrier,
  partsOf,
  readHost,
  writeHost,
};
