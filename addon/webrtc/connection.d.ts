// Types of the module `webrtc` for programs. The W3C classes have the shape of TypeScript's DOM library, as far as they are implemented
// (docs/webrtc-api.md); programs without that library need no other.

import type { Engine } from './engine';
import type { RTCDtlsTransport, RTCSctpTransport } from './transports';

export type MediaKind = 'audio' | 'video';
export type RTCSdpType = 'offer' | 'pranswer' | 'answer' | 'rollback';
export type RTCSignalingState =
  | 'stable'
  | 'have-local-offer'
  | 'have-remote-offer'
  | 'have-local-pranswer'
  | 'have-remote-pranswer'
  | 'closed';
export type RTCPeerConnectionState =
  'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
export type RTCIceConnectionState =
  'new' | 'checking' | 'connected' | 'completed' | 'disconnected' | 'failed' | 'closed';
export type RTCIceGatheringState = 'new' | 'gathering' | 'complete';
export type RTCRtpTransceiverDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' | 'stopped';

export interface RTCIceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}
export interface RTCConfiguration {
  iceServers?: RTCIceServer[];
  iceTransportPolicy?: 'all' | 'relay';
  bundlePolicy?: 'balanced' | 'max-compat' | 'max-bundle';
  rtcpMuxPolicy?: 'require';
  iceCandidatePoolSize?: number;
  certificates?: RTCCertificate[];
}
/** ECDSA on P-256. */
export class RTCCertificate {
  private constructor();
  /** Milliseconds since 1970. */
  readonly expires: number;
  getFingerprints(): { algorithm: string; value: string }[];
}
export interface RTCSessionDescriptionInit {
  type: RTCSdpType;
  sdp?: string;
}
export interface RTCLocalSessionDescriptionInit {
  type?: RTCSdpType;
  sdp?: string;
}
export class RTCSessionDescription {
  constructor(init: RTCSessionDescriptionInit);
  readonly type: RTCSdpType;
  readonly sdp: string;
  toJSON(): { type: RTCSdpType; sdp: string };
}
export interface RTCIceCandidateInit {
  candidate?: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
  usernameFragment?: string | null;
}
export class RTCIceCandidate {
  constructor(init: RTCIceCandidateInit);
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly foundation: string | null;
  readonly component: 'rtp' | 'rtcp' | null;
  readonly priority: number | null;
  readonly address: string | null;
  readonly protocol: 'udp' | 'tcp' | null;
  readonly port: number | null;
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay' | null;
  readonly tcpType: string | null;
  readonly relatedAddress: string | null;
  readonly relatedPort: number | null;
  readonly usernameFragment: string | null;
  toJSON(): RTCIceCandidateInit;
}

export class MediaStreamTrack extends EventTarget {
  private constructor();
  readonly kind: MediaKind;
  readonly id: string;
  readonly label: string;
  readonly muted: boolean;
  readonly readyState: 'live' | 'ended';
  enabled: boolean;
  contentHint: string;
  clone(): MediaStreamTrack;
  stop(): void;
  onmute: ((event: Event) => void) | null;
  onunmute: ((event: Event) => void) | null;
  onended: ((event: Event) => void) | null;
}
export class MediaStream extends EventTarget {
  constructor(from?: MediaStream | MediaStreamTrack[]);
  readonly id: string;
  readonly active: boolean;
  getTracks(): MediaStreamTrack[];
  getAudioTracks(): MediaStreamTrack[];
  getVideoTracks(): MediaStreamTrack[];
  getTrackById(id: string): MediaStreamTrack | null;
  addTrack(track: MediaStreamTrack): void;
  removeTrack(track: MediaStreamTrack): void;
  clone(): MediaStream;
  onaddtrack: ((event: MediaStreamTrackEvent) => void) | null;
  onremovetrack: ((event: MediaStreamTrackEvent) => void) | null;
}
export class MediaStreamTrackEvent extends Event {
  readonly track: MediaStreamTrack;
}

