// The descriptions of a connection as its properties show them: the same object as long as it says the same.
'use strict';

const { RTCSessionDescription } = require('./descriptions');

const kAll = ['currentLocal', 'pendingLocal', 'currentRemote', 'pendingRemote'];

class ShownDescriptions {
  #read;
  #shown = new Map();
  #kept = false;

  /** @param {(which: string) => {type: string, sdp: string} | undefined} read what the native side has */
  constructor(read) {
    this.#read = read;
  }
  get(which) {
    const shown = this.#shown.get(which) ?? null;
    if (this.#kept) return shown;
    const found = this.#read(which) ?? null;
    if (found?.type === shown?.type && found?.sdp === shown?.sdp) return shown;
    this.#shown.set(which, found && new RTCSessionDescription(found));
    return this.#shown.get(which);
  }
  /** The connection is being closed: they stay to be seen. */
  keep() {
    try {
      for (const which of kAll) this.get(which);
    } catch {
      // The program has closed the engine first.
    }
    this.#kept = true;
  }
}

module.exports = { ShownDescriptions };
