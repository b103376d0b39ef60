// Asks for as much of each video as its tile shows: the small layer for a small tile. The layers that the page sends are a quarter, a half
// and the whole of the camera's picture (../client/codecs.js); who sends one layer only is watched in that.

const LAYER_HEIGHTS = [180, 360]; // of the layers below the whole picture
const STRETCH = 1.25; // by how much a layer may be enlarged before the next one is worth its bits
const PICTURE_RATIO = 16 / 9;
const SETTLE_MS = 250; // a window that is being dragged changes many times a second

/** The highest layers worth having in a tile of that many device pixels; {} for all. */
export function layersForTile(width, height) {
  const needed = Math.max(height, width / PICTURE_RATIO); // a tile crops what does not fit
  const spatial = LAYER_HEIGHTS.findIndex((layer) => needed <= layer * STRETCH);
  return spatial === -1 ? {} : { spatial };
}

export class LayerChooser {
  #choose;
  #watched = new Map(); // element → { streamId, asked (spatial), timer }
  #observer = new ResizeObserver((entries) => {
    for (const { target } of entries) this.#settle(target);
  });

  /** @param {(streamId: string, layers: {spatial?: number}) => Promise<unknown>} choose asks the server */
  constructor(choose) {
    this.#choose = choose;
  }

  /** From now on `element` shows the stream's video; asks at once, and whenever the element's size calls for others. */
  watch(element, streamId) {
    if (this.#watched.get(element)?.streamId === streamId) return;
    this.unwatch(element);
    this.#watched.set(element, { streamId, asked: undefined, timer: null });
    this.#observer.observe(element);
  }

  unwatch(element) {
    clearTimeout(this.#watched.get(element)?.timer);
    this.#observer.unobserve(element);
    this.#watched.delete(element);
  }

  clear() {
    for (const element of [...this.#watched.keys()]) this.unwatch(element);
  }

  #settle(element) {
    const watched = this.#watched.get(element);
    if (!watched) return;
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => this.#ask(element, watched), SETTLE_MS);
  }

  #ask(element, watched) {
    if (element.clientWidth === 0) return; // not shown
    const ratio = window.devicePixelRatio;
    const layers = layersForTile(element.clientWidth * ratio, element.clientHeight * ratio);
    if (watched.asked === layers.spatial) return;
    watched.asked = layers.spatial;
    this.#choose(watched.streamId, layers).catch(() => (watched.asked = null)); // asked again with the next change
  }
}
