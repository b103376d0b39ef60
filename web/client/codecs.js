// How a track is sent: with which codec, and in which layers. The server takes one codec of those that the offer has, so a client that
// wants a certain one offers no other (docs/protocol.md, "Publishing").

// Formats that go with every codec (RFC 4588, RFC 2198, ULPFEC, FlexFEC) and are no choice of their own.
const COMPANIONS = /\/(rtx|red|ulpfec|flexfec-03|CN|telephone-event)$/i;

/** Three encodings of the one picture (RFC 8853), the smallest first. */
const SIMULCAST = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

const capabilitiesOf = (kind) => RTCRtpSender.getCapabilities?.(kind)?.codecs ?? [];

/** The browser's formats with `codec` first among those of its kind and no other; empty when it has none of that name. */
function formatsFor(kind, codec) {
  const all = capabilitiesOf(kind);
  const wanted = all.filter((c) => c.mimeType.toLowerCase() === `${kind}/${codec}`.toLowerCase());
  if (wanted.length === 0) return [];
  return [...wanted, ...all.filter((c) => COMPANIONS.test(c.mimeType))];
}

/** Opus with RED before it (RFC 2198): each packet carries the one before again. */
function redundantFormats() {
  const all = capabilitiesOf('audio');
  const red = all.filter((c) => /\/red$/i.test(c.mimeType));
  return red.length === 0 ? [] : [...red, ...all.filter((c) => !red.includes(c))];
}

/**
 * Adds a track to a publishing connection.
 * @param {{codec?: string, layers?: string, redundantAudio?: boolean}} options `codec` of video: 'VP8', 'VP9', 'H264', 'AV1', the
 *   server's choice without it; `layers`: 'simulcast', or an SVC mode of VP9 or AV1 such as 'L3T3_KEY' (W3C webrtc-svc); one layer
 *   without it; `redundantAudio`: RED where the browser has it
 */
export function arrange(connection, track, stream, { codec, layers, redundantAudio }) {
  const init = { direction: 'sendonly', streams: [stream] };
  if (track.kind === 'video' && layers === 'simulcast') init.sendEncodings = SIMULCAST.map((e) => ({ ...e }));
  else if (track.kind === 'video' && layers) init.sendEncodings = [{ scalabilityMode: layers }];
  const transceiver = connection.addTransceiver(track, init);
  const formats =
    track.kind === 'video'
      ? codec
        ? formatsFor('video', codec)
        : []
      : redundantAudio
        ? redundantFormats()
        : [];
  if (formats.length > 0) transceiver.setCodecPreferences(formats);
  return transceiver;
}
