// The store in one SQLite file: services, rooms, tokens, nonces. Every method is asynchronous, so that a database across the network can
// have the same interface; what must happen once (a token's use, a nonce) is one statement.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ADDON = fileURLToPath(new URL('../../build/addon/sqlite.node', import.meta.url));

const SCHEMA = `
CREATE TABLE IF NOT EXISTS services (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, super INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS rooms (
  id TEXT PRIMARY KEY, service TEXT NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL, created INTEGER NOT NULL,
  open_name TEXT UNIQUE);
CREATE INDEX IF NOT EXISTS rooms_by_service ON rooms (service);
CREATE TABLE IF NOT EXISTS tokens (
  id TEXT PRIMARY KEY, room TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER);
CREATE INDEX IF NOT EXISTS tokens_by_expiry ON tokens (expires);
CREATE TABLE IF NOT EXISTS nonces (service TEXT NOT NULL, nonce TEXT NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (service, nonce)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonces_by_expiry ON nonces (expires);
`;

/** How long a token is remembered after its end, so that its use is refused with the right reason. */
const REMEMBER_TOKENS_MS = 3600000;

async function databaseClass() {
  try {
    return (await import('node:sqlite')).DatabaseSync;
  } catch {
    if (!existsSync(ADDON))
      throw new Error(`this runtime has no node:sqlite and there is no ${ADDON}: run "make build"`);
    return createRequire(import.meta.url)(ADDON).DatabaseSync;
  }
}

const room = (row) =>
  row
    ? {
        id: row.id,
        service: row.service,
        name: row.name,
        options: JSON.parse(row.options),
        created: Number(row.created),
        open: row.open_name !== null,
      }
    : null;
const service = (row) =>
  row ? { id: row.id, name: row.name, key: row.key, super: Number(row.super) === 1 } : null;

export class SqliteStore {
  #db;
  #statements = new Map();

  /** @param {string} path a file, or ':memory:' */
  static async open(path) {
    const DatabaseSync = await databaseClass();
    return new SqliteStore(new DatabaseSync(path));
  }

  constructor(db) {
    this.#db = db;
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = NORMAL');
    db.exec('PRAGMA busy_timeout = 2000');
    db.exec(SCHEMA);
  }

  #statement(sql) {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  #get = (sql, ...args) => this.#statement(sql).get(...args);
  #all = (sql, ...args) => this.#statement(sql).all(...args);
  #run = (sql, ...args) => Number(this.#statement(sql).run(...args).changes);

  async addService({ id, name, key, super: isSuper = false }) {
    this.#run(
      'INSERT OR REPLACE INTO services (id, name, key, super) VALUES (?, ?, ?, ?)',
      id,
      name,
      key,
      isSuper ? 1 : 0,
    );
  }

  async getService(id) {
    return service(this.#get('SELECT * FROM services WHERE id = ?', id));
  }

  async listServices() {
    return this.#all('SELECT * FROM services ORDER BY id').map(service);
  }

  async deleteService(id) {
    return this.#run('DELETE FROM services WHERE id = ?', id) === 1;
  }

  async addRoom({ id, service: owner, name, options = {}, created }) {
    const sql = 'INSERT INTO rooms (id, service, name, options, created) VALUES (?, ?, ?, ?, ?)';
    this.#run(sql, id, owner, name, JSON.stringify(options), created);
  }

  /** The open room of that name; the one given is added when there is none. */
  async openRoom({ id, service: owner, name, created }) {
    const sql =
      "INSERT OR IGNORE INTO rooms (id, service, name, options, created, open_name) VALUES (?, ?, ?, '{}', ?, ?)";
    this.#run(sql, id, owner, name, created, name);
    return room(this.#get('SELECT * FROM rooms WHERE open_name = ?', name));
  }

  async countOpenRooms() {
    return Number(this.#get('SELECT count(*) AS n FROM rooms WHERE open_name IS NOT NULL').n);
  }

  async getRoom(id) {
    return room(this.#get('SELECT * FROM rooms WHERE id = ?', id));
  }

  async findOpenRoom(name) {
    return room(this.#get('SELECT * FROM rooms WHERE open_name = ?', name));
  }

  async listRooms(owner) {
    return this.#all('SELECT * FROM rooms WHERE service = ? ORDER BY created, id', owner).map(room);
  }

  async updateRoom(id, { name, options }) {
    return (
      this.#run('UPDATE rooms SET name = ?, options = ? WHERE id = ?', name, JSON.stringify(options), id) ===
      1
    );
  }

  async deleteRoom(id) {
    return this.#run('DELETE FROM rooms WHERE id = ?', id) === 1;
  }

  /** Open rooms made before `before`: what remains when nobody came. */
  async staleOpenRooms(before) {
    return this.#all('SELECT * FROM rooms WHERE open_name IS NOT NULL AND created < ?', before).map(room);
  }

  async addToken({ id, room: roomId, user, role, expires }) {
    this.#run(
      'INSERT INTO tokens (id, room, user, role, expires) VALUES (?, ?, ?, ?, ?)',
      id,
      roomId,
      user,
      role,
      expires,
    );
  }

  async getToken(id) {
    const row = this.#get('SELECT * FROM tokens WHERE id = ?', id);
    if (!row) return null;
    return { ...row, expires: Number(row.expires), used: row.used === null ? null : Number(row.used) };
  }

  /** Marks a token used; true for exactly one caller. */
  async useToken(id, now) {
    return (
      this.#run('UPDATE tokens SET used = ? WHERE id = ? AND used IS NULL AND expires > ?', now, id, now) ===
      1
    );
  }

  /** Remembers a nonce; false when it is known already. */
  async addNonce(owner, nonce, expires) {
    return (
      this.#run(
        'INSERT OR IGNORE INTO nonces (service, nonce, expires) VALUES (?, ?, ?)',
        owner,
        nonce,
        expires,
      ) === 1
    );
  }

  /** Forgets what is over. */
  async sweep(now) {
    this.#run('DELETE FROM tokens WHERE expires < ?', now - REMEMBER_TOKENS_MS);
    this.#run('DELETE FROM nonces WHERE expires < ?', now);
  }

  async close() {
    this.#statements.clear();
    this.#db.close();
  }
}
