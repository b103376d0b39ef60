'use strict';
// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException).

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

class DOMException {
  #message;
  #name;
  #code;

  constructor(message = '', options = 'Error') {
    Error.captureStackTrace(this);
    this.#message = `${message}`;
    if (options !== null && typeof options === 'object') {
      this.#name = `${options.name ?? 'Error'}`;
      if ('cause' in options) {
        Object.defineProperty(this, 'cause', {
          value: options.cause,
          configurable: true,
          enumerable: false,
          writable: true,
        });
      }
    } else {
      this.#name = `${options}`;
    }
    this.#code = codeOfName.get(this.#name) ?? 0;
    // The stack is formatted when first read; by then the getters below work, but V8 looks at own fields of errors only.
    const stack = this.stack;
    if (typeof stack === 'string') {
      const firstFrame = stack.indexOf('\n    at ');
      const header = this.#message === '' ? this.#name : `${this.#name}: ${this.#message}`;
      Object.defineProperty(this, 'stack', {
        value: header + (firstFrame === -1 ? '' : stack.slice(firstFrame)),
        configurable: true,
        enumerable: false,
        writable: true,
      });
    }
  }

  get name() {
    return this.#name;
  }
  get message() {
    return this.#message;
  }
  get code() {
    return this.#code;
  }
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
