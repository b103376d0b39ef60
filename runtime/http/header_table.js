'use strict';
// The headers that a program has set on a message, in their order, found by name in any case. A message has few of them: a flat
// list is faster to make and to search than an object whose keys V8 would have to look up anew for each message.

const { lowerCase } = require('internal/http/common');

const STEP = 3; // lower-case name, name, value

class HeaderTable {
  list = [];

  #find(name) {
    const key = lowerCase(name);
    const { list } = this;
    for (let i = 0; i < list.length; i += STEP) if (list[i] === key) return i;
    return -1;
  }

  set(name, value) {
    const at = this.#find(name);
    if (at < 0) {
      this.list.push(lowerCase(name), name, value);
    } else {
      this.list[at + 1] = name;
      this.list[at + 2] = value;
    }
  }

  append(name, value) {
    const at = this.#find(name);
    if (at < 0) this.list.push(lowerCase(name), name, value);
    else this.list[at + 2] = [this.list[at + 2]].flat().concat(value);
  }

  get(name) {
    const at = this.#find(name);
    return at < 0 ? undefined : this.list[at + 2];
  }

  has(name) {
    return this.#find(name) >= 0;
  }

  /** Spells a name that is there in another way. */
  rename(name, spelling) {
    const at = this.#find(name);
    if (at >= 0) this.list[at + 1] = spelling;
  }

  delete(name) {
    const at = this.#find(name);
    if (at >= 0) this.list.splice(at, STEP);
  }

  /** Calls `fn(name, value, lowerCaseName)` for each. */
  forEach(fn) {
    const { list } = this;
    for (let i = 0; i < list.length; i += STEP) fn(list[i + 1], list[i + 2], list[i]);
  }
}

module.exports = { HeaderTable };
