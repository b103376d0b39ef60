// Event handler attributes (`pc.ontrack = …`) and the events of WebRTC.
'use strict';

const kHandlers = Symbol('handlers');

/** Gives a class the attributes on<type>, as HTML's event handler IDL attributes. */
function defineHandlers(target, types) {
  for (const type of types) {
    Object.defineProperty(target.prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get() {
        return this[kHandlers]?.get(type)?.handler ?? null;
      },
      set(handler) {
        const handlers = (this[kHandlers] ??= new Map());
        const known = handlers.get(type);
        if (known) this.removeEventListener(type, known.listener);
        handlers.delete(type);
        if (typeof handler !== 'function') return;
        const listener = (event) => handler.call(this, event);
        handlers.set(type, { handler, listener });
        this.addEventListener(type, listener);
      },
    });
  }
}

/**
 * An event class whose attributes are read from the init dictionary. `attributes` gives each one's default, or a
 * function that reads what the dictionary has, for those that must be there.
 */
function eventClass(name, attributes, { initRequired = false } = {}) {
  const required = initRequired ? 2 : 1;
  const made = {
    [name]: class extends Event {
      constructor(type, init) {
        if (arguments.length < required) throw new TypeError(`${required} arguments are needed`);
        super(type, init ?? {});
        for (const [each, read] of Object.entries(attributes)) {
          const given = init?.[each];
          const value = typeof read === 'function' ? read(given) : given === undefined ? read : given;
          Object.defineProperty(this, each, { enumerable: true, value });
        }
      }
    },
  };
  Object.defineProperty(made[name], 'length', { value: required });
  return made[name];
}

/** A reader of members that must be there, and of one of our classes: of a file that may need this one in turn. */
const needs = (name, load) => (value) => {
  if (!(value instanceof load()[name])) throw new TypeError(`an object of the class ${name} must be given`);
  return value;
};
const needsCandidate = needs('RTCIceCandidate', () => require('./descriptions'));
const candidateOrNull = (value) => (value === undefined || value === null ? null : needsCandidate(value));
const needsTrack = needs('MediaStreamTrack', () => require('./tracks'));
const streams = (value) => Object.freeze([...(value ?? [])]);

module.exports = {
  defineHandlers,
  RTCDataChannelEvent: eventClass(
    'RTCDataChannelEvent',
    { channel: needs('RTCDataChannel', () => require('./data_channel')) },
    { initRequired: true },
  ),
  RTCErrorEvent: eventClass(
    'RTCErrorEvent',
    { error: needs('RTCError', () => require('./errors')) },
    { initRequired: true },
  ),
  RTCPeerConnectionIceEvent: eventClass('RTCPeerConnectionIceEvent', {
    candidate: candidateOrNull,
    url: null,
  }),
  RTCPeerConnectionIceErrorEvent: eventClass(
    'RTCPeerConnectionIceErrorEvent',
    { address: null, port: null, url: '', errorCode: (value) => Number(value), errorText: '' },
    { initRequired: true },
  ),
  RTCTrackEvent: eventClass(
    'RTCTrackEvent',
    {
      receiver: needs('RTCRtpReceiver', () => require('./rtp')),
      track: needsTrack,
      streams,
      transceiver: needs('RTCRtpTransceiver', () => require('./rtp')),
    },
    { initRequired: true },
  ),
  MediaStreamTrackEvent: eventClass('MediaStreamTrackEvent', { track: needsTrack }, { initRequired: true }),
};
