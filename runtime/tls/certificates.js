'use strict';
// Certificates as getPeerCertificate() gives them. Node doc: tls, "Certificate object".

const { Buffer } = require('buffer');

function finish(description) {
  for (const key of ['raw', 'pubkey']) {
    if (description[key] !== undefined) description[key] = Buffer.from(description[key]);
  }
  return description;
}

// A list as the native session has it, own certificate first. A root is its own issuer.
function link(list) {
  list.forEach(finish);
  for (let i = 0; i + 1 < list.length; i++) list[i].issuerCertificate = list[i + 1];
  if (list.complete) list[list.length - 1].issuerCertificate = list[list.length - 1];
  return list[0];
}

module.exports = { finish, link };
