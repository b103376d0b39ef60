'use strict';
// A debugger's end of the inspector's protocol: finds the target, connects by WebSocket (RFC 6455), sends commands.

const { Buffer } = require('buffer');
const EventEmitter = require('events');
const http = require('http');
const { codes } = require('internal/errors');

const kText = 1;
const kClose = 8;
const kMagic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function encode(opcode, payload) {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const head = Buffer.alloc(2 + extra + 4); // the mask of a client is asked for, but may be zero
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) head.writeUInt16BE(length, 2);
  if (extra === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The first whole frame of `bytes`: {opcode, payload, size}, or undefined. */
function decode(bytes) {
  if (bytes.length < 2) return undefined;
  let length = bytes[1] & 0x7f;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (bytes.length < at + length) return undefined;
  return { opcode: bytes[0] & 0x0f, payload: bytes.subarray(at, at + length), size: at + length };
}

function getJson(host, port, path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more) => (text += more));
      response.on('end', () => {
        if (response.statusCode !== 200) {
          reject(new codes.ERR_DEBUGGER_ERROR(`Unexpected ${response.statusCode}: ${text}`));
          return;
        }
        try {
          resolve(JSON.parse(text));
        } catch {
          reject(new codes.ERR_DEBUGGER_ERROR(`Response body is no JSON: ${text}`));
        }
      });
    });
    request.on('error', reject);
  });
}

module.exports = class Client extends EventEmitter {
  #socket = null;
  #waiting = new Map();
  #lastId = 0;
  #bytes = Buffer.alloc(0);

  async connect(host, port) {
    const [target] = await getJson(host, port, '/json');
    const { pathname } = new URL(target.webSocketDebuggerUrl);
    const { createHash, randomBytes } = require('crypto');
    const key = randomBytes(16).toString('base64');
    const wanted = createHash('sha1')
      .update(key + kMagic)
      .digest('base64');
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': key,
      'Sec-WebSocket-Version': 13,
    };
    this.#socket = await new Promise((resolve, reject) => {
      const request = http.get({ host, port, path: pathname, headers });
      request.on('error', reject);
      request.on('response', () =>
        reject(new codes.ERR_DEBUGGER_ERROR('The target did not upgrade to WebSocket')),
      );
      request.on('upgrade', (response, socket) => {
        if (response.headers['sec-websocket-accept'] === wanted) return resolve(socket);
        socket.destroy();
        return reject(new codes.ERR_DEBUGGER_ERROR(`WebSocket secret mismatch: ${key}`));
      });
    });
    const socket = this.#socket;
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('close', () => {
      if (this.#socket === socket) this.#end();
    });
  }

  get connected() {
    return this.#socket !== null;
  }

  #receive(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let frame = decode(this.#bytes); frame !== undefined; frame = decode(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(frame.size);
      if (frame.opcode === kText) this.#dispatch(JSON.parse(frame.payload.toString()));
      else if (frame.opcode === kClose) this.#socket?.end(encode(kClose, Buffer.alloc(0)));
    }
  }

  #dispatch({ id, method, params, error, result }) {
    if (id === undefined) {
      this.emit(method, params);
      return;
    }
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (error) reject?.(new codes.ERR_DEBUGGER_ERROR(error.message));
    else resolve?.(result);
  }

  /** @returns {Promise<object>} the command's result */
  send(method, params) {
    if (this.#socket === null) {
      return Promise.reject(new codes.ERR_DEBUGGER_ERROR('Use `run` to start the app again.'));
    }
    const id = ++this.#lastId;
    this.#socket.write(encode(kText, Buffer.from(JSON.stringify({ id, method, params }))));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #end() {
    this.#socket = null;
    this.#bytes = Buffer.alloc(0);
    // Who waits has got what the target had to say.
    for (const { resolve } of this.#waiting.values()) resolve({});
    this.#waiting.clear();
    this.emit('close');
  }

  disconnect() {
    this.#socket?.destroy();
    if (this.#socket !== null) this.#end();
  }
};
