// Failures that a client or another process may be told about: a code of docs/protocol.md and a message.
export class Failure extends Error {
  /** @param {string} code a code of docs/protocol.md @param {string} [message] */
  constructor(code, message = code) {
    super(message);
    this.name = 'Failure';
    this.code = code;
  }
}

/** What of an error may cross a process or reach a client: a Failure as it is, all else as `internal`. */
export function toWire(error) {
  if (error instanceof Failure) return { code: error.code, message: error.message };
  return { code: 'internal', message: 'internal error' };
}

export const fromWire = (wire) =>
  new Failure(String(wire?.code ?? 'internal'), String(wire?.message ?? 'internal error'));
