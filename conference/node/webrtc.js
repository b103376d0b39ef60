// A worker of purpose `webrtc`: the media engine's peers, called by the rooms' controllers over the bus.
//
// A peer belongs to an owner (a controller's endpoint), which is told of the peer's states by `onPeerEvent`. Calls on one peer
// run one after the other in the order they came, since each one of the engine is synchronous.
import { networkInterfaces } from 'node:os';
import { Failure } from '../errors.js';
import { loadEngine } from './engine.js';
import { Pipes } from './pipes.js';
import { sendingSections } from './sdp.js';
import { Voices } from './voices.js';

const MAX_PEERS = 5000;
const MAX_ADDRESSES = 8;
const VIDEO_CODECS = ['VP8', 'H264', 'VP9', 'AV1', 'H265']; // the favourite first

const preferring = (codec) => [codec, ...VIDEO_CODECS.filter((other) => other !== codec)];

/** Every IPv4 address of this machine that a client could reach, the loopback last. */
export function localAddresses(interfaces = networkInterfaces()) {
  const all = Object.values(interfaces).flat();
  const v4 = all.filter((a) => a.family === 'IPv4' || a.family === 4);
  const outer = v4.filter((a) => !a.internal && !a.address.startsWith('169.254.')).map((a) => a.address);
  return [...outer.slice(0, MAX_ADDRESSES - 1), '127.0.0.1'];
}

/** The engine's one port for `[media]` of the configuration (0 takes any), and the addresses that clients are told. */
function bindingsOf({ ip = [], announcedIp = '', port = 0 }) {
  const announcedIps = announcedIp ? [announcedIp] : ip.length > 0 ? ip : localAddresses();
  return [{ ip: ip.length === 1 ? ip[0] : '0.0.0.0', port, announcedIps }];
}

/** Where the other workers reach this one's engine. */
function pipeIpOf({ ip = [], pipeIp = '' }) {
  return pipeIp || (ip.length === 1 ? ip[0] : '127.0.0.1');
}

/** With a range of ports, the first that is free: each worker takes its own. */
async function openEngine(Engine, media, onEvent) {
  const [low, high] = media.ports ?? [0, 0];
  for (let port = low; ; port++) {
    try {
      const { udp = true, tcp = true, threads = 1 } = media;
      return new Engine({ bindings: bindingsOf({ ...media, port }), udp, tcp, threads }, onEvent);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || port >= high) throw error;
    }
  }
}

