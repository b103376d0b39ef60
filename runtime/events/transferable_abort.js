'use strict';
// AbortSignals that can be posted to another thread (Node doc: util.transferableAbortSignal()). The copy learns of the abort over a
// channel that keeps no program alive.

const {
  AbortController,
  AbortSignal,
  abortSignal,
  attachSignal,
  initSignal,
} = require('internal/events/abort_controller');
const { kResistStopPropagation } = require('internal/events/event_target');
const { validateAbortSignal } = require('internal/errors/validators');
const {
  kClone,
  kDeserialize,
  kTransfer,
  kTransferList,
  makeCarrier,
} = require('internal/messaging/transferable');

const kPort = Symbol('kPort'); // the end of the channel that goes to the copy
const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });

function transferList() {
  if (this.aborted) return [];
  const { MessageChannel } = require('internal/messaging');
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  this[kPort] = port2;
  this.addEventListener(
    'abort',
    () => {
      port1.postMessage(this.reason);
      port1.close();
    },
    { once: true, [kResistStopPropagation]: true },
  );
  return [port2];
}

function transfer() {
  const port = this[kPort];
  this[kPort] = undefined;
  const { aborted, reason } = this;
  return {
    data: { aborted, reason, port },
    deserializeInfo: 'internal/events/transferable_abort:TransferredSignal',
  };
}

function makeSignal() {
  const signal = initSignal(makeCarrier(AbortSignal.prototype));
  return Object.defineProperties(signal, {
    [kPort]: hidden(undefined),
    [kTransferList]: hidden(transferList),
    [kTransfer]: hidden(transfer),
    [kClone]: hidden(transfer),
  });
}

const TransferredSignal = {
  [kDeserialize]({ aborted, reason, port }) {
    const signal = makeSignal();
    if (aborted) {
      abortSignal(signal, reason);
    } else if (port !== undefined) {
      port.onmessage = ({ data }) => {
        abortSignal(signal, data);
        port.close();
      };
      port.unref();
    }
    return signal;
  },
};

function transferableAbortSignal(signal) {
  validateAbortSignal(signal, 'signal');
  const copy = makeSignal();
  if (signal.aborted) abortSignal(copy, signal.reason);
  else signal.addEventListener('abort', () => abortSignal(copy, signal.reason), { once: true });
  return copy;
}

const transferableAbortController = () => attachSignal(new AbortController(), makeSignal());

module.exports = { TransferredSignal, transferableAbortController, transferableAbortSignal };
