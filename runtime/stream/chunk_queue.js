'use strict';
// The chunks a Readable holds, and taking some bytes or characters off the front of them.

const { Buffer } = require('buffer');
const { lengthOf } = require('internal/buffer/length');
const Ring = require('internal/stream/ring');

class ChunkQueue extends Ring {
  join(separator) {
    return this.toArray().join(separator);
  }

  concat(totalLength) {
    if (this.length === 1 && lengthOf(this.first()) === totalLength) return this.first();
    return Buffer.concat(this.toArray(), totalLength);
  }

  // Takes the first `n` bytes (or characters, when the stream decodes); the queue holds at least that many.
  consume(n, isText) {
    const head = this.first();
    const length = lengthOf(head);
    if (n === length) return this.shift();
    if (n < length) {
      this.replaceFirst(head.slice(n));
      return head.slice(0, n);
    }
    return isText ? takeText(this, n) : takeBytes(this, n);
  }
}

function takeText(queue, n) {
  let text = '';
  while (n > 0) {
    const head = queue.first();
    if (n < head.length) {
      text += head.slice(0, n);
      queue.replaceFirst(head.slice(n));
      break;
    }
    n -= head.length;
    text += queue.shift();
  }
  return text;
}

function takeBytes(queue, n) {
  const bytes = Buffer.allocUnsafe(n);
  let filled = 0;
  while (filled < n) {
    const head = queue.first();
    const wanted = n - filled;
    if (wanted < head.length) {
      bytes.set(head.subarray(0, wanted), filled);
      queue.replaceFirst(head.slice(wanted));
      break;
    }
    bytes.set(head, filled);
    filled += head.length;
    queue.shift();
  }
  return bytes;
}

module.exports = ChunkQueue;
