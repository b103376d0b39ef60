// Someone in a room: name, role, permission, and the way events go to its portal.
import { Subscriber } from './subscriber.js';

export class Participant {
  #bus;
  #portal;

  constructor(room, bus, { id, name, role, permission, portal }) {
    Object.assign(this, { id, name, role, permission, gone: false });
    /** streamId → Publication */
    this.streams = new Map();
    this.subscriber = new Subscriber(room, this);
    this.#bus = bus;
    this.#portal = portal;
  }

  /** What the others see. */
  describe() {
    return { id: this.id, name: this.name, role: this.role };
  }

  send(event, data) {
    if (!this.gone) this.#bus.notify(this.#portal, 'onEvent', { participantId: this.id, event, data });
  }

  drop(reason) {
    this.#bus.notify(this.#portal, 'onDrop', { participantId: this.id, reason });
  }
}
