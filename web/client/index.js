// Parley's client library: what a page needs to take part in a room.
export { Session } from './session.js';
export { SignallingError } from './signalling.js';
