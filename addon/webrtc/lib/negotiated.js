// What a negotiation left for one section, read out of the descriptions: RTCRtpParameters, and the DTLS role.
'use strict';

const sectionOf = (sdp, mid) =>
  sdp.split(/^(?=m=)/m).find((each) => each.startsWith('m=') && each.includes(`a=mid:${mid}\r\n`));

function codecsIn(section, kind) {
  const fmtp = Object.fromEntries([...section.matchAll(/^a=fmtp:(\d+) (.*)\r$/gm)].map((m) => [m[1], m[2]]));
  return [...section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\/(\d+)(?:\/(\d+))?\r$/gm)].map(
    ([, payloadType, name, clockRate, channels]) => ({
      payloadType: Number(payloadType),
      mimeType: `${kind}/${name}`,
      clockRate: Number(clockRate),
      ...(kind === 'audio' ? { channels: Number(channels ?? 1) } : {}),
      ...(fmtp[payloadType] ? { sdpFmtpLine: fmtp[payloadType] } : {}),
    }),
  );
}

const extensionsIn = (section) =>
  [...section.matchAll(/^a=extmap:(\d+)(?:\/\S+)? (\S+)/gm)].map(([, id, uri]) => ({
    uri,
    id: Number(id),
    encrypted: false,
  }));

/** @returns {{codecs: object[], headerExtensions: object[], rtcp: {cname: string, reducedSize: boolean}}} */
function negotiatedIn(local, remote, { kind, mid }, direction) {
  const none = { codecs: [], headerExtensions: [], rtcp: { cname: '', reducedSize: false } };
  if (!local || !remote || mid === null) return none;
  const [ours, theirs] = [local, remote].map(({ sdp }) => sectionOf(sdp, mid));
  if (!ours || !theirs) return none;
  const uris = new Set(extensionsIn(theirs).map(({ uri }) => uri));
  // We may receive all that we named, and send what both know, under the other side's payload types.
  const known = new Set(codecsIn(ours, kind).map((each) => each.mimeType));
  const codecs =
    direction === 'sending'
      ? codecsIn(theirs, kind).filter(({ mimeType }) => known.has(mimeType))
      : codecsIn(ours, kind);
  return {
    codecs,
    headerExtensions: extensionsIn(ours).filter(({ uri }) => uris.has(uri)),
    rtcp: {
      cname: /^a=ssrc:\d+ cname:(.*)\r$/m.exec(ours)?.[1] ?? '',
      reducedSize: theirs.includes('a=rtcp-rsize\r\n'),
    },
  };
}

/** Of RTCTransportStats: the answerer's a=setup says it. */
function dtlsRoleIn(local, remote) {
  const setup = (description) => /^a=setup:(active|passive)/m.exec(description?.sdp)?.[1];
  if (local?.type === 'answer') return setup(local) === 'active' ? 'client' : 'server';
  if (remote?.type === 'answer') return setup(remote) === 'active' ? 'server' : 'client';
  return 'unknown';
}

module.exports = { dtlsRoleIn, negotiatedIn };
