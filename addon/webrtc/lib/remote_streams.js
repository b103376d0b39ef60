// The streams that a connection's remote tracks are in, as descriptions come and go: W3C's section 4.4.1.5, the steps
// about msids.
'use strict';

const { RTCTrackEvent } = require('./events');
const { MediaStream } = require('./tracks');

class RemoteStreams {
  #connection;
  #streams = new Map(); // by id

  constructor(connection) {
    this.#connection = connection;
  }
  /**
   * A receiver's track comes, goes, or is in other streams.
   * @returns {(() => void)[]} what the program is to be told, in order
   */
  follow(transceiver, { tracksAdded, tracksRemoved, removed }) {
    const { receiver, nativeId } = transceiver;
    const { track } = receiver;
    const gone = tracksRemoved.includes(nativeId) || removed.includes(nativeId);
    const before = receiver.streams;
    const now = gone ? [] : transceiver.remoteStreams;
    const joined = now.filter((id) => !before.includes(id));
    receiver.streams = now;
    const events = [];
    if (gone) events.push(() => track.setMuted(true));
    for (const id of before.filter((each) => !now.includes(each)))
      events.push(this.#change(id, track, false));
    for (const id of joined) events.push(this.#change(id, track, true));
    if (!tracksAdded.includes(nativeId) && joined.length === 0) return events;
    const init = { receiver, track, streams: now.map((id) => this.#stream(id)), transceiver };
    events.push(() => this.#connection.dispatchEvent(new RTCTrackEvent('track', init)));
    return events;
  }

  #stream(id) {
    if (!this.#streams.has(id)) this.#streams.set(id, MediaStream.withId(id));
    return this.#streams.get(id);
  }
  #change(id, track, added) {
    const stream = this.#stream(id);
    return () => {
      stream.change(track, added);
      if (stream.getTracks().length === 0) this.#streams.delete(id);
    };
  }
}

module.exports = { RemoteStreams };
