// The rooms that live in this process: makes a room's controller when it is first asked for, ends it when it has been empty for long
// enough. Served on the bus as `conference`.
import { Failure } from '../errors.js';
import { logger } from '../log.js';
import { Room, endpointOf } from './room.js';

const log = logger('conference');

export class Controllers {
  #bus;
  #store;
  #settings;
  #rooms = new Map(); // id → Room
  #unserve = null;
  #stopping = false;

  constructor(bus, store, settings) {
    this.#bus = bus;
    this.#store = store;
    this.#settings = settings;
  }

  start(id = 'conference') {
    this.#unserve = this.#bus.serve(id, {
      getController: ({ room }) => this.#controller(room),
      destroy: ({ room, reason }) => this.#destroy(room, reason),
      counts: () => this.counts(),
    });
  }

  counts() {
    const participants = [...this.#rooms.values()].reduce((sum, room) => sum + room.participants.size, 0);
    return { rooms: this.#rooms.size, participants };
  }

  /** The endpoint of a room's controller. */
  async #controller(roomId) {
    const existing = this.#rooms.get(roomId);
    if (existing && !existing.closed) return endpointOf(roomId);
    const info = await this.#store.getRoom(roomId);
    if (!info) throw new Failure('not-found', 'there is no such room');
    if (this.#stopping) throw new Failure('no-worker', 'the server is stopping');
    const raced = this.#rooms.get(roomId);
    if (raced && !raced.closed) return endpointOf(roomId);
    const full = {
      ...info,
      participantLimit: info.options.participantLimit ?? this.#settings.participantLimit,
      destroySeconds: info.options.destroySeconds ?? this.#settings.destroySeconds,
      roles: info.options.roles,
    };
    this.#rooms.set(roomId, new Room(this.#bus, full, this.#settings, (room) => this.#empty(room)));
    return endpointOf(roomId);
  }

  #destroy(roomId, reason) {
    this.#rooms.get(roomId)?.close(reason);
    this.#rooms.delete(roomId);
  }

  async #empty(room) {
    log.info(`${room.id} is empty: ends`);
    room.close();
    if (this.#rooms.get(room.id) === room) this.#rooms.delete(room.id);
    if (room.info.open)
      await this.#store.deleteRoom(room.id).catch((error) => log.warn('deleting a room:', error));
  }

  stop() {
    this.#stopping = true;
    this.#unserve?.();
    for (const room of this.#rooms.values()) room.close('server-stopping');
    this.#rooms.clear();
  }
}
