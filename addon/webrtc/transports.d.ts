// Types of the module `webrtc`: what media and data travel on.

import type { RTCIceCandidate, RTCIceGatheringState } from './connection';

export type RTCIceTransportState =
  'new' | 'checking' | 'connected' | 'completed' | 'disconnected' | 'failed' | 'closed';
export interface RTCIceParameters {
  usernameFragment: string;
  password: string;
}
export interface RTCIceCandidatePair {
  readonly local: RTCIceCandidate;
  readonly remote: RTCIceCandidate;
}
export class RTCIceTransport extends EventTarget {
  private constructor();
  readonly role: 'unknown' | 'controlling' | 'controlled';
  readonly component: 'rtp';
  readonly state: RTCIceTransportState;
  readonly gatheringState: RTCIceGatheringState;
  getLocalCandidates(): RTCIceCandidate[];
  getRemoteCandidates(): RTCIceCandidate[];
  getSelectedCandidatePair(): RTCIceCandidatePair | null;
  getLocalParameters(): RTCIceParameters | null;
  getRemoteParameters(): RTCIceParameters | null;
  onstatechange: ((event: Event) => void) | null;
  ongatheringstatechange: ((event: Event) => void) | null;
  onselectedcandidatepairchange: ((event: Event) => void) | null;
}
export class RTCDtlsTransport extends EventTarget {
  private constructor();
  readonly iceTransport: RTCIceTransport;
  readonly state: 'new' | 'connecting' | 'connected' | 'closed' | 'failed';
  getRemoteCertificates(): ArrayBuffer[];
  onstatechange: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
}
export class RTCSctpTransport extends EventTarget {
  private constructor();
  readonly transport: RTCDtlsTransport;
  readonly state: 'connecting' | 'connected' | 'closed';
  readonly maxMessageSize: number;
  readonly maxChannels: number | null;
  onstatechange: ((event: Event) => void) | null;
}
