'use strict';
// The program's own conversation with the inspector (Node doc: inspector, "Class: inspector.Session").

const EventEmitter = require('events');
const { codes } = require('internal/errors');
const { validateFunction, validateObject, validateString } = require('internal/errors/validators');

module.exports = class Session extends EventEmitter {
  #connection = null;
  #lastId = 1;
  #callbacks = new Map();

  connect() {
    if (this.#connection !== null) throw new codes.ERR_INSPECTOR_ALREADY_CONNECTED('The inspector session');
    require('internal/inspector').prepare();
    const { Connection } = internalBinding('inspector');
    this.#connection = new Connection((text) => this.#receive(text));
  }

  connectToMainThread() {
    throw new codes.ERR_INSPECTOR_NOT_WORKER();
  }

  // A listener's mistake must not get into the debugger that calls it.
  #receive(text) {
    const message = JSON.parse(text);
    try {
      if (message.id !== undefined) {
        this.#answer(message);
      } else {
        this.emit(message.method, message);
        this.emit('inspectorNotification', message);
      }
    } catch (error) {
      process.emitWarning(error);
    }
  }

  #answer({ id, error, result }) {
    const callback = this.#callbacks.get(id);
    this.#callbacks.delete(id);
    if (callback === undefined) return;
    if (error) callback(new codes.ERR_INSPECTOR_COMMAND(error.code, error.message));
    else callback(null, result);
  }

  post(method, params, callback) {
    validateString(method, 'method');
    if (callback === undefined && typeof params === 'function') {
      callback = params;
      params = null;
    }
    if (params) validateObject(params, 'params');
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this.#connection === null) throw new codes.ERR_INSPECTOR_NOT_CONNECTED();
    const id = this.#lastId++;
    const message = { id, method };
    if (params) message.params = params;
    if (callback) this.#callbacks.set(id, callback);
    this.#connection.dispatch(JSON.stringify(message));
  }

  disconnect() {
    if (this.#connection === null) return;
    this.#connection.disconnect();
    this.#connection = null;
    const error = () => new codes.ERR_INSPECTOR_CLOSED();
    for (const callback of this.#callbacks.values()) process.nextTick(callback, error());
    this.#callbacks.clear();
    this.#lastId = 1;
  }
};
