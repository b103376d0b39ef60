'use strict';
// Certificates as getPeerCertificate() gives them. Node doc: tls, "Certificate object".

const { finishLegacy } = require('internal/crypto/x509');

// A list as the native session has it, own certificate first. A root is its own issuer.
function link(list) {
  list.forEach(finishLegacy);
  for (let i = 0; i + 1 < list.length; i++) list[i].issuerCertificate = list[i + 1];
  if (list.complete) list[list.length - 1].issuerCertificate = list[list.length - 1];
  return list[0];
}

module.exports = { finish: finishLegacy, link };
