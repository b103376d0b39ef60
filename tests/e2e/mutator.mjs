// Seeded mutation of byte strings: the same seed gives the same bytes, so that a failure can be run again.

export class Mutator {
  #state;

  /** @param {number} seed any 32-bit integer */
  constructor(seed) {
    this.#state = seed >>> 0 || 1;
  }

  /** An integer in [0, limit); xorshift32. */
  random(limit) {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % limit;
  }

  /** One of `samples` with up to eight changes, or (one in ten) noise. */
  next(samples) {
    if (this.random(10) === 0)
      return Buffer.from(Array.from({ length: this.random(1400) }, () => this.random(256)));
    let bytes = Buffer.from(samples[this.random(samples.length)]);
    for (let changes = this.random(8); changes >= 0 && bytes.length > 0; changes--) {
      const at = this.random(bytes.length);
      switch (this.random(5)) {
        case 0:
          bytes[at] ^= 1 << this.random(8);
          break;
        case 1:
          bytes[at] = this.random(256);
          break;
        case 2:
          bytes = bytes.subarray(0, at);
          break;
        case 3:
          bytes = Buffer.concat([bytes, bytes.subarray(at)]).subarray(0, 1400);
          break;
        default:
          bytes.fill(this.random(2) * 255, at, Math.min(at + 4, bytes.length));
      }
    }
    return bytes;
  }
}
