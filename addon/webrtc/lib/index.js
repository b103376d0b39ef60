// The module `webrtc`: WebRTC for programs (RTCPeerConnection and what goes with it) and for servers (Engine).
// docs/webrtc-api.md describes both.
'use strict';

const { Engine } = require('./native');
const { RTCError } = require('./errors');
const events = require('./events');
const { RTCIceCandidate, RTCSessionDescription } = require('./descriptions');
const { RTCCertificate } = require('./certificate');
const { RTCPeerConnection } = require('./connection');
const { RTCDataChannel } = require('./data_channel');
const { RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver } = require('./rtp');
const { RTCStatsReport } = require('./stats');
const { MediaStream, MediaStreamTrack } = require('./tracks');
const sources = require('./sources');
const { RTCDtlsTransport, RTCIceTransport, RTCSctpTransport } = require('./transports');

const { RTCErrorEvent, RTCPeerConnectionIceErrorEvent, RTCPeerConnectionIceEvent, RTCTrackEvent } = events;

module.exports = {
  Engine,
  MediaStream,
  MediaStreamTrack,
  MediaStreamTrackEvent: events.MediaStreamTrackEvent,
  RTCCertificate,
  RTCDataChannel,
  RTCDataChannelEvent: events.RTCDataChannelEvent,
  RTCDtlsTransport,
  RTCError,
  RTCErrorEvent,
  RTCIceCandidate,
  RTCIceTransport,
  RTCPeerConnection,
  RTCPeerConnectionIceErrorEvent,
  RTCPeerConnectionIceEvent,
  RTCRtpReceiver,
  RTCRtpSender,
  RTCRtpTransceiver,
  RTCSctpTransport,
  RTCSessionDescription,
  RTCStatsReport,
  RTCTrackEvent,
  ...sources,
};
