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

/** An event class whose attributes are the names given, read from the init dictionary. */
function eventClass(name, attributes) {
  const made = {
    [name]: class extends Event {
      constructor(type, init = {}) {
        super(type, init);
        for (const each of attributes)
          Object.defineProperty(this, each, { enumerable: true, value: init[each] ?? null });
      }
    },
  };
  return made[name];
}

module.exports = {
  defineHandlers,
  RTCDataChannelEvent: eventClass('RTCDataChannelEvent', ['channel']),
  RTCErrorEvent: eventClass('RTCErrorEvent', ['error']),
  RTCPeerConnectionIceEvent: eventClass('RTCPeerConnectionIceEvent', ['candidate', 'url']),
  RTCPeerConnectionIceErrorEvent: eventClass('RTCPeerConnectionIceErrorEvent', [
    'address',
    'port',
    'url',
    'errorCode',
    'errorText',
  ]),
  RTCTrackEvent: eventClass('RTCTrackEvent', ['receiver', 'track', 'streams', 'transceiver']),
  MediaStreamTrackEvent: eventClass('MediaStreamTrackEvent', ['track']),
};
