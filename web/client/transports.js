// The client's RTCPeerConnections: one for each published stream (the client offers) and one for everything it watches
// (the server offers). docs/protocol.md, "Publishing" and "Subscribing".

const RTC_CONFIGURATION = { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };

/** A published stream: its tracks survive the connection, so that `start` can be called again after a restart. */
export class PublishTransport {
  #connection = null;
  #generation = 0;
  streamId = null;

  /**
   * @param {MediaStream} media
   * @param {(method: string, data: object) => Promise<object>} request
   */
  constructor(media, request) {
    this.media = media;
    this.request = request;
  }

  /** Makes a fresh connection and publishes on it, under the same stream id when there is one already. */
  async start() {
    const generation = ++this.#generation;
    this.#connection?.close();
    const connection = new RTCPeerConnection(RTC_CONFIGURATION);
    this.#connection = connection;
    for (const track of this.media.getTracks()) {
      connection.addTransceiver(track, { direction: 'sendonly', streams: [this.media] });
    }
    await connection.setLocalDescription();
    const { streamId, answer } = await this.request('publish', {
      offer: connection.localDescription.sdp,
      ...(this.streamId === null ? {} : { streamId: this.streamId }),
    });
    this.streamId = streamId;
    if (generation !== this.#generation) return; // stopped or restarted meanwhile
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

  stop() {
    this.#connection?.close();
    this.#connection = null;
    this.#transportId = null;
  }

  async #apply({ transportId, offerId, sdp, streams }) {
    if (transportId !== this.#transportId) {
      this.stop();
      this.#transportId = transportId;
      this.#connection = new RTCPeerConnection(RTC_CONFIGURATION);
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
