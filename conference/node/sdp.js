// The little that the server reads of an SDP text (RFC 8866); the engine does the rest.

const MAX_SECTIONS = 512;

function sectionsOf(sdp) {
  return sdp.split(/\r?\n(?=m=)/).slice(1, MAX_SECTIONS + 1);
}

/** The m-lines on which an offer sends: [{ mid, kind, msid: [stream, track] }]. */
export function sendingSections(sdp) {
  return sectionsOf(sdp)
    .filter((text) => /^a=send(only|recv)\r?$/m.test(text) && !/^m=\S+ 0 /.test(text))
    .map((text) => ({
      kind: /^m=(\S+)/.exec(text)[1],
      mid: /^a=mid:(\S+)/m.exec(text)?.[1] ?? '',
      msid: (/^a=msid:([^\r\n]+)/m.exec(text)?.[1] ?? '').split(' '),
    }));
}

/** The kinds of media that a client's offer wants to send, one for each m-line that is not rejected. */
export function offeredKinds(sdp) {
  return sectionsOf(sdp)
    .filter((text) => !/^m=\S+ 0 /.test(text) && !/^a=(recvonly|inactive)\r?$/m.test(text))
    .map((text) => /^m=(\S+)/.exec(text)[1]);
}
