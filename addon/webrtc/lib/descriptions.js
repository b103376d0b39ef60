// RTCSessionDescription and RTCIceCandidate: values.
'use strict';

const kTypes = ['offer', 'pranswer', 'answer', 'rollback'];

class RTCSessionDescription {
  constructor(init) {
    if (!kTypes.includes(init?.type)) throw new TypeError(`not an RTCSdpType: ${init?.type}`);
    Object.defineProperties(this, {
      type: { enumerable: true, value: init.type },
      sdp: { enumerable: true, value: String(init.sdp ?? '') },
    });
  }
  toJSON() {
    return { type: this.type, sdp: this.sdp };
  }
}

// RFC 8839 section 5.1: foundation component transport priority address port "typ" type …
const kCandidate =
  /^(?:a=)?candidate:(\S+) (\d+) (\S+) (\d+) (\S+) (\d+) typ (\S+)(?: raddr (\S+) rport (\d+))?/i;

const kRelayProtocols = ['udp', 'tcp', 'tls'];
const kFields = [
  'candidate',
  'sdpMid',
  'sdpMLineIndex',
  'foundation',
  'component',
  'priority',
  'address',
  'protocol',
  'port',
  'type',
  'tcpType',
  'relatedAddress',
  'relatedPort',
  'usernameFragment',
  'relayProtocol',
  'url',
];

/** What a candidate's text says; null where it says nothing. */
function parseCandidate(candidate) {
  const parts = kCandidate.exec(candidate);
  const protocol = parts?.[3].toLowerCase() ?? null;
  return {
    foundation: parts?.[1] ?? null,
    component: parts ? (parts[2] === '1' ? 'rtp' : 'rtcp') : null,
    priority: parts ? Number(parts[4]) : null,
    address: parts?.[5] ?? null,
    protocol: protocol === 'udp' || protocol === 'tcp' ? protocol : null,
    port: parts ? Number(parts[6]) : null,
    type: parts?.[7] ?? null,
    tcpType: / tcptype (\S+)/.exec(candidate)?.[1] ?? null,
    relatedAddress: parts?.[8] ?? null,
    relatedPort: parts?.[9] ? Number(parts[9]) : null,
  };
}

class RTCIceCandidate {
  constructor(init = {}) {
    const { sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = init;
    const { relayProtocol = null, url = null } = init;
    if (sdpMid === null && sdpMLineIndex === null)
      throw new TypeError('sdpMid or sdpMLineIndex must be given');
    const candidate = init.candidate === undefined ? '' : String(init.candidate);
    const values = {
      candidate,
      sdpMid: sdpMid === null ? null : String(sdpMid),
      sdpMLineIndex: sdpMLineIndex === null ? null : Number(sdpMLineIndex) & 0xffff,
      ...parseCandidate(candidate),
      usernameFragment,
      relayProtocol: kRelayProtocols.includes(relayProtocol) ? relayProtocol : null,
      url,
    };
    for (const name of kFields) Object.defineProperty(this, name, { enumerable: true, value: values[name] });
  }
  toJSON() {
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = this;
    return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
  }
}

module.exports = { RTCIceCandidate, RTCSessionDescription };
