'use strict';
// A folder and every folder below it, watched (Node doc: fs.watch with `recursive`). The system watches one folder at a time, so
// that there is one watch for each; they follow folders that appear and go.

const path = require('path');
const { binding } = require('internal/fs/operations');

const kFolder = 2; // types of the binding's readdir
const kUnknown = 0;
const kNoSpace = -28; // the system's limit of watches

class WatchedTree {
  #root;
  #watches = new Map(); // path below the root ('' is the root) → FSEvent
  #persistent;
  #tell; // (status, eventType, path below the root)

  constructor(root, persistent, tell) {
    this.#root = root;
    this.#persistent = persistent;
    this.#tell = tell;
  }

  // 0, or the negative error of the root.
  start() {
    const status = this.#watch('');
    if (status === 0) this.#watchBelow('', false);
    return status;
  }

  close() {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  ref() {
    this.#persistent = true;
    for (const watch of this.#watches.values()) watch.ref();
  }

  unref() {
    this.#persistent = false;
    for (const watch of this.#watches.values()) watch.unref();
  }

  #watch(below) {
    const { FSEvent } = internalBinding('fs_event');
    const watch = new FSEvent();
    watch.onchange = (status, eventType, name) => {
      if (status < 0) this.#tell(status, eventType, below);
      else this.#onChange(below, eventType, name);
    };
    const status = watch.start(path.join(this.#root, below), this.#persistent, false, 'utf8');
    if (status === 0) this.#watches.set(below, watch);
    else watch.close();
    return status;
  }

  // Watches the folders in `below`. `isNew`: what is in there has come since the folder was seen, and is told of.
  #watchBelow(below, isNew) {
    let entries;
    try {
      entries = binding.readdir(path.join(this.#root, below), 'utf8', true, undefined);
    } catch {
      return; // a file, or gone, or not ours to read
    }
    const [names, types] = entries;
    for (let i = 0; i < names.length; i++) {
      const entry = path.join(below, names[i]);
      if (isNew) this.#tell(0, 'rename', entry);
      if (types[i] === kFolder || (types[i] === kUnknown && this.#isFolder(entry))) this.#add(entry, isNew);
    }
  }

  #add(below, isNew) {
    if (this.#watches.size === 0 || this.#watches.has(below)) return; // closed meanwhile, or known
    const status = this.#watch(below);
    if (status === 0) this.#watchBelow(below, isNew);
    else if (status === kNoSpace) this.#tell(status, '', below);
  }

  #isFolder(below) {
    try {
      return (binding.lstat(path.join(this.#root, below), false, undefined)[1] & 0o170000) === 0o040000;
    } catch {
      return false;
    }
  }

  #onChange(below, eventType, name) {
    if (name === null) return;
    const changed = path.join(below, name);
    // The root's own end is told under its name, which is no path below it.
    const isOwnEnd = below !== '' && name === path.basename(below) && !this.#isFolder(below);
    if (!isOwnEnd) this.#tell(0, eventType, changed);
    if (eventType !== 'rename' || this.#watches.size === 0) return;
    if (this.#isFolder(changed)) this.#add(changed, true);
    else this.#forget(isOwnEnd ? below : changed);
  }

  #forget(below) {
    for (const [folder, watch] of this.#watches) {
      if (folder !== below && !folder.startsWith(`${below}/`)) continue;
      watch.close();
      this.#watches.delete(folder);
    }
  }
}

module.exports = { WatchedTree };
