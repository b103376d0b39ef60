'use strict';
// What the parts of http2 keep on each other's objects.

const names = [
  'kAuthority',
  'kHandle',
  'kId',
  'kInit',
  'kMaybeDestroy',
  'kOptions',
  'kOrigin',
  'kOwner',
  'kProceed',
  'kProtocol',
  'kProxySocket',
  'kRequest',
  'kResponse',
  'kSentHeaders',
  'kSentInfoHeaders',
  'kSentTrailers',
  'kServer',
  'kSession',
  'kSocket',
  'kState',
  'kStream',
  'kTimeout',
  'kType',
  'kUpdateTimer',
];
module.exports = Object.fromEntries(names.map((name) => [name, Symbol(name.slice(1).toLowerCase())]));
