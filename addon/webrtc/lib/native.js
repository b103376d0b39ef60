// The native part: linked into parley, webrtc.node for stock Node.js.
'use strict';

function load() {
  try {
    return process._linkedBinding('webrtc');
  } catch {
    const file = '../../../build/addon/webrtc.node';
    return require(file);
  }
}

module.exports = load();
