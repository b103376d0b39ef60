// Types of the module `webrtc` for servers (docs/webrtc-api.md).

import type { MediaKind, RTCDataChannelInit } from './connection';

export interface Address {
  ip: string;
  port: number;
}
export interface EngineBinding {
  ip: string;
  port?: number;
  announcedIp?: string;
  announcedIps?: string[];
}
export type VideoCodec = 'VP8' | 'VP9' | 'H264' | 'AV1' | 'H265';
export interface EngineOptions {
  bindings: EngineBinding[];
  udp?: boolean;
  tcp?: boolean;
  maxMessageSize?: number;
  threads?: number;
}
export interface Layers {
  spatial: number;
  temporal: number;
}
/** What an engine tells: arguments of its callback, by type. */
export interface EngineEvents {
  state: 'checking' | 'connected' | 'disconnected' | 'failed' | 'closed';
  'track-active': { trackId: string };
  'track-inactive': { trackId: string };
  'data-channel': DataChannel;
  'layers-changed': Layers & { subscriptionId: string };
  'dominant-speaker': { trackId: string };
  'active-speakers': { trackIds: string[] };
  'pipe-state': 'connected' | 'disconnected';
}
export type EngineListener = <Type extends keyof EngineEvents>(
  type: Type,
  id: string,
  payload: EngineEvents[Type],
  reason: string,
) => void;
export interface Track {
  id: string;
  kind: MediaKind;
  mid: string;
  codec: string;
}
export interface EncodingStats {
  rid: string;
  ssrc: number;
  /** Of its retransmissions; 0: none, or not known yet. */
  rtxSsrc: number;
  active: boolean;
  packetsReceived: number;
  bytesReceived: number;
  packetsDuplicated: number;
  packetsRecovered: number;
  packetsLost: number;
  jitter: number;
  bitrate: number;
  nackCount: number;
  pliCount: number;
  keyFrames: number;
}
export interface TrackStats extends Omit<EncodingStats, 'rid' | 'ssrc' | 'rtxSsrc' | 'bitrate'> {
  id: string;
  kind: MediaKind;
  /** To the publisher, the latest; 0: not known. */
  roundTripTime: number;
  totalRoundTripTime: number;
  roundTripTimeMeasurements: number;
  subscriptions: number;
  encodings: EncodingStats[];
}
export interface SubscriptionStats {
  id: string;
  trackId: string;
  paused: boolean;
  waitingForKeyFrame: boolean;
  packetsSent: number;
  bytesSent: number;
  retransmittedPacketsSent: number;
  fecPacketsSent: number;
  fecBytesSent: number;
  probePacketsSent: number;
  nackCount: number;
  pliCount: number;
  fractionLost: number;
  packetsLost: number;
  /** The latest; 0: not known. */
  roundTripTime: number;
  totalRoundTripTime: number;
  roundTripTimeMeasurements: number;
  layers: Layers;
  preferredLayers: Layers;
  priority: number;
  allowedLayers: Layers | null;
}
/** Rates in bit/s, times in seconds. */
export interface SendingStats {
  availableOutgoingBitrate: number;
  targetBitrate: number;
  wantedBitrate: number;
  acknowledgedBitrate: number;
  lossRatio: number;
  currentRoundTripTime: number;
  queueDelay: number;
  probes: number;
  decreases: number;
  outages: number;
  pacerPackets: number;
  pacerBytes: number;
  pacerDelay: number;
  packetsPaced: number;
  packetsRefused: number;
}
export interface PeerStats {
  state: string;
  remoteAddress: string;
  failure: string;
  packetsReceived: number;
  bytesReceived: number;
  packetsRefused: number;
  packetsSent: number;
  bytesSent: number;
  sending?: SendingStats;
  tracks: TrackStats[];
  subscriptions: SubscriptionStats[];
}
export interface EngineStats {
  peers: number;
  tracks: number;
  bufferedPackets: number;
  unknownSource: number;
  refusedChecks: number;
  datagramsReceived: number;
  bytesReceived: number;
  datagramsSent: number;
  bytesSent: number;
  datagramsDropped: number;
  eventsDropped: number;
}
export interface PipeStats {
  state: 'new' | 'connected' | 'disconnected';
  packetsReceived: number;
  packetsRefused: number;
  packetsSent: number;
  bytesSent: number;
  availableBitrate: number;
  allocatedBitrate: number;
}

export class Engine {
  constructor(options: EngineOptions, onEvent: EngineListener);
  bindings(): Address[];
  candidates(): Address[];
  createPeer(
    id: string,
    options: {
      role: 'publisher' | 'subscriber';
      codecs?: VideoCodec[];
      affinity?: string;
      flexfec?: 'auto' | 'off';
    },
  ): Peer;
  createPipe(): Pipe;
  createAudioGroup(options?: { forwarded?: number }): string;
  addToAudioGroup(groupId: string, trackId: string): void;
  removeFromAudioGroup(groupId: string, trackId: string): void;
  closeAudioGroup(groupId: string): void;
  stats(): Promise<EngineStats>;
  close(): Promise<void>;
}
/** One connection of an engine. */
export interface Peer {
  readonly id: string;
  readonly engine: Engine;
  acceptOffer(sdp: string): { answer: string; tracks: Track[] };
  createOffer(): string;
  acceptAnswer(sdp: string): { refused: { subscriptionId: string; reason: string }[] };
  addRemoteCandidate(candidate: string): void;
  subscribe(trackId: string): string;
  unsubscribe(subscriptionId: string): void;
  pause(trackOrSubscriptionId: string, paused: boolean): void;
  setPreferredLayers(subscriptionId: string, layers: Partial<Layers>): void;
  setPriority(subscriptionId: string, priority: number): void;
  requestKeyFrame(trackId: string): void;
  restartIce(): void;
  createDataChannel(label: string, options?: RTCDataChannelInit): DataChannel;
  getStats(): Promise<PeerStats>;
  close(): void;
}
/** One end of a way to another engine. */
export interface Pipe {
  readonly id: string;
  readonly key: string;
  readonly engine: Engine;
  connect(remote: Address & { key: string }): void;
  send(trackId: string): string;
  receive(description: string, options?: { affinity?: string }): Track;
  stopSending(trackId: string): void;
  stopReceiving(trackId: string): void;
  getStats(): Promise<PipeStats>;
  close(): void;
}
/** A data channel of a Peer. */
export interface DataChannel {
  readonly label: string;
  readonly protocol: string;
  readonly id: number | null;
  readonly ordered: boolean;
  readonly maxRetransmits: number | null;
  readonly maxPacketLifeTime: number | null;
  readonly negotiated: boolean;
  readonly readyState: 'connecting' | 'open' | 'closing' | 'closed';
  /** Bytes that wait to be sent. It falls between tasks of the program, never within one. */
  readonly bufferedAmount: number;
  /** Each fall of bufferedAmount from above it to it or below is one onbufferedamountlow. */
  bufferedAmountLowThreshold: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null;
  onbufferedamountlow: (() => void) | null;
  onclosing: (() => void) | null;
  onclose: (() => void) | null;
  send(data: string | ArrayBuffer | ArrayBufferView): void;
  close(): void;
}