export async function create({ id, bus, options, log }) {
  const Engine = await loadEngine(options.engine);
  const peers = new Map(); // peerId → { peer, owner }
  const onEvent = (type, peerId, payload) => {
    const owner = peers.get(peerId)?.owner ?? voices.ownerOf(peerId);
    if (owner) bus.notify(owner, 'onPeerEvent', { node: id, peerId, type, payload });
    if (type === 'pipe-state') log.info(`the pipe ${peerId} is ${payload}`);
  };
  const engine = await openEngine(Engine, options.media ?? {}, onEvent);
  const voices = new Voices(engine);
  const flexfec = options.media?.flexfec === false ? 'off' : 'auto';
  const forget = ({ owner, node, trackId }) => voices.remove(owner, `${node} ${trackId}`);
  const pipes = new Pipes(engine, { bus, id, ip: pipeIpOf(options.media ?? {}), log, onGone: forget });

  const open = (peerId, owner, options) => {
    if (peers.has(peerId)) throw new Failure('conflict', `there is a peer ${peerId} already`);
    if (peers.size >= MAX_PEERS) throw new Failure('no-worker', 'the worker has no room for another peer');
    const peer = engine.createPeer(peerId, options);
    peers.set(peerId, { peer, owner });
    return peer;
  };
  const find = (peerId) => {
    const entry = peers.get(peerId);
    if (!entry) throw new Failure('not-found', `there is no peer ${peerId}`);
    return entry.peer;
  };
  const closePeer = ({ peerId }) => {
    const entry = peers.get(peerId);
    if (!peers.delete(peerId)) return;
    entry.peer.close();
    voices.remove(entry.owner, peerId);
  };
  const guard = (code, fn) => {
    try {
      return fn();
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (error.code === 'ERR_SDP' || code === 'bad-sdp') throw new Failure('bad-sdp', error.message);
      throw new Failure(code, error.message);
    }
  };

  const handlers = {
    publish({ peerId, owner, offer, codec, loudest = 0 }) {
      const peer = open(peerId, owner, {
        role: 'publisher',
        affinity: owner, // a room's voices are compared on one media thread
        ...(codec ? { codecs: preferring(codec) } : {}),
      });
      try {
        const { answer, tracks } = guard('bad-sdp', () => peer.acceptOffer(offer));
        voices.add(owner, peerId, tracks, loudest);
        return { answer, tracks };
      } catch (error) {
        closePeer({ peerId });
        throw error;
      }
    },
    renegotiate({ peerId, offer }) {
      const peer = find(peerId);
      const negotiated = guard('bad-sdp', () => peer.acceptOffer(offer));
      voices.add(peers.get(peerId).owner, peerId, negotiated.tracks);
      return negotiated;
    },
    createSubscriber({ peerId, owner }) {
      guard('internal', () => open(peerId, owner, { role: 'subscriber', flexfec }));
    },
    /** Takes subscriptions away and adds others, restarts ICE if so wanted, and makes the offer that says so. */
    updateSubscriber({ peerId, add, remove, restart = false }) {
      const peer = find(peerId);
      if (restart) peer.restartIce();
      for (const subscriptionId of remove) {
        try {
          peer.unsubscribe(subscriptionId);
        } catch (error) {
          log.debug(`unsubscribe ${subscriptionId}: ${error.message}`); // went with its track
        }
      }
      const added = [];
      for (const trackId of add) {
        try {
          added.push({ trackId, subscriptionId: peer.subscribe(trackId) });
        } catch (error) {
          log.warn(`subscribe to ${trackId}: ${error.message}`); // the track has just ended
        }
      }
      const sdp = guard('internal', () => peer.createOffer());
      return { sdp, added, sections: sendingSections(sdp) };
    },
    acceptAnswer({ peerId, sdp }) {
      const peer = find(peerId);
      guard('bad-sdp', () => peer.acceptAnswer(sdp));
    },
    addRemoteCandidate({ peerId, candidate }) {
      const peer = find(peerId);
      guard('bad-request', () => peer.addRemoteCandidate(candidate));
    },
    pause({ peerId, id, paused }) {
      const peer = find(peerId);
      guard('internal', () => peer.pause(id, paused));
    },
    setPriority({ peerId, id, priority }) {
      const peer = find(peerId);
      guard('internal', () => peer.setPriority(id, priority));
    },
    setLayers({ peerId, id, layers }) {
      const peer = find(peerId);
      guard('internal', () => peer.setPreferredLayers(id, layers));
    },
    closePeer,
    closeOwner({ owner }) {
      for (const [peerId, entry] of [...peers]) if (entry.owner === owner) closePeer({ peerId });
      pipes.dropOwner(owner);
    },
    // Between workers.
    connectPipe: (call) => pipes.connectPipe(call),
    sendTrack: (call) => pipes.sendTrack(call),
    stopTrack: (call) => pipes.stopTrack(call),
    /** A room wants a track of another worker here. */
    async bringTrack({ node, trackId, owner, loudest }) {
      const track = await pipes.bring({ node, trackId, owner });
      voices.add(owner, `${node} ${trackId}`, [track], loudest);
      return { id: track.id };
    },
    dropTrack: (call) => pipes.drop(call),
    forgetNode: (call) => pipes.forgetNode(call),
    pipeStats: () => pipes.stats(),
    stats: () => engine.stats(),
    peerStats: ({ peerId }) => find(peerId).getStats(),
  };

  const address = engine
    .candidates()
    .map((candidate) => `${candidate.ip}:${candidate.port}`)
    .join(' ');
  const close = async () => {
    await pipes.close();
    await engine.close();
  };
  return { handlers, address: address.slice(0, 200), close };
}
