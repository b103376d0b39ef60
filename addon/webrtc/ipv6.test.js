'use strict';
// Connections that learn of each other's IPv6 addresses only. Where the machine has none there is nothing to try, and this says so.
const assert = require('node:assert');
const os = require('node:os');
const { join } = require('node:path');
const { test } = require('../../tests/harness');

const onParley = process.versions.parley !== undefined;
const { RTCPeerConnection } = require(onParley ? 'webrtc' : join(__dirname, 'lib'));

const has6 = Object.values(os.networkInterfaces())
  .flat()
  .some(({ family, internal, address }) => family === 'IPv6' && !internal && !/^fe80:/i.test(address));

test('data goes over IPv6', { timeout: 30000 }, async (t) => {
  if (!has6) return console.log('# this machine has no IPv6 address of its own: not tried');
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  t.after(() => {
    a.close();
    b.close();
  });
  for (const [from, to] of [
    [a, b],
    [b, a],
  ]) {
    from.onicecandidate = ({ candidate }) => {
      if (!candidate?.candidate || candidate.address.includes(':'))
        to.addIceCandidate(candidate).catch(() => {});
    };
  }
  const without4 = ({ type, sdp }) => ({
    type,
    sdp: sdp.replace(/^a=candidate:\S+ 1 \S+ \d+ [\d.]+ .*\r\n/gm, ''),
  });
  const channel = a.createDataChannel('six');
  const opened = new Promise((resolve) => (channel.onopen = resolve));
  await a.setLocalDescription();
  await b.setRemoteDescription(without4(a.localDescription));
  await b.setLocalDescription();
  await a.setRemoteDescription(without4(b.localDescription));
  await opened;
  const stats = [...(await a.getStats()).values()];
  for (const type of ['local-candidate', 'remote-candidate'])
    assert.match(stats.find((each) => each.type === type).address, /:/);
});
