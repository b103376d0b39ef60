'use strict';
// Keys that the modules of net, http and child_process share.

module.exports = {
  kOwner: Symbol('owner'), // on a handle: the Socket or Server it belongs to
  kBytesRead: Symbol('bytesRead'), // kept when the handle goes
  kBytesWritten: Symbol('bytesWritten'),
};
