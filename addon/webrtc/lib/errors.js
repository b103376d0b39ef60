// Native errors, whose `code` is a DOMException's name, as W3C's exceptions.
'use strict';

const kDetails = [
  'data-channel-failure',
  'dtls-failure',
  'fingerprint-failure',
  'sctp-failure',
  'sdp-syntax-error',
  'hardware-encoder-not-available',
  'hardware-encoder-error',
];

/** https://www.w3.org/TR/webrtc/#rtcerror-interface */
class RTCError extends DOMException {
  constructor(init, message = '') {
    if (!kDetails.includes(init?.errorDetail))
      throw new TypeError(`not an RTCErrorDetailType: ${init?.errorDetail}`);
    super(message, 'OperationError');
    for (const name of ['errorDetail', 'sdpLineNumber', 'sctpCauseCode', 'receivedAlert', 'sentAlert'])
      Object.defineProperty(this, name, { enumerable: true, value: init[name] ?? null });
  }
}

const names = new Set([
  'InvalidStateError',
  'InvalidAccessError',
  'InvalidModificationError',
  'OperationError',
  'NotSupportedError',
]);

function translate(error) {
  if (error?.code === 'RTCError')
    return new RTCError(
      { errorDetail: 'sdp-syntax-error', sdpLineNumber: error.sdpLineNumber },
      error.message,
    );
  if (names.has(error?.code)) return new DOMException(error.message, error.code);
  if (error?.code === 'ERR_NO_PEER' || error?.code === 'ERR_ENGINE_CLOSED')
    return new DOMException('the connection is closed', 'InvalidStateError');
  return error;
}

/** Runs `call`; what it throws is thrown as W3C says. */
function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw translate(error);
  }
}

const invalidState = (message) => new DOMException(message, 'InvalidStateError');
const invalidAccess = (message) => new DOMException(message, 'InvalidAccessError');

module.exports = { RTCError, guarded, invalidAccess, invalidState };
