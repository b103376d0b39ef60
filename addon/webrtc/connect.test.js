'use strict';
// Two RTCPeerConnections of one program that find each other: full ICE on both sides, by trickled candidates.
const assert = require('node:assert');
const { join } = require('node:path');
const { test } = require('../../tests/harness');

const onParley = process.versions.parley !== undefined;
const { RTCPeerConnection, RtpSource } = require(onParley ? 'webrtc' : join(__dirname, 'lib'));

/** Resolves as soon as the connection is in the state; rejects when it fails. */
function reached(pc, state) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (pc.connectionState === state) resolve();
      else if (pc.connectionState === 'failed') reject(new Error('the connection failed'));
    };
    pc.addEventListener('connectionstatechange', look);
    look();
  });
}

/** Carries candidates to the other connection once it has a description. */
function trickle(from, to) {
  const waiting = [];
  let open = false;
  from.addEventListener('icecandidate', ({ candidate }) => {
    if (open) to.addIceCandidate(candidate);
    else waiting.push(candidate);
  });
  return () => {
    open = true;
    for (const candidate of waiting.splice(0)) to.addIceCandidate(candidate);
  };
}

async function negotiate(from, to) {
  await from.setLocalDescription();
  await to.setRemoteDescription(from.localDescription);
  await to.setLocalDescription();
  await from.setRemoteDescription(to.localDescription);
}

test('two connections of one program connect, and connect again after an ICE restart', async (t) => {
  const a = new RTCPeerConnection();
  const b = new RTCPeerConnection();
  t.after(() => a.close());
  t.after(() => b.close());
  a.addTrack(new RtpSource('video').createTrack());
  const open = [trickle(a, b), trickle(b, a)];
  await negotiate(a, b);
  open.forEach((each) => each());
  await Promise.all([reached(a, 'connected'), reached(b, 'connected')]);

  a.restartIce();
  await negotiate(a, b);
  await Promise.all([reached(a, 'connected'), reached(b, 'connected')]);
  assert.strictEqual(a.signalingState, 'stable');
});
