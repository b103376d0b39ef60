'use strict';
// What Buffer's parts ask of typed arrays, by V8's own functions: a program may have replaced the properties.

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const getTypedArrayTag = Object.getOwnPropertyDescriptor(TypedArrayPrototype, Symbol.toStringTag).get;

// Called by themselves these are an instruction or two; through a property V8 often calls them.
const getByteLength = Object.getOwnPropertyDescriptor(TypedArrayPrototype, 'byteLength').get;
const getByteOffset = Object.getOwnPropertyDescriptor(TypedArrayPrototype, 'byteOffset').get;
const lengthOf = (bytes) => getByteLength.call(bytes);

const { set: setBytes, fill: fillBytes } = TypedArrayPrototype;

const isUint8Array = (value) => ArrayBuffer.isView(value) && getTypedArrayTag.call(value) === 'Uint8Array';
const { isAnyArrayBuffer: hasArrayBuffer } = internalBinding('types');
const isAnyArrayBuffer = (value) => typeof value === 'object' && hasArrayBuffer(value);

module.exports = {
  TypedArrayPrototype,
  fillBytes,
  getByteLength,
  getByteOffset,
  getTypedArrayTag,
  isAnyArrayBuffer,
  isUint8Array,
  lengthOf,
  setBytes,
};
