// What a program hears of the gathering of candidates: states, candidates and their ends, in W3C's order
// (https://www.w3.org/TR/webrtc/#dom-rtcicegatheringstate).
'use strict';

const { RTCIceCandidate } = require('./descriptions');
const { RTCPeerConnectionIceEvent } = require('./events');

class Gathering {
  #connection;
  #transport;
  #state = 'new';
  #ending = false; // told of, and not over
  #early = []; // what came before there was a section to gather for
  #silent = false; // candidates of a generation that a rollback has brought back: known already

  constructor(connection, transport) {
    this.#connection = connection;
    this.#transport = transport;
  }
  get state() {
    return this.#state;
  }
  /** @param {string} text 'candidate:…' */
  onCandidate(text) {
    if (this.#later(() => this.onCandidate(text))) return;
    this.#set('gathering');
    this.#tell(text);
  }
  onState(state) {
    if (this.#silent && state === 'complete') {
      this.#silent = false;
      return;
    }
    if (this.#later(() => this.onState(state)) || state === this.#state) return;
    if (state !== 'complete') return this.#set(state);
    if (this.#ending) return;
    this.#ending = true;
    this.#set('gathering');
    this.#tell(''); // the end of this generation
    setImmediate(() => {
      this.#ending = false;
      this.#set('complete');
      if (!this.#connection.closed)
        this.#connection.dispatchEvent(new RTCPeerConnectionIceEvent('icecandidate', { candidate: null }));
    });
  }
  /** A description was set, or taken back. */
  onSettled({ gather, hasTransport }, rollback) {
    const live = this.#live();
    if (rollback && gather) this.#silent = this.#state === 'complete';
    else if (gather) this.#transport.restart('local');
    if (!live || hasTransport === false) return this.#set('new');
    for (const tell of this.#early.splice(0)) setImmediate(() => !this.#connection.closed && tell());
  }

  #live() {
    return /^m=\S+ (?!0 )/m.test(this.#connection.localDescription?.sdp);
  }
  /** True: kept for later, or not for the program at all. */
  #later(tell) {
    if (this.#silent) return true;
    if (this.#live()) return false;
    this.#early.push(tell);
    return true;
  }
  #set(state) {
    if (state === this.#state || this.#connection.closed) return;
    this.#state = state;
    this.#transport.setGatheringState(state);
    this.#connection.dispatchEvent(new Event('icegatheringstatechange'));
  }
  #tell(text) {
    if (this.#connection.closed) return;
    const { sdp } = this.#connection.localDescription;
    const candidate = new RTCIceCandidate({
      candidate: text,
      sdpMid: /^a=mid:(\S+)/m.exec(sdp)?.[1] ?? '0',
      sdpMLineIndex: 0,
      usernameFragment: /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1],
    });
    if (text !== '') this.#transport.addLocal(candidate);
    this.#connection.dispatchEvent(new RTCPeerConnectionIceEvent('icecandidate', { candidate }));
  }
}

module.exports = { Gathering };