export interface RTCRtpCodec {
  mimeType: string;
  clockRate: number;
  channels?: number;
  sdpFmtpLine?: string;
}
export interface RTCRtpCodecParameters extends RTCRtpCodec {
  payloadType: number;
}
export interface RTCRtpCapabilities {
  codecs: RTCRtpCodec[];
  headerExtensions: { uri: string }[];
}
export interface RTCRtpEncodingParameters {
  rid?: string;
  active?: boolean;
  maxBitrate?: number;
  maxFramerate?: number;
  scaleResolutionDownBy?: number;
  priority?: RTCPriorityType;
  networkPriority?: RTCPriorityType;
  codec?: RTCRtpCodec;
}
export type RTCPriorityType = 'very-low' | 'low' | 'medium' | 'high';
export interface RTCSetParameterOptions {
  encodingOptions?: { keyFrame?: boolean }[];
}
export interface RTCRtpSendParameters {
  transactionId: string;
  encodings: RTCRtpEncodingParameters[];
  codecs: RTCRtpCodecParameters[];
  headerExtensions: { uri: string; id: number }[];
  rtcp: { cname?: string; reducedSize?: boolean };
}
export interface RTCRtpReceiveParameters {
  codecs: RTCRtpCodecParameters[];
  headerExtensions: { uri: string; id: number }[];
  rtcp: { cname?: string; reducedSize?: boolean };
}
export class RTCRtpSender {
  private constructor();
  static getCapabilities(kind: string): RTCRtpCapabilities | null;
  readonly track: MediaStreamTrack | null;
  readonly transport: RTCDtlsTransport | null;
  replaceTrack(track: MediaStreamTrack | null): Promise<void>;
  setStreams(...streams: MediaStream[]): void;
  getParameters(): RTCRtpSendParameters;
  setParameters(parameters: RTCRtpSendParameters, options?: RTCSetParameterOptions): Promise<void>;
  getStats(): Promise<RTCStatsReport>;
}
export class RTCRtpReceiver {
  private constructor();
  static getCapabilities(kind: string): RTCRtpCapabilities | null;
  readonly track: MediaStreamTrack;
  readonly transport: RTCDtlsTransport | null;
  getParameters(): RTCRtpReceiveParameters;
  getStats(): Promise<RTCStatsReport>;
}
export class RTCRtpTransceiver {
  private constructor();
  readonly mid: string | null;
  readonly sender: RTCRtpSender;
  readonly receiver: RTCRtpReceiver;
  direction: RTCRtpTransceiverDirection;
  readonly currentDirection: RTCRtpTransceiverDirection | null;
  stop(): void;
  setCodecPreferences(codecs: RTCRtpCodec[]): void;
}
export interface RTCRtpTransceiverInit {
  direction?: Exclude<RTCRtpTransceiverDirection, 'stopped'>;
  streams?: MediaStream[];
  sendEncodings?: RTCRtpEncodingParameters[];
}
export interface RTCStats {
  id: string;
  timestamp: number;
  type: string;
  [name: string]: unknown;
}
export class RTCStatsReport implements Iterable<[string, RTCStats]> {
  private constructor();
  readonly size: number;
  get(id: string): RTCStats | undefined;
  has(id: string): boolean;
  keys(): IterableIterator<string>;
  values(): IterableIterator<RTCStats>;
  entries(): IterableIterator<[string, RTCStats]>;
  forEach(callback: (value: RTCStats, id: string, report: RTCStatsReport) => void): void;
  [Symbol.iterator](): IterableIterator<[string, RTCStats]>;
}
export class RTCTrackEvent extends Event {
  readonly receiver: RTCRtpReceiver;
  readonly track: MediaStreamTrack;
  readonly streams: readonly MediaStream[];
  readonly transceiver: RTCRtpTransceiver;
}
export class RTCPeerConnectionIceEvent extends Event {
  readonly candidate: RTCIceCandidate | null;
  readonly url: string | null;
}
export class RTCPeerConnectionIceErrorEvent extends Event {
  constructor(
    type: string,
    init: { address?: string; port?: number; url?: string; errorCode: number; errorText?: string },
  );
  readonly address: string | null;
  readonly port: number | null;
  readonly url: string;
  readonly errorCode: number;
  readonly errorText: string;
}
export class RTCErrorEvent extends Event {
  constructor(type: string, init: { error: RTCError });
  readonly error: RTCError;
}
export class RTCError extends Error {
  constructor(init: { errorDetail: string; sdpLineNumber?: number }, message?: string);
  readonly errorDetail: string;
  readonly sdpLineNumber: number | null;
}

export interface RTCDataChannelInit {
  ordered?: boolean;
  maxPacketLifeTime?: number;
  maxRetransmits?: number;
  protocol?: string;
  negotiated?: boolean;
  id?: number;
}
export class RTCDataChannel extends EventTarget {
  private constructor();
  readonly label: string;
  readonly ordered: boolean;
  readonly maxPacketLifeTime: number | null;
  readonly maxRetransmits: number | null;
  readonly protocol: string;
  readonly negotiated: boolean;
  readonly id: number | null;
  readonly readyState: 'connecting' | 'open' | 'closing' | 'closed';
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  binaryType: 'blob' | 'arraybuffer';
  send(data: string | Blob | ArrayBuffer | ArrayBufferView): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: Event & { data: any }) => void) | null;
  onbufferedamountlow: ((event: Event) => void) | null;
  onerror: ((event: RTCErrorEvent) => void) | null;
  onclosing: ((event: Event) => void) | null;
  onclose: ((event: Event) => void) | null;
}
export class RTCDataChannelEvent extends Event {
  readonly channel: RTCDataChannel;
}

