'use strict';
// What a connection asks its program during the handshake: names, sessions, protocols, keys. Node doc: tls.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');

// Handshakes cost a server much and a client little: so many in so much time, and none once the program said so.
function limitRenegotiation(socket, handle) {
  let since = 0;
  handle.handshakes = 0;
  handle.session.onrenegotiate = (step) => {
    if (step === 'done') {
      handle.renegotiating ??= () => socket.emit('secure');
      return process.nextTick(() => handle.renegotiated());
    }
    const { CLIENT_RENEG_LIMIT, CLIENT_RENEG_WINDOW } = require('tls');
    const now = Date.now();
    if (now - since >= CLIENT_RENEG_WINDOW * 1000) handle.handshakes = 0;
    since = now;
    const tooMany = ++handle.handshakes > CLIENT_RENEG_LIMIT;
    if (!tooMany && !socket._renegotiationDisabled) return undefined;
    const error = tooMany ? new codes.ERR_TLS_SESSION_ATTACK() : new codes.ERR_TLS_RENEGOTIATION_DISABLED();
    return process.nextTick(() => socket._handle?.onerror(error));
  };
}

// A callback that may be called once, while its connection is there.
function once(socket, fn) {
  let called = false;
  return (error, value) => {
    if (called) return socket.destroy(new codes.ERR_MULTIPLE_CALLBACK());
    called = true;
    if (error) return socket.destroy(error);
    if (!socket._handle) return socket.destroy(new codes.ERR_SOCKET_CLOSED());
    return fn(socket._handle, value);
  };
}

function setUpServer(socket, options) {
  const { session } = socket._handle;
  const { server } = options;
  limitRenegotiation(socket, socket._handle);
  // Known before the handshake's end, and to those who hear of its failure.
  session.onservername = (name) => {
    socket.servername = name;
  };
  const hears = (event) => server && server.listenerCount(event) > 0;
  if (hears('resumeSession')) {
    session.enable('hello');
    session.onhello = (hello) => findSession(socket, session, server, hello);
  }
  if (hears('newSession')) {
    session.enable('sessions');
    session.onnewsession = (id, bytes) => keepSession(socket, server, id, bytes);
  }
  const file = require('internal/main/options').get('--tls-keylog');
  if (hears('keylog') || file) {
    session.enable('keylog');
    session.onkeylog = (line) => {
      server?.emit('keylog', Buffer.from(line), socket);
      if (file) require('fs').appendFileSync(file, Buffer.from(line), { mode: 0o600 });
    };
  }
  const contexts = server?._contexts;
  const chooses =
    options.SNICallback && (options.SNICallback !== server?._defaultSNICallback || contexts?.length > 0);
  if (chooses) socket._SNICallback = options.SNICallback;
  if (chooses || hears('OCSPRequest')) {
    session.enable('certificate');
    session.oncert = (hello) => chooseCertificate(socket, session, server, hello);
  }
  if (options.ALPNCallback) {
    if (typeof options.ALPNCallback !== 'function') {
      throw new codes.ERR_INVALID_ARG_TYPE('options.ALPNCallback', 'Function', options.ALPNCallback);
    }
    session.enable('alpn');
    session.onalpn = (offered) => chooseProtocol(socket, options, Buffer.from(offered));
  }
}

function findSession(socket, session, server, hello) {
  const sessionId = Buffer.from(hello.sessionId);
  if (sessionId.length === 0) return session.resumeHello();
  let sync = true;
  server.emit(
    'resumeSession',
    sessionId,
    once(socket, (handle, found) => {
      session.resumeHello(found ?? undefined);
      if (!sync) handle.run();
    }),
  );
  sync = false;
  return undefined;
}

function keepSession(socket, server, id, bytes) {
  socket._newSessionPending = true;
  server.emit(
    'newSession',
    Buffer.from(id),
    Buffer.from(bytes),
    once(socket, () => {
      socket._newSessionPending = false;
      if (socket._securePending) {
        socket._securePending = false;
        socket._finishInit();
      }
    }),
  );
}

