'use strict';
// tls.createSecurePair(), deprecated (DEP0064): a TLSSocket over one end of a pair of streams. Node doc: tls.

const EventEmitter = require('events');
const { Duplex } = require('stream');
const { codes } = require('internal/errors');

// What is written to it, the other end reads.
class End extends Duplex {
  #other;
  #goOn;

  static makePair() {
    const ends = [new End(), new End()];
    ends[0].#other = ends[1];
    ends[1].#other = ends[0];
    return ends;
  }

  _read() {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  _write(chunk, encoding, callback) {
    if (chunk.length === 0) return process.nextTick(callback);
    this.#other.push(chunk);
    this.#other.#goOn = callback;
    return undefined;
  }

  _final(callback) {
    this.#other.on('end', callback);
    this.#other.push(null);
  }
}

class SecurePair extends EventEmitter {
  constructor(context, isServer, requestCert, rejectUnauthorized, options) {
    super();
    const tls = require('tls');
    context ??= tls.createSecureContext();
    if (context.context === undefined) throw new codes.ERR_TLS_INVALID_CONTEXT('context');
    const [encrypted, lower] = End.makePair();
    this.server = options?.server;
    this.credentials = context;
    this.encrypted = encrypted;
    this.cleartext = new tls.TLSSocket(lower, {
      ...options,
      secureContext: context,
      isServer: Boolean(isServer),
      requestCert: isServer ? Boolean(requestCert) : true,
      rejectUnauthorized: Boolean(rejectUnauthorized),
    });
    this.cleartext.once('secure', () => this.emit('secure'));
    if (!isServer) this.cleartext._start();
  }

  destroy() {
    this.cleartext.destroy();
    this.encrypted.destroy();
  }
}

module.exports = { SecurePair };