export class RTCPeerConnection extends EventTarget {
  /** `expires`: how long it holds, in milliseconds (30 days; a year at most). */
  static generateCertificate(algorithm: {
    name: 'ECDSA';
    namedCurve: 'P-256';
    expires?: number;
  }): Promise<RTCCertificate>;
  /** `engine`: shared with other connections and peers, instead of one of its own; not for two that meet each other. */
  constructor(configuration?: RTCConfiguration, options?: { engine?: Engine; affinity?: string });
  readonly signalingState: RTCSignalingState;
  readonly connectionState: RTCPeerConnectionState;
  readonly iceConnectionState: RTCIceConnectionState;
  readonly iceGatheringState: RTCIceGatheringState;
  readonly canTrickleIceCandidates: boolean | null;
  readonly sctp: RTCSctpTransport | null;
  readonly localDescription: RTCSessionDescription | null;
  readonly currentLocalDescription: RTCSessionDescription | null;
  readonly pendingLocalDescription: RTCSessionDescription | null;
  readonly remoteDescription: RTCSessionDescription | null;
  readonly currentRemoteDescription: RTCSessionDescription | null;
  readonly pendingRemoteDescription: RTCSessionDescription | null;
  createOffer(options?: {
    iceRestart?: boolean;
    offerToReceiveAudio?: boolean;
    offerToReceiveVideo?: boolean;
  }): Promise<{ type: 'offer'; sdp: string }>;
  createAnswer(): Promise<{ type: 'answer'; sdp: string }>;
  setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void>;
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
  addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void>;
  restartIce(): void;
  getConfiguration(): RTCConfiguration;
  /** Other servers and another iceTransportPolicy are for the next gathering: the next offer restarts ICE. */
  setConfiguration(configuration: RTCConfiguration): void;
  addTrack(track: MediaStreamTrack, ...streams: MediaStream[]): RTCRtpSender;
  removeTrack(sender: RTCRtpSender): void;
  addTransceiver(trackOrKind: MediaStreamTrack | MediaKind, init?: RTCRtpTransceiverInit): RTCRtpTransceiver;
  getTransceivers(): RTCRtpTransceiver[];
  getSenders(): RTCRtpSender[];
  getReceivers(): RTCRtpReceiver[];
  createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel;
  getStats(selector?: MediaStreamTrack | null): Promise<RTCStatsReport>;
  close(): void;
  onnegotiationneeded: ((event: Event) => void) | null;
  onicecandidate: ((event: RTCPeerConnectionIceEvent) => void) | null;
  onicecandidateerror: ((event: RTCPeerConnectionIceErrorEvent) => void) | null;
  onsignalingstatechange: ((event: Event) => void) | null;
  oniceconnectionstatechange: ((event: Event) => void) | null;
  onicegatheringstatechange: ((event: Event) => void) | null;
  onconnectionstatechange: ((event: Event) => void) | null;
  ontrack: ((event: RTCTrackEvent) => void) | null;
  ondatachannel: ((event: RTCDataChannelEvent) => void) | null;
}

/** What feeds tracks. `keyframewanted` tells an RtpSource that somebody who watches needs a key frame. */
declare class Source extends EventTarget {
  readonly kind: MediaKind;
  createTrack(): MediaStreamTrack;
  /** Ends all its tracks. */
  close(): void;
  onstop: ((event: Event) => void) | null;
  onkeyframewanted: ((event: Event & { encoding: number }) => void) | null;
}
export class VideoSource extends Source {
  constructor();
  /** I420 without padding; the timestamp in microseconds. False: nobody takes it now. */
  onFrame(frame: { width: number; height: number; data: Uint8Array; timestamp?: number }): boolean;
}
export class AudioSource extends Source {
  constructor();
  /** 48 kHz, channels interleaved. */
  onData(data: { samples: Int16Array; channels?: 1 | 2 }): boolean;
}
export class RtpSource extends Source {
  constructor(kind: MediaKind);
  send(packet: Uint8Array, encoding?: number): boolean;
}
declare class Sink {
  requestKeyFrame(): void;
  close(): void;
}
export class VideoSink extends Sink {
  constructor(
    track: MediaStreamTrack,
    onFrame: (frame: { width: number; height: number; data: Uint8Array; rtpTimestamp: number }) => void,
  );
}
export class AudioSink extends Sink {
  constructor(
    track: MediaStreamTrack,
    onData: (data: { samples: Int16Array; channels: number; sampleRate: 48000 }) => void,
    options?: { channels?: 1 | 2 },
  );
}
export class RtpSink extends Sink {
  constructor(track: MediaStreamTrack, onPackets: (packets: Uint8Array[]) => void);
}

// --- For servers: docs/webrtc-api.md.
