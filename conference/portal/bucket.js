// A token bucket: so many a second on average, so many at once.
export class Bucket {
  #rate;
  #burst;
  #level;
  #last;
  #now;

  constructor(rate, burst, now = Date.now) {
    this.#rate = rate;
    this.#burst = burst;
    this.#level = burst;
    this.#now = now;
    this.#last = now();
  }

  /** Takes one; false when there is none. */
  take() {
    const now = this.#now();
    this.#level = Math.min(this.#burst, this.#level + (Math.max(0, now - this.#last) / 1000) * this.#rate);
    this.#last = now;
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  get full() {
    return this.#level + ((this.#now() - this.#last) / 1000) * this.#rate >= this.#burst;
  }
}