function chooseCertificate(socket, session, server, { servername, OCSPRequest }) {
  let sync = true;
  const goOn = (handle, context) => {
    session.resumeCertificate(context?.context ?? context);
    if (!sync) handle.run();
  };
  const ask = (handle, context) => {
    if (context !== undefined && context !== null) {
      const native = context.context ?? context;
      if (!(native instanceof internalBinding('tls').SecureContext)) {
        const error = Object.assign(new TypeError('Invalid SNI context'), {
          code: 'ERR_TLS_INVALID_CONTEXT',
        });
        return socket._handle.onerror(error);
      }
    }
    if (!OCSPRequest || !(server?.listenerCount('OCSPRequest') > 0)) return goOn(handle, context);
    const own = socket.getCertificate();
    return server.emit(
      'OCSPRequest',
      own.raw ?? null,
      null,
      once(socket, (_, response) => {
        if (response) session.setOCSPResponse(response);
        goOn(socket._handle, context);
      }),
    );
  };
  if (servername === '' || socket._SNICallback === null) ask(socket._handle);
  else socket._SNICallback(servername, once(socket, ask));
  sync = false;
}

function chooseProtocol(socket, options, offered) {
  const protocols = require('internal/tls/alpn').decode(offered);
  const servername = socket._handle.session.getServername() || undefined;
  const chosen = options.ALPNCallback.call(socket, { servername, protocols });
  if (chosen === undefined) return undefined;
  if (!protocols.includes(chosen)) throw new codes.ERR_TLS_ALPN_CALLBACK_INVALID_RESULT(chosen, protocols);
  return Buffer.from(chosen, 'latin1');
}

function setUpClient(socket, options) {
  const { session } = socket._handle;
  const { kPendingSession } = require('internal/tls/socket');
  session.enable('sessions');
  session.onnewsession = (id, bytes) => {
    const kept = Buffer.from(bytes);
    if (socket._verified) socket.emit('session', kept);
    else socket[kPendingSession] = kept;
  };
  const file = require('internal/main/options').get('--tls-keylog');
  const hears = () => socket.listenerCount('keylog') > 0;
  session.onkeylog = (line) => {
    if (hears()) socket.emit('keylog', Buffer.from(line));
    if (file) require('fs').appendFileSync(file, Buffer.from(line), { mode: 0o600 });
  };
  const listening = (event) => {
    if (event !== 'keylog') return;
    socket._handle?.session?.enable('keylog');
    socket.removeListener('newListener', listening);
  };
  if (file) session.enable('keylog');
  else socket.on('newListener', listening);
  if (options.session) socket.setSession(options.session);
  if (options.servername) socket.setServername(options.servername);
  if (options.requestOCSP) {
    session.enable('ocsp');
    session.onocsp = (response) =>
      socket.emit('OCSPResponse', response === null ? null : Buffer.from(response));
  }
}

function checkKey(value, max) {
  if (!ArrayBuffer.isView(value)) {
    throw new codes.ERR_INVALID_ARG_TYPE('ret.psk', ['Buffer', 'TypedArray', 'DataView'], value);
  }
  if (value.byteLength > max) {
    throw new codes.ERR_INVALID_ARG_VALUE('psk', value, `Pre-shared key exceeds ${max} bytes`);
  }
}

// Keys that both sides have, instead of certificates.
function setUpKeys(socket, { isServer, pskCallback, pskIdentityHint }) {
  const { session } = socket._handle;
  if (typeof pskCallback !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('pskCallback', 'Function', pskCallback);
  }
  if (isServer) {
    session.onpsk = (identity, max) => {
      const found = pskCallback(socket, identity);
      if (found === null || found === undefined) return undefined;
      const key = found.psk ?? found;
      checkKey(key, max);
      return key;
    };
    if (pskIdentityHint !== undefined) validateString(pskIdentityHint, 'options.pskIdentityHint');
    if (session.enable('psk', pskIdentityHint) === false) {
      const error = new Error('Failed to set PSK identity hint');
      error.code = 'ERR_TLS_PSK_SET_IDENTIY_HINT_FAILED';
      process.nextTick(() => socket._handle?.onerror(error));
    }
    return;
  }
  session.onpsk = (hint, max, maxIdentity) => {
    const found = pskCallback(hint);
    if (found === null || found === undefined) return undefined;
    if (typeof found !== 'object') throw new codes.ERR_INVALID_ARG_TYPE('ret', 'Object', found);
    const { psk, identity } = found;
    checkKey(psk, max);
    validateString(identity, 'ret.identity');
    if (Buffer.byteLength(identity) > maxIdentity) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'identity',
        identity,
        `PSK identity exceeds ${maxIdentity} bytes`,
      );
    }
    return { psk, identity };
  };
  session.enable('psk');
}

module.exports = { setUpClient, setUpKeys, setUpServer };
