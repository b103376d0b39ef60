// For tests only: the store's interface (store/sqlite.js) without a database.
export class MemoryStore {
  #services = new Map();
  #rooms = new Map();
  #tokens = new Map();
  #nonces = new Map();
  #copy = (value) => (value ? structuredClone(value) : null);

  async addService({ super: isSuper = false, ...rest }) {
    this.#services.set(rest.id, { ...rest, super: isSuper });
  }
  async getService(id) {
    return this.#copy(this.#services.get(id));
  }
  async listServices() {
    return [...this.#services.values()].map(this.#copy);
  }
  async deleteService(id) {
    return this.#services.delete(id);
  }
  async addRoom({ options = {}, ...rest }) {
    this.#rooms.set(rest.id, { open: false, ...rest, options });
  }
  async openRoom(info) {
    const there = [...this.#rooms.values()].some((r) => r.open && r.name === info.name);
    if (!there) this.#rooms.set(info.id, { ...info, options: {}, open: true });
    return this.findOpenRoom(info.name);
  }
  async countOpenRooms() {
    return [...this.#rooms.values()].filter((r) => r.open).length;
  }
  async getRoom(id) {
    return this.#copy(this.#rooms.get(id));
  }
  async findOpenRoom(name) {
    return this.#copy([...this.#rooms.values()].find((r) => r.open && r.name === name));
  }
  async listRooms(owner) {
    return [...this.#rooms.values()].filter((r) => r.service === owner).map(this.#copy);
  }
  async updateRoom(id, change) {
    return this.#rooms.has(id) && Boolean(Object.assign(this.#rooms.get(id), structuredClone(change)));
  }
  async deleteRoom(id) {
    return this.#rooms.delete(id);
  }
  async staleOpenRooms(before) {
    return [...this.#rooms.values()].filter((r) => r.open && r.created < before).map(this.#copy);
  }
  async addToken(token) {
    this.#tokens.set(token.id, { ...token, used: null });
  }
  async getToken(id) {
    return this.#copy(this.#tokens.get(id));
  }
  async useToken(id, now) {
    const token = this.#tokens.get(id);
    if (!token || token.used !== null || token.expires <= now) return false;
    token.used = now;
    return true;
  }
  async addNonce(owner, nonce, expires) {
    const key = `${owner} ${nonce}`;
    return !this.#nonces.has(key) && Boolean(this.#nonces.set(key, expires));
  }
  async sweep(now) {
    for (const [id, { expires }] of this.#tokens) if (expires < now - 3600000) this.#tokens.delete(id);
    for (const [key, expires] of this.#nonces) if (expires < now) this.#nonces.delete(key);
  }
  async close() {}
}
