// Signals as events: a native handle watches a signal while anybody listens for it (Node doc: process, "Signal events").
'use strict';

const { Signal, signals } = internalBinding('signals');
const watching = new Map(); // name -> handle

exports.signals = signals;

exports.start = function start(name) {
  if (signals[name] === undefined || watching.has(name)) return;
  const handle = new Signal();
  handle.unref();
  handle.onsignal = () => process.emit(name, name, signals[name]);
  const error = handle.start(signals[name]);
  if (error) {
    handle.close();
    throw require('internal/errors').errnoException(error, 'uv_signal_start');
  }
  watching.set(name, handle);
};

exports.stop = function stop(name) {
  const handle = watching.get(name);
  if (handle === undefined || process.listenerCount(name) > 0) return;
  handle.close();
  watching.delete(name);
};
