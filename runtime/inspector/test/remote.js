'use strict';
// A program with the inspector open, and a debugger's end of the conversation, for the tests.

const http = require('http');
const { spawn } = require('child_process');

/** A program with the inspector open, and the address standard error tells. */
async function debuggee(t, flags, code) {
  const child = spawn(process.execPath, [...flags, '-e', code], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  child.stderr.setEncoding('utf8');
  child.said = '';
  const url = await new Promise((resolve) => {
    child.stderr.on('data', (text) => {
      child.said += text;
      const match = /Debugger listening on (ws:\S+)\n/.exec(child.said);
      if (match) resolve(new URL(match[1]));
    });
  });
  return { child, url };
}

const kKey = 'dGhlIHNhbXBsZSBub25jZQ=='; // the example of RFC 6455

function get(url, path, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: url.hostname, port: url.port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('upgrade', (response, socket) => resolve({ status: 101, response, socket }));
    request.on('error', reject);
  });
}

function upgrade(url, path = url.pathname) {
  return get(url, path, {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': 13,
    'Sec-WebSocket-Key': kKey,
  });
}

function frame(message) {
  const payload = Buffer.from(message);
  const mask = Buffer.from([1, 2, 3, 4]);
  const head =
    payload.length < 126
      ? [0x81, 0x80 | payload.length]
      : [0x81, 0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from(head), mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
}

// A debugger that sends commands and keeps what it gets.
class Remote {
  constructor(socket) {
    this.socket = socket;
    this.id = 0;
    this.waiting = new Map(); // id or method → resolve
    let bytes = Buffer.alloc(0);
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      for (;;) {
        if (bytes.length < 2) return;
        let length = bytes[1] & 127;
        let at = 2;
        if (length === 126) {
          if (bytes.length < 4) return;
          length = bytes.readUInt16BE(2);
          at = 4;
        } else if (length === 127) {
          if (bytes.length < 10) return;
          length = Number(bytes.readBigUInt64BE(2));
          at = 10;
        }
        if (bytes.length < at + length) return;
        if ((bytes[0] & 15) === 1) this.receive(JSON.parse(bytes.subarray(at, at + length)));
        bytes = bytes.subarray(at + length);
      }
    });
  }

  receive(message) {
    const key = message.id ?? message.method;
    this.waiting.get(key)?.(message.result ?? message.params);
    this.waiting.delete(key);
  }

  next(method) {
    return new Promise((resolve) => this.waiting.set(method, resolve));
  }

  send(method, params) {
    const id = ++this.id;
    this.socket.write(frame(JSON.stringify({ id, method, params })));
    return this.next(id);
  }
}

module.exports = { Remote, debuggee, frame, get, upgrade };
