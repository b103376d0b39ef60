// The client's RTCPeerConnections: one for each published stream (the client offers) and one for everything it watches
// (the server offers). docs/protocol.md, "Publishing" and "Subscribing".
import { arrange } from './codecs.js';

const RTC_CONFIGURATION = { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };
const DISCONNECTED_MS = 2000;

/** Calls `restart` when a connection has been disconnected for two seconds: another network may lead to the server. */
function watchForDisconnection(connection, restart) {
  let timer = null;
  connection.addEventListener('iceconnectionstatechange', () => {
    clearTimeout(timer);
    if (connection.iceConnectionState === 'disconnected') timer = setTimeout(restart, DISCONNECTED_MS);
  });
}

/** A published stream: its tracks survive the connection, so that `start` can be called again after a restart. */
export class PublishTransport {
  #connection = null;
  #generation = 0;
  #work = Promise.resolve();
  streamId = null;

  /**
   * @param {MediaStream} media
   * @param {(method: string, data: object) => Promise<object>} request
   * @param {{configuration?: RTCConfiguration, attributes?: object, codec?: string, layers?: string}} options `attributes` are shown
   *   to the others; `codec` and `layers` as in codecs.js
   */
  constructor(media, request, options = {}) {
    this.media = media;
    this.request = request;
    this.options = options;
  }

  /** Makes a fresh connection and publishes on it, under the same stream id when there is one already. */
  async start() {
    const generation = ++this.#generation;
    this.#connection?.close();
    const connection = new RTCPeerConnection({ ...RTC_CONFIGURATION, ...this.options.configuration });
    this.#connection = connection;
    for (const track of this.media.getTracks()) {
      arrange(connection, track, this.media, this.options);
    }
    await connection.setLocalDescription();
    const { streamId, answer } = await this.request('publish', {
      offer: connection.localDescription.sdp,
      ...(this.streamId === null
        ? { attributes: this.options.attributes ?? {} }
        : { streamId: this.streamId }),
    });
    this.streamId = streamId;
    if (generation !== this.#generation) return; // stopped or restarted meanwhile
    await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    watchForDisconnection(connection, () => this.restartIce().catch(() => {}));
  }

  /** Looks for a way to the server anew, on the same connection. */
  restartIce() {
    const step = this.#work.then(() => this.#restartIce());
    this.#work = step.catch(() => {});
    return step;
  }

  async #restartIce() {
    const connection = this.#connection;
    if (!connection || connection.signalingState !== 'stable') return;
    connection.restartIce();
    await connection.setLocalDescription();
    const offer = connection.localDescription.sdp;
    const { answer } = await this.request('renegotiate', { streamId: this.streamId, offer });
    if (connection === this.#connection)
      await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  get connection() {
    return this.#connection;
  }

  stop() {
    this.#generation++;
    this.#connection?.close();
    this.#connection = null;
  }
}

/** The one connection on which all the others' streams arrive. Offers are worked off one after the other. */
export class SubscribeTransport {
  #connection = null;
  #transportId = null;
  #work = Promise.resolve();
  /** RTCConfiguration of connections made from now on */
  configuration = {};

  /**
   * @param {(method: string, data: object) => Promise<object>} request
   * @param {(streamId: string, track: MediaStreamTrack) => void} onTrack a stream's track has arrived
   */
  constructor(request, onTrack) {
    this.request = request;
    this.onTrack = onTrack;
  }

  get connection() {
    return this.#connection;
  }

  /** Takes an `offer` event; resolves when it is answered. */
  accept(offer) {
    const step = this.#work.then(() => this.#apply(offer));
    this.#work = step.catch(() => {});
    return step;
  }

  /** Asks the server for an offer that looks for a way anew. */
  async restartIce() {
    if (this.#transportId !== null) await this.request('restart-ice', { transportId: this.#transportId });
  }

  stop() {
    this.#connection?.close();
    this.#connection = null;
    this.#transportId = null;
  }

  async #apply({ transportId, offerId, sdp, streams }) {
    if (transportId !== this.#transportId) {
      this.stop();
      this.#transportId = transportId;
      this.#connection = new RTCPeerConnection({ ...RTC_CONFIGURATION, ...this.configuration });
      watchForDisconnection(this.#connection, () => this.restartIce().catch(() => {}));
    }
    const connection = this.#connection;
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    const byMid = new Map(connection.getTransceivers().map((transceiver) => [transceiver.mid, transceiver]));
    for (const { mid, streamId } of streams) {
      const track = byMid.get(mid)?.receiver.track;
      if (track) this.onTrack(streamId, track);
    }
    await this.request('answer', { transportId, offerId, sdp: connection.localDescription.sdp }).catch(
      (error) => {
        if (error.code !== 'stale') throw error; // a newer offer is on its way
      },
    );
  }
}
