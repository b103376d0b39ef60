// The people and the shared screens: one tile each.
import { drawGlyph } from './glyphs.js';
import { layOut } from './layout.js';

export class TileGrid {
  #container;
  #tiles = new Map();

  /** @param {HTMLElement} container */
  constructor(container) {
    this.#container = container;
    new ResizeObserver(() => this.#layOut()).observe(container);
  }

  /** Adds a tile, or returns the one that is there. `kind` is 'self', 'screen' or nothing. */
  add(id, name, kind = '') {
    const known = this.#tiles.get(id);
    if (known) return known;
    const tile = new Tile(id, name, kind);
    this.#tiles.set(id, tile);
    this.#container.append(tile.element);
    this.#layOut();
    return tile;
  }

  get(id) {
    return this.#tiles.get(id);
  }

  remove(id) {
    const tile = this.#tiles.get(id);
    if (!tile) return;
    tile.dispose();
    this.#tiles.delete(id);
    this.#layOut();
  }

  clear() {
    for (const id of [...this.#tiles.keys()]) this.remove(id);
  }

  #layOut() {
    const { clientWidth: width, clientHeight: height } = this.#container;
    const tiles = [...this.#tiles.values()];
    const screens = tiles.filter((tile) => tile.kind === 'screen');
    const people = tiles.filter((tile) => tile.kind !== 'screen');
    const boxes = layOut({ width, height }, people.length, screens.length);
    people.forEach((tile, i) => tile.place(boxes.people[i]));
    screens.forEach((tile, i) => tile.place(boxes.screens[i]));
  }
}

class Tile {
  constructor(id, name, kind) {
    const self = kind === 'self';
    this.kind = kind;
    this.element = document.createElement('article');
    this.element.className = `tile no-video ${kind}`.trim();
    this.element.dataset.participant = id;
    this.element.dataset.name = name;

    this.video = document.createElement('video');
    this.video.autoplay = true;
    this.video.playsInline = true;
    this.video.muted = self; // nobody wants to hear themselves

    const initial = document.createElement('span');
    initial.className = 'initial';
    initial.textContent = (Array.from(name.trim())[0] ?? '?').toUpperCase();

    const label = document.createElement('span');
    label.className = 'label';
    const glyph = document.createElement('span');
    glyph.className = 'glyph';
    drawGlyph(glyph, 'mic-off');
    const text = document.createElement('span');
    text.className = 'text';
    text.textContent = self ? `${name} (you)` : name;
    label.append(glyph, text);

    this.element.append(initial, this.video, label);
  }

  place(box) {
    for (const side of ['left', 'top', 'width', 'height']) this.element.style[side] = `${box[side]}px`;
  }

  /** Shows a stream, or takes the picture away with null. */
  setStream(stream) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
  }

  setVideoShown(shown) {
    this.element.classList.toggle('no-video', !shown);
  }

  setSpeaking(speaking) {
    this.element.classList.toggle('speaking', speaking);
  }

  setMuted(muted) {
    this.element.classList.toggle('muted', muted);
  }

  dispose() {
    this.video.srcObject = null;
    this.element.remove();
  }
}
