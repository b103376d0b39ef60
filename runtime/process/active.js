// What keeps the process alive (Node doc: process.getActiveResourcesInfo; _getActiveHandles and _getActiveRequests, which
// programs use though no document has them).
'use strict';

const binding = internalBinding('process');

// Kinds of asynchronous resources (async_hooks) whose class is not that in capitals.
const kNames = {
  FSEVENTWRAP: 'FSEventWrap',
  FSREQCALLBACK: 'FSReqCallback',
  FSREQPROMISE: 'FSReqPromise',
  GETADDRINFOREQWRAP: 'GetAddrInfoReqWrap',
  GETNAMEINFOREQWRAP: 'GetNameInfoReqWrap',
  PIPECONNECTWRAP: 'PipeConnectWrap',
  PIPESERVERWRAP: 'PipeWrap',
  PIPEWRAP: 'PipeWrap',
  PROCESSWRAP: 'ProcessWrap',
  SHUTDOWNWRAP: 'ShutdownWrap',
  SIGNALWRAP: 'SignalWrap',
  STATWATCHER: 'StatWatcher',
  TCPCONNECTWRAP: 'TCPConnectWrap',
  TCPSERVERWRAP: 'TCPServerWrap',
  TCPWRAP: 'TCPSocketWrap',
  TTYWRAP: 'TTYWrap',
  UDPWRAP: 'UDPWrap',
  WRITEWRAP: 'WriteWrap',
};

// Of a list kind, object, kind, object...
const kinds = (pairs) => pairs.filter((_, i) => i % 2 === 0).map((kind) => kNames[kind] ?? kind);
const objects = (pairs) => pairs.filter((_, i) => i % 2 === 1);

function getActiveResourcesInfo() {
  const { timeouts, immediates } = require('internal/timers').countActive();
  return [
    ...kinds(binding.activeRequests()),
    ...kinds(binding.activeHandles()),
    ...Array(timeouts).fill('Timeout'),
    ...Array(immediates).fill('Immediate'),
  ];
}

function _getActiveHandles() {
  const { kOwner } = require('internal/net/symbols');
  return objects(binding.activeHandles()).map((handle) => handle[kOwner] ?? handle);
}

function _getActiveRequests() {
  return objects(binding.activeRequests());
}

module.exports = {
  getActiveResourcesInfo,
  _getActiveHandles,
  _getActiveRequests,
  activeHandleKinds: () => kinds(binding.activeHandles()),
};
