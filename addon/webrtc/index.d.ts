// Types of the module `webrtc`.

export * from './connection';
export * from './engine';
export * from './transports';
