// structuredClone (HTML standard, "StructuredSerializeWithTransfer"), through V8's serializer.
'use strict';

const { Serializer, Deserializer } = internalBinding('serdes');

class Writer extends Serializer {
  _getDataCloneError(message) {
    const DOMException = require('internal/errors/dom_exception');
    return new (DOMException.DOMException ?? DOMException)(message, 'DataCloneError');
  }
}

function structuredClone(value, options) {
  if (arguments.length === 0) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_MISSING_ARGS('The value argument');
  }
  const transfer = [...(options?.transfer ?? [])];
  const writer = new Writer();
  transfer.forEach((buffer, id) => {
    if (!(buffer instanceof ArrayBuffer)) throw writer._getDataCloneError('Value not transferable');
    writer.transferArrayBuffer(id, buffer);
  });
  writer.writeHeader();
  writer.writeValue(value);
  const reader = new Deserializer(new Uint8Array(writer._releaseBuffer()));
  const { detach } = internalBinding('script');
  transfer.forEach((buffer, id) => reader.transferArrayBuffer(id, detach(buffer)));
  reader.readHeader();
  return reader.readValue();
}

module.exports = { structuredClone };
