// Iterator and the helpers of its prototype (ES2025, https://tc39.es/proposal-iterator-helpers/).
'use strict';

const { add, checkFunction } = require('internal/engine/newer_define');

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

function Iterator() {
  if (new.target === undefined || new.target === Iterator) {
    throw new TypeError('Abstract class Iterator not directly constructable');
  }
}

// An accessor, as the specification has it: classes derived from Iterator may assign their own.
function weirdProperty(key, value) {
  Object.defineProperty(IteratorPrototype, key, {
    configurable: true,
    enumerable: false,
    get: () => value,
    set(assigned) {
      if (Object(this) !== this) throw new TypeError('Iterator.prototype is not an object');
      if (this === IteratorPrototype) throw new TypeError('Cannot assign to this property');
      if (Object.prototype.hasOwnProperty.call(this, key)) this[key] = assigned;
      else
        Object.defineProperty(this, key, {
          value: assigned,
          writable: true,
          enumerable: true,
          configurable: true,
        });
    },
  });
}

/** The iterator record: next is read once. */
function direct(iterator) {
  if (Object(iterator) !== iterator) throw new TypeError('Iterator helper called on non-object');
  return { iterator, next: iterator.next };
}

function step(record) {
  const result = record.next.call(record.iterator);
  if (Object(result) !== result) throw new TypeError(`Iterator result ${String(result)} is not an object`);
  return result;
}

function close(record) {
  const { return: end } = record.iterator;
  if (end != null) end.call(record.iterator);
}

// Closes because of an error, which is what counts, whatever closing does.
function closeAfterError(record) {
  try {
    close(record);
  } catch {
    // the first error is the one to tell
  }
}

function call(record, callback, ...args) {
  try {
    return callback(...args);
  } catch (error) {
    closeAfterError(record);
    throw error;
  }
}

// Arguments are checked before anything is taken from the iterator; a wrong one closes it.
function checked(self, check) {
  if (Object(self) !== self) throw new TypeError('Iterator helper called on non-object');
  try {
    return check();
  } catch (error) {
    closeAfterError({ iterator: self });
    throw error;
  }
}

function toCount(limit) {
  const number = Number(limit);
  if (Number.isNaN(number)) throw new RangeError(`${String(limit)} must be positive`);
  const integer = Math.trunc(number);
  if (integer < 0) throw new RangeError(`${String(limit)} must be positive`);
  return integer;
}

// ---- Lazy helpers: objects with next() and return() around a generator.

const states = new WeakMap();
function stateOf(helper) {
  const state = states.get(helper);
  if (state === undefined) throw new TypeError('Receiver is not an Iterator Helper');
  return state;
}

const HelperPrototype = Object.create(IteratorPrototype);
add(HelperPrototype, {
  next() {
    const state = stateOf(this);
    state.started = true;
    return state.generator.next();
  },
  return() {
    const state = stateOf(this);
    if (!state.started) {
      // A generator that did not start would not close what is below it.
      state.started = true;
      state.generator.return();
      close(state.record);
      return { value: undefined, done: true };
    }
    return state.generator.return();
  },
});
Object.defineProperty(HelperPrototype, Symbol.toStringTag, { value: 'Iterator Helper', configurable: true });

function helper(record, generate) {
  const guarded = (function* () {
    let finished = false;
    const source = {
      // undefined at the end
      step() {
        let result;
        try {
          result = step(record);
          if (result.done) finished = true;
        } catch (error) {
          finished = true;
          throw error;
        }
        return finished ? undefined : result;
      },
    };
    try {
      yield* generate(source);
      // Ended before the iterator did: take().
      if (!finished) {
        finished = true;
        close(record);
      }
    } catch (error) {
      if (!finished) {
        finished = true;
        closeAfterError(record);
      }
      throw error;
    } finally {
      // return() was called.
      if (!finished) close(record);
    }
  })();
  const object = Object.create(HelperPrototype);
  states.set(object, { generator: guarded, record, started: false });
  return object;
}

function flattenable(value, allowStrings) {
  if (Object(value) !== value && !(allowStrings && typeof value === 'string')) {
    throw new TypeError(`${String(value)} is not an object`);
  }
  const method = value[Symbol.iterator];
  const iterator = method == null ? value : method.call(value);
  return direct(iterator);
}

