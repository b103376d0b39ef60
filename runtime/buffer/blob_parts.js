'use strict';
// What a Blob is made of: memory, and pieces of files. Parts are never changed, so Blobs share them. Each has
//
//   size                 bytes
//   slice(from, to)      a part of that piece of it
//   read(at, length)     a copy of these bytes, or a promise of one

const { promisify } = require('util');

class MemoryPart {
  #bytes;

  /** @param {Uint8Array} bytes which nobody else writes to */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  get size() {
    return this.#bytes.byteLength;
  }

  slice(from, to) {
    return new MemoryPart(this.#bytes.subarray(from, to));
  }

  read(at, length) {
    return this.#bytes.slice(at, at + length);
  }
}

// A piece of a file as it was when its Blob was made: a file that changed since cannot be read (File API, "NotReadableError").
// It is opened for each read, so that no Blob holds a descriptor.
class FilePart {
  #file;
  #from;

  /** @param {{path, size: number, mtimeMs: number, ino: number}} file what it was like */
  constructor(file, from = 0, size = file.size) {
    this.#file = file;
    this.#from = from;
    this.size = size;
  }

  slice(from, to) {
    return new FilePart(this.#file, this.#from + from, to - from);
  }

  // Whether the file has changed is seen at once, not when a thread has time for it.
  async read(at, length) {
    const { path, size, mtimeMs, ino } = this.#file;
    const fs = require('fs');
    const bytes = new Uint8Array(length);
    let fd;
    try {
      fd = fs.openSync(path, 'r');
      const now = fs.fstatSync(fd);
      if (now.size !== size || now.mtimeMs !== mtimeMs || now.ino !== ino) throw notReadable();
      const read = promisify(fs.read);
      for (let done = 0; done < length;) {
        const { bytesRead } = await read(fd, bytes, done, length - done, this.#from + at + done);
        if (bytesRead === 0) throw notReadable();
        done += bytesRead;
      }
    } catch {
      throw notReadable();
    } finally {
      if (fd !== undefined) fs.closeSync(fd);
    }
    return bytes;
  }
}

function notReadable() {
  return new DOMException('The blob could not be read', 'NotReadableError');
}

/** Takes a part off the front of what is left to read: returns its bytes, at most `limit`, or undefined at the end. */
class PartReader {
  #parts;
  #index = 0;
  #at = 0;

  constructor(parts) {
    this.#parts = parts;
  }

  next(limit) {
    const part = this.#parts[this.#index];
    if (part === undefined) return undefined;
    const at = this.#at;
    const length = Math.min(part.size - at, limit);
    this.#at += length;
    if (this.#at === part.size) {
      this.#index++;
      this.#at = 0;
    }
    return part.read(at, length);
  }
}

/** The parts of the bytes between two positions. */
function sliceParts(parts, from, to) {
  const result = [];
  let start = 0;
  for (const part of parts) {
    const first = Math.max(from - start, 0);
    const last = Math.min(to - start, part.size);
    if (first < last) result.push(first === 0 && last === part.size ? part : part.slice(first, last));
    start += part.size;
  }
  return result;
}

module.exports = { FilePart, MemoryPart, PartReader, sliceParts };
