'use strict';
// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException).

const { OnObject, kClone, kDeserialize, makeCarrier } = require('internal/messaging/transferable');

const LEGACY_CODES = [
  ['IndexSizeError', 'INDEX_SIZE_ERR', 1],
  ['DOMStringSizeError', 'DOMSTRING_SIZE_ERR', 2],
  ['HierarchyRequestError', 'HIERARCHY_REQUEST_ERR', 3],
  ['WrongDocumentError', 'WRONG_DOCUMENT_ERR', 4],
  ['InvalidCharacterError', 'INVALID_CHARACTER_ERR', 5],
  ['NoDataAllowedError', 'NO_DATA_ALLOWED_ERR', 6],
  ['NoModificationAllowedError', 'NO_MODIFICATION_ALLOWED_ERR', 7],
  ['NotFoundError', 'NOT_FOUND_ERR', 8],
  ['NotSupportedError', 'NOT_SUPPORTED_ERR', 9],
  ['InUseAttributeError', 'INUSE_ATTRIBUTE_ERR', 10],
  ['InvalidStateError', 'INVALID_STATE_ERR', 11],
  ['SyntaxError', 'SYNTAX_ERR', 12],
  ['InvalidModificationError', 'INVALID_MODIFICATION_ERR', 13],
  ['NamespaceError', 'NAMESPACE_ERR', 14],
  ['InvalidAccessError', 'INVALID_ACCESS_ERR', 15],
  ['ValidationError', 'VALIDATION_ERR', 16],
  ['TypeMismatchError', 'TYPE_MISMATCH_ERR', 17],
  ['SecurityError', 'SECURITY_ERR', 18],
  ['NetworkError', 'NETWORK_ERR', 19],
  ['AbortError', 'ABORT_ERR', 20],
  ['URLMismatchError', 'URL_MISMATCH_ERR', 21],
  ['QuotaExceededError', 'QUOTA_EXCEEDED_ERR', 22],
  ['TimeoutError', 'TIMEOUT_ERR', 23],
  ['InvalidNodeTypeError', 'INVALID_NODE_TYPE_ERR', 24],
  ['DataCloneError', 'DATA_CLONE_ERR', 25],
];
const codeOfName = new Map(LEGACY_CODES.map(([name, , code]) => [name, code]));

// On an object of the kind that structured cloning asks about.
class Fields extends OnObject {
  #message;
  #name;

  constructor(object, message, name) {
    super(object);
    this.#message = message;
    this.#name = name;
  }
  static #check(object) {
    if (typeof object !== 'object' || object === null || !(#name in object)) {
      const { codes } = require('internal/errors');
      throw new codes.ERR_INVALID_THIS('DOMException');
    }
    return object;
  }
  static nameOf(object) {
    return Fields.#check(object).#name;
  }
  static messageOf(object) {
    return Fields.#check(object).#message;
  }
}

class DOMException {
  constructor(message = '', options = 'Error') {
    const isOptions = options !== null && typeof options === 'object';
    const name = isOptions ? `${options.name ?? 'Error'}` : `${options}`;
    message = `${message}`;
    const self = new Fields(makeCarrier(new.target.prototype), message, name);
    Error.captureStackTrace(self);
    if (isOptions && 'cause' in options) hide(self, 'cause', options.cause);
    // The stack is formatted when first read; by then the getters below work, but V8 looks at own fields of errors only.
    const stack = self.stack;
    if (typeof stack === 'string') {
      const firstFrame = stack.indexOf('\n    at ');
      const header = message === '' ? name : `${name}: ${message}`;
      hide(self, 'stack', header + (firstFrame === -1 ? '' : stack.slice(firstFrame)));
    }
    return self;
  }

  get name() {
    return Fields.nameOf(this);
  }
  get message() {
    return Fields.messageOf(this);
  }
  get code() {
    return codeOfName.get(Fields.nameOf(this)) ?? 0;
  }

  [kClone]() {
    return {
      data: { name: this.name, message: this.message },
      deserializeInfo: 'internal/errors/dom_exception:DOMException',
    };
  }
  static [kDeserialize]({ name, message }) {
    return new DOMException(message, name);
  }
}

function hide(object, key, value) {
  Object.defineProperty(object, key, { value, configurable: true, enumerable: false, writable: true });
}

Object.setPrototypeOf(DOMException.prototype, Error.prototype);
Object.defineProperties(DOMException.prototype, {
  [Symbol.toStringTag]: { value: 'DOMException', configurable: true },
  name: { enumerable: true },
  message: { enumerable: true },
  code: { enumerable: true },
});
for (const [, constant, value] of LEGACY_CODES) {
  Object.defineProperty(DOMException, constant, { value, enumerable: true });
  Object.defineProperty(DOMException.prototype, constant, { value, enumerable: true });
}

module.exports = { DOMException };