add(IteratorPrototype, {
  map(mapper) {
    checked(this, () => checkFunction(mapper));
    return helper(direct(this), function* (source) {
      let i = 0;
      for (let result; (result = source.step());) yield mapper(result.value, i++);
    });
  },
  filter(predicate) {
    checked(this, () => checkFunction(predicate));
    return helper(direct(this), function* (source) {
      let i = 0;
      for (let result; (result = source.step());) {
        const { value } = result;
        if (predicate(value, i++)) yield value;
      }
    });
  },
  take(limit) {
    const count = checked(this, () => toCount(limit));
    return helper(direct(this), function* (source) {
      for (let left = count; left > 0; left--) {
        const result = source.step();
        if (result === undefined) return;
        yield result.value;
      }
    });
  },
  drop(limit) {
    const count = checked(this, () => toCount(limit));
    return helper(direct(this), function* (source) {
      for (let left = count; left > 0; left--) if (source.step() === undefined) return;
      for (let result; (result = source.step());) yield result.value;
    });
  },
  flatMap(mapper) {
    checked(this, () => checkFunction(mapper));
    return helper(direct(this), function* (source) {
      let i = 0;
      for (let result; (result = source.step());) {
        const inner = flattenable(mapper(result.value, i++), false);
        let ended = false;
        try {
          while (true) {
            let item;
            try {
              item = step(inner);
              ended = Boolean(item.done);
            } catch (error) {
              ended = true;
              throw error;
            }
            if (ended) break;
            yield item.value;
          }
        } finally {
          if (!ended) close(inner);
        }
      }
    });
  },
});

// ---- Those that run to the end

function each(self, callback, visit) {
  checked(self, () => checkFunction(callback));
  const record = direct(self);
  for (let i = 0; ; i++) {
    const result = step(record);
    if (result.done) return undefined;
    const { value } = result;
    const answer = call(record, callback, value, i);
    const found = visit(answer, value);
    if (found !== undefined) {
      close(record);
      return found;
    }
  }
}

add(
  IteratorPrototype,
  {
    reduce(reducer, ...initial) {
      checked(this, () => checkFunction(reducer));
      const record = direct(this);
      let i = 0;
      let total = initial[0];
      if (initial.length === 0) {
        const first = step(record);
        if (first.done) throw new TypeError('Reduce of a done iterator with no initial value');
        total = first.value;
        i = 1;
      }
      for (let result; !(result = step(record)).done; i++) {
        total = call(record, reducer, total, result.value, i);
      }
      return total;
    },
    toArray() {
      const record = direct(this);
      const all = [];
      for (let result; !(result = step(record)).done;) all.push(result.value);
      return all;
    },
    forEach(callback) {
      each(this, callback, () => undefined);
    },
    some(predicate) {
      return each(this, predicate, (answer) => (answer ? true : undefined)) ?? false;
    },
    every(predicate) {
      return each(this, predicate, (answer) => (answer ? undefined : false)) ?? true;
    },
    find(predicate) {
      return each(this, predicate, (answer, value) => (answer ? { value } : undefined))?.value;
    },
  },
  { reduce: 1 },
);

// ---- Iterator.from: an iterator that does not inherit from Iterator is wrapped.

const WrapPrototype = Object.create(IteratorPrototype);
add(WrapPrototype, {
  next() {
    const { iterator, next } = stateOf(this).record;
    return next.call(iterator);
  },
  return() {
    const { iterator } = stateOf(this).record;
    const end = iterator.return;
    return end === undefined ? { value: undefined, done: true } : end.call(iterator);
  },
});

add(Iterator, {
  from(value) {
    const record = flattenable(value, true);
    if (record.iterator instanceof Iterator) return record.iterator;
    const object = Object.create(WrapPrototype);
    states.set(object, { record });
    return object;
  },
});

if (Symbol.dispose !== undefined) {
  add(IteratorPrototype, {
    [Symbol.dispose]() {
      const { return: end } = this;
      if (end != null) end.call(this);
    },
  });
}

if (globalThis.Iterator === undefined) {
  Object.defineProperty(Iterator, 'prototype', { value: IteratorPrototype, writable: false });
  weirdProperty(Symbol.toStringTag, 'Iterator');
  weirdProperty('constructor', Iterator);
  Object.defineProperty(globalThis, 'Iterator', {
    value: Iterator,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
