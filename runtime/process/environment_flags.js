// process.allowedNodeEnvironmentFlags: what NODE_OPTIONS may hold, as a Set nobody can change (Node doc: process).
'use strict';

function makeEnvironmentFlags() {
  const names = internalBinding('options').environmentNames();
  const known = new Set(names);
  const bare = new Set(names.map((name) => name.replace(/^--?/, '')));

  // The names are kept outside of the Set it is, so that Set.prototype's own methods find nothing to change.
  class NodeEnvironmentFlagsSet extends Set {
    add() {
      return this;
    }
    delete() {
      return false;
    }
    clear() {}

    /** Underscores are as good as dashes, a value after '=' does not matter, and leading dashes may be left out. */
    has(flag) {
      if (typeof flag !== 'string') return false;
      const name = flag.replace(/_/g, '-');
      return name.startsWith('-') ? known.has(name.replace(/=.*$/, '')) : bare.has(name);
    }

    forEach(callback, thisArg) {
      for (const name of names) callback.call(thisArg, name, name, this);
    }
    entries() {
      return new Set(names).entries();
    }
    values() {
      return names.values();
    }
    get size() {
      return names.length;
    }
  }
  const proto = NodeEnvironmentFlagsSet.prototype;
  proto.keys = proto[Symbol.iterator] = proto.values;
  return Object.freeze(new NodeEnvironmentFlagsSet());
}

module.exports = { makeEnvironmentFlags };
