// RTCSessionDescription and RTCIceCandidate: values.
'use strict';

const kTypes = ['offer', 'pranswer', 'answer', 'rollback'];

class RTCSessionDescription {
  constructor(init) {
    if (!kTypes.includes(init?.type)) throw new TypeError(`not an RTCSdpType: ${init?.type}`);
    this.type = init.type;
    this.sdp = String(init.sdp ?? '');
  }
  toJSON() {
    return { type: this.type, sdp: this.sdp };
  }
}

// RFC 8839 section 5.1: foundation component transport priority address port "typ" type …
const kCandidate =
  /^(?:a=)?candidate:(\S+) (\d+) (\S+) (\d+) (\S+) (\d+) typ (\S+)(?: raddr (\S+) rport (\d+))?/i;

class RTCIceCandidate {
  constructor(init = {}) {
    const sdpMid = init.sdpMid ?? null;
    const sdpMLineIndex = init.sdpMLineIndex ?? null;
    if (sdpMid === null && sdpMLineIndex === null)
      throw new TypeError('sdpMid or sdpMLineIndex must be given');
    const candidate = String(init.candidate ?? '');
    const parts = kCandidate.exec(candidate);
    const protocol = parts?.[3].toLowerCase() ?? null;
    Object.assign(this, {
      candidate,
      sdpMid,
      sdpMLineIndex,
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
      usernameFragment: init.usernameFragment ?? / ufrag (\S+)/.exec(candidate)?.[1] ?? null,
    });
  }
  toJSON() {
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = this;
    return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
  }
}

module.exports = { RTCIceCandidate, RTCSessionDescription };
