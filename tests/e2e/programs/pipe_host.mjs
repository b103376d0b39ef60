// One of two machines with a pipe between them: an engine of several media threads, told in lines of JSON what to do, and telling what
// happens. What it publishes comes from a connection of the program itself, and so does who watches.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const onParley = process.versions.parley !== undefined;
const require = createRequire(import.meta.url);
const { Engine, RTCPeerConnection, RtpSink, RtpSource } = require(
  onParley ? 'webrtc' : '../../../addon/webrtc',
);

const FRAME_MS = 33;
const say = (message) => console.log(JSON.stringify(message));
let engine;
let pipe;

/** Key frames of VP8, one packet each, for ever. */
function feed(source) {
  let n = 0;
  setInterval(() => {
    const packet = Buffer.alloc(12 + 1000);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(0x80, 1);
    packet.writeUInt32BE(n++ * 3000, 4);
    packet.set([0x10, 0, 0, 0], 12);
    source.send(packet);
  }, FRAME_MS);
}

async function publish() {
  const pc = new RTCPeerConnection();
  const source = new RtpSource('video');
  pc.addTrack(source.createTrack());
  await pc.setLocalDescription();
  const peer = engine.createPeer('publisher', { role: 'publisher' });
  const { answer, tracks } = peer.acceptOffer(pc.localDescription.sdp);
  await pc.setRemoteDescription({ type: 'answer', sdp: answer });
  feed(source);
  return tracks[0].id;
}

async function watch(trackId, id) {
  const peer = engine.createPeer(id, { role: 'subscriber' });
  peer.subscribe(trackId);
  const pc = new RTCPeerConnection();
  pc.ontrack = ({ track }) => {
    let frames = 0;
    new RtpSink(track, (packets) => {
      frames += packets.length;
      say({ frames, id });
    });
  };
  await pc.setRemoteDescription({ type: 'offer', sdp: peer.createOffer() });
  await pc.setLocalDescription();
  peer.acceptAnswer(pc.localDescription.sdp);
}

const commands = {
  open({ ip, announced }) {
    const onEvent = (type, _, payload) => type === 'pipe-state' && say({ state: payload });
    engine = new Engine({ bindings: [{ ip, port: 0, announcedIps: announced }], threads: 2 }, onEvent);
    pipe = engine.createPipe();
    return { opened: { port: engine.bindings()[0].port, key: pipe.key } };
  },
  connect({ remote }) {
    pipe.connect(remote);
  },
  async publish() {
    return { description: pipe.send(await publish()) };
  },
  async receive({ description, watchers }) {
    const { id } = pipe.receive(description);
    await Promise.all(watchers.map((name) => watch(id, name)));
  },
  async stats() {
    return { stats: await pipe.getStats() };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line);
  try {
    const answer = await commands[command](parameters);
    if (answer) say(answer);
  } catch (error) {
    say({ error: `${command}: ${error.message}` });
  }
}
process.exit(0);
