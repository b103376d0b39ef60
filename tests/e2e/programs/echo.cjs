'use strict';
// A program with RTCPeerConnection: answers whoever offers (or offers itself), decodes what it gets, and sends it back encoded anew; messages on
// data channels come back as they are, but for "make N", which N bytes answer, and "close". Signalling is JSON, a line each, on
// standard input and output.
//   {"codecs": ["video/VP8"]}   optional, first: what to prefer, of each kind that is named
//   {"offer": "audio"}          offers to send and to receive instead of answering
const { createInterface } = require('node:readline');
const { join } = require('node:path');
const onParley = process.versions.parley !== undefined;
const webrtc = require(onParley ? 'webrtc' : join(__dirname, '../../../addon/webrtc'));

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const pc = new webrtc.RTCPeerConnection();
const back = { video: new webrtc.VideoSource(), audio: new webrtc.AudioSource() };
const counts = { pictures: 0, samples: 0, loudest: 0 };
let preferred = [];

function prefer(transceiver) {
  const { codecs } = webrtc.RTCRtpReceiver.getCapabilities(transceiver.receiver.track.kind);
  const named = preferred.flatMap((name) => codecs.filter(({ mimeType }) => mimeType === name));
  if (named.length > 0) transceiver.setCodecPreferences(named);
}

pc.onconnectionstatechange = () => say({ state: pc.connectionState });
pc.onicecandidate = ({ candidate }) => say({ candidate: candidate?.toJSON() ?? null });
pc.ondatachannel = ({ channel }) => {
  channel.binaryType = 'arraybuffer';
  const { label, protocol, ordered, maxRetransmits, maxPacketLifeTime } = channel;
  say({ channel: { label, protocol, ordered, maxRetransmits, maxPacketLifeTime } });
  channel.onclose = () => say({ closed: label });
  channel.onmessage = ({ data }) => {
    const [, bytes] = /^make (\d+)$/.exec(data) ?? [];
    if (bytes) channel.send(Buffer.alloc(Number(bytes), 7));
    else if (data === 'close') channel.close();
    else channel.send(data);
  };
};
pc.ontrack = ({ track, transceiver }) => {
  transceiver.direction = 'sendrecv';
  prefer(transceiver);
  if (track.kind === 'video') {
    new webrtc.VideoSink(track, ({ width, height, data }) => {
      counts.pictures++;
      counts.size = `${width}x${height}`;
      back.video.onFrame({ width, height, data });
    });
  } else {
    new webrtc.AudioSink(track, ({ samples }) => {
      counts.samples += samples.length;
      for (const each of samples) counts.loudest = Math.max(counts.loudest, Math.abs(each));
      back.audio.onData({ samples });
    });
  }
  transceiver.sender.replaceTrack(back[track.kind].createTrack());
};

async function receive({ description, candidate, codecs, offer, ask }) {
  if (codecs) preferred = codecs;
  if (offer) {
    prefer(pc.addTransceiver(offer));
    await pc.setLocalDescription();
    say({ description: pc.localDescription });
  }
  if (description) {
    await pc.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    await pc.setLocalDescription();
    say({ description: pc.localDescription });
  }
  if (candidate !== undefined) await pc.addIceCandidate(candidate ?? undefined);
  if (ask === 'counts') say({ counts });
  if (ask === 'stats') say({ stats: [...(await pc.getStats()).values()] });
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) =>
  receive(JSON.parse(line)).catch((error) => say({ error: String(error.stack ?? error) })),
);
lines.on('close', () => pc.close());
