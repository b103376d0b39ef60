'use strict';
// runs-on: parley,node
// timeout: 120
// Messages that two programs of a chain could read differently (RFC 9112, 11.2), in one piece and byte by byte: refused by
// the server before a handler sees their end, and by the client with an error.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const http = require('http');
const net = require('net');

const LONG = 'a'.repeat(20_000);
const get = (lines) => `GET / HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
const post = (lines, body) => `POST / HTTP/1.1\r\nHost: x\r\n${lines}\r\n${body}`;
const chunks = (body) => post('Transfer-Encoding: chunked\r\n', body);
const ends = (lines, body = '0\r\n\r\n') => post(lines, body);

const REFUSED = {
  'two lengths that differ': post('Content-Length: 1\r\nContent-Length: 2\r\n', 'ab'),
  'the same length twice': post('Content-Length: 1\r\nContent-Length: 1\r\n', 'a'),
  'a list of lengths': post('Content-Length: 1, 1\r\n', 'a'),
  'a negative length': post('Content-Length: -1\r\n', 'a'),
  'a length with a sign': post('Content-Length: +1\r\n', 'a'),
  'a hexadecimal length': post('Content-Length: 0x1\r\n', 'a'),
  'an exponent as length': post('Content-Length: 1e1\r\n', 'a'),
  'no length at all': post('Content-Length: \r\n', 'a'),
  'a length in two words': post('Content-Length: 1 1\r\n', 'aaaaaaaaaaa'),
  'a length beyond 64 bits': post('Content-Length: 18446744073709551617\r\n', 'a'),
  'a length, then chunks': ends('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'),
  'chunks, then a length': ends('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n'),
  'an encoding that is not the last': ends('Transfer-Encoding: chunked, identity\r\n'),
  'another encoding after chunked': ends('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n'),
  'an unknown encoding': ends('Transfer-Encoding: xchunked\r\n'),
  'a quoted encoding': ends('Transfer-Encoding: "chunked"\r\n'),
  'an encoding with a parameter': ends('Transfer-Encoding: chunked;q=1\r\n'),
  'a vertical tab before the encoding': ends('Transfer-Encoding: \x0bchunked\r\n'),
  'a space before the colon of the encoding': ends('Transfer-Encoding : chunked\r\n'),
  'a folded encoding': ends('Transfer-Encoding:\r\n chunked\r\n'),
  'an encoding with a folded end': ends('Transfer-Encoding: chunked\r\n , identity\r\n'),
  'a folded length': post('Content-Length:\r\n 1\r\n', 'a'),
  'a folded value': get('A: b\r\n c\r\n'),
  'a value folded with a tab': get('A: b\r\n\tc\r\n'),
  'a value folded into nothing': get('A: b\r\n \r\nC: d\r\n'),
  'a folded first header': 'GET / HTTP/1.1\r\n Host: x\r\n\r\n',
  'line feeds alone': 'GET / HTTP/1.1\nHost: x\n\n',
  'a line feed alone after the request line': 'GET / HTTP/1.1\nHost: x\r\n\r\n',
  'a line feed alone after a header': get('A: b\nC: d\r\n'),
  'a line feed alone after an empty header': get('A:\nC: d\r\n'),
  'a line feed alone as the empty line': 'GET / HTTP/1.1\r\nHost: x\r\n\n',
  'a carriage return within a value': get('A: b\rC: d\r\n'),
  'a carriage return within a name': get('A\rB: d\r\n'),
  'a carriage return in the target': 'GET /\r HTTP/1.1\r\nHost: x\r\n\r\n',
  'two carriage returns': get('A: b\r\r\n'),
  'a null byte in a value': get('A: b\0c\r\n'),
  'a null byte in a name': get('A\0: c\r\n'),
  'a null byte in the target': 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n',
  'a control character in a value': get('A: b\x01c\r\n'),
  'a space before a colon': get('A : b\r\n'),
  'a header without a colon': get('Abc\r\n'),
  'a header without a name': get(': c\r\n'),
  'a parenthesis in a name': get('A(: c\r\n'),
  'a byte above 127 in a name': get('\xe9: c\r\n'),
  'a byte above 127 in the target': 'GET /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n',
  'a space in the target': 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n',
  'a tab after the method': 'GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n',
  'a space before the method': ' GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'a byte order mark': '\xef\xbb\xbfGET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'a method in lower case': 'get / HTTP/1.1\r\nHost: x\r\n\r\n',
  'a method of 20,000 letters': `${LONG} / HTTP/1.1\r\nHost: x\r\n\r\n`,
  'another protocol': 'GET / HTP/1.1\r\nHost: x\r\n\r\n',
  'version 1.2': 'GET / HTTP/1.2\r\nHost: x\r\n\r\n',
  'version 1.11': 'GET / HTTP/1.11\r\nHost: x\r\n\r\n',
  'no host': 'GET / HTTP/1.1\r\n\r\n',
  'a response': 'HTTP/1.1 200 OK\r\n\r\n',
  'a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a chunk size with 0x': chunks('0x1\r\na\r\n0\r\n\r\n'),
  'a negative chunk size': chunks('-1\r\na\r\n0\r\n\r\n'),
  'a chunk size with a sign': chunks('+1\r\na\r\n0\r\n\r\n'),
  'a chunk size beyond 64 bits': chunks('10000000000000001\r\na\r\n0\r\n\r\n'),
  'a space before a chunk size': chunks(' 1\r\na\r\n0\r\n\r\n'),
  'no chunk size': chunks('\r\na\r\n0\r\n\r\n'),
  'an extension without a size': chunks(';a=b\r\na\r\n0\r\n\r\n'),
  'a chunk that does not end where it says': chunks('1\r\naXX0\r\n\r\n'),
  'a chunk that ends in a line feed': chunks('1\r\na\n0\r\n\r\n'),
  'a chunk size that ends in a line feed': chunks('1\na\r\n0\r\n\r\n'),
  'a chunk size that ends in a carriage return': chunks('1\rX\na\r\n0\r\n\r\n'),
  'an extension that ends in a line feed': chunks('1;a\nb\r\na\r\n0\r\n\r\n'),
  'an extension that ends in a carriage return': chunks('1;a\rb\r\na\r\n0\r\n\r\n'),
  'a null byte in an extension': chunks('1;a\0\r\na\r\n0\r\n\r\n'),
  'a last chunk that ends in a line feed': chunks('1\r\na\r\n0\r\n\n'),
  'a length as trailer': chunks('1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n'),
  'a trailer that ends in a line feed': chunks('1\r\na\r\n0\r\nT: x\n\r\n'),
  'a carriage return in a trailer': chunks('1\r\na\r\n0\r\nT: x\rY: z\r\n\r\n'),
  'a space before the colon of a trailer': chunks('1\r\na\r\n0\r\nT : x\r\n\r\n'),
  'a folded trailer': chunks('1\r\na\r\n0\r\nT: x\r\n y\r\n\r\n'),
};

const TOO_LARGE = {
  'a header of 20,000 bytes': [431, get(`T: ${LONG}\r\n`)],
  'a name of 20,000 bytes': [431, get(`${LONG}: 1\r\n`)],
  'a target of 20,000 bytes': [431, `GET /${LONG} HTTP/1.1\r\nHost: x\r\n\r\n`],
  '9,000 small headers': [431, get('a: 1\r\n'.repeat(9000))],
  'a trailer of 20,000 bytes': [431, chunks(`1\r\na\r\n0\r\nT: ${LONG}\r\n\r\n`)],
  'a chunk extension of 20,000 bytes': [413, chunks(`1;${LONG}\r\na\r\n0\r\n\r\n`)],
};

const TAKEN = {
  'a length with spaces after it': [post('Content-Length: 1 \r\n', 'a'), 'a'],
  'a tab before the encoding': [ends('Transfer-Encoding:\tchunked\r\n', '1\r\na\r\n0\r\n\r\n'), 'a'],
  'an encoding in capitals': [ends('TRANSFER-ENCODING: CHUNKED\r\n', '1\r\na\r\n0\r\n\r\n'), 'a'],
  'another encoding before chunked': [
    ends('Transfer-Encoding: gzip, chunked\r\n', '1\r\na\r\n0\r\n\r\n'),
    'a',
  ],
  'chunk extensions': [chunks('1;c="d;e"\r\na\r\n0;f\r\n\r\n'), 'a'],
  'a trailer': [chunks('1\r\na\r\n0\r\nT: x\r\nU:\r\n\r\n'), 'a'],
  'an empty value': [post('A:\r\nB: \r\nContent-Length: 1\r\n', 'a'), 'a'],
  'empty lines before it': [`\r\n\r\n${get('')}`, ''],
  'a body that looks like a request': [post(`Content-Length: ${get('').length}\r\n`, get('')), get('')],
};

async function listen(t) {
  const state = { complete: [] };
  const server = http.createServer((req, res) => {
    let body = '';
    req.setEncoding('latin1').on('data', (chunk) => (body += chunk));
    req.on('error', () => {}); // given up
    req.on('end', () => {
      state.complete.push(body);
      res.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  state.port = server.address().port;
  return state;
}

// Resolves with the status of the answer. `one` sends each byte in a write of its own.
async function ask(port, text, one) {
  const bytes = Buffer.from(text, 'latin1');
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => (answer += chunk));
  socket.on('error', () => {}); // a reset behind the answer
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const single = one ? Math.min(bytes.length, 500) : 0;
  for (let i = 0; i < single && !socket.destroyed; i++) {
    await new Promise((resolve) => socket.write(bytes.subarray(i, i + 1), resolve));
  }
  if (!socket.destroyed) socket.end(bytes.subarray(single));
  await closed;
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

for (const one of [false, true]) {
  const how = one ? 'byte by byte' : 'in one piece';
  test(`refused ${how}`, { timeout: 60_000 }, async (t) => {
    const state = await listen(t);
    for (const [what, text] of Object.entries(REFUSED)) {
      assert.strictEqual(await ask(state.port, text, one), 400, what);
      assert.deepStrictEqual(state.complete, [], `${what}: a handler saw the end of it`);
    }
  });
  test(`too large ${how}`, { timeout: 60_000 }, async (t) => {
    const state = await listen(t);
    for (const [what, [status, text]] of Object.entries(TOO_LARGE)) {
      assert.strictEqual(await ask(state.port, text, one), status, what);
      assert.deepStrictEqual(state.complete, [], what);
    }
  });
  test(`taken ${how}`, { timeout: 60_000 }, async (t) => {
    const state = await listen(t);
    for (const [what, [text, body]] of Object.entries(TAKEN)) {
      assert.strictEqual(await ask(state.port, text, one), 200, what);
      assert.deepStrictEqual(state.complete.splice(0), [body], what);
    }
  });
}

const head = (lines) => `HTTP/1.1 200 OK\r\n${lines}\r\n`;
const RESPONSES = {
  'two lengths': `${head('Content-Length: 1\r\nContent-Length: 2\r\n')}ab`,
  'a length and chunks': `${head('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n')}0\r\n\r\n`,
  'a line feed alone': head('A: b\nContent-Length: 0\r\n'),
  'a carriage return in a value': head('A: b\rc\r\nContent-Length: 0\r\n'),
  'a null byte': head('A: b\0c\r\nContent-Length: 0\r\n'),
  'a space before a colon': head('A : b\r\nContent-Length: 0\r\n'),
  'a bad chunk size': `${head('Transfer-Encoding: chunked\r\n')}0x1\r\na\r\n0\r\n\r\n`,
  'a chunk that does not end where it says': `${head('Transfer-Encoding: chunked\r\n')}1\r\naXX0\r\n\r\n`,
  'headers of 20,000 bytes': head(`A: ${LONG}\r\nContent-Length: 0\r\n`),
  'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  'a status of letters': 'HTTP/1.1 abc OK\r\n\r\n',
};
test('the client refuses responses of the kind', { timeout: 60_000 }, async (t) => {
  const peer = net.createServer((socket) =>
    socket.on('error', () => {}).once('data', () => socket.end(bytes)),
  );
  let bytes;
  peer.listen(0, '127.0.0.1');
  await once(peer, 'listening');
  t.after(() => peer.close());
  for (const [what, text] of Object.entries(RESPONSES)) {
    bytes = Buffer.from(text, 'latin1');
    const failure = await new Promise((resolve) => {
      const req = http.get({ port: peer.address().port, host: '127.0.0.1', agent: false }, (res) => {
        res.on('error', () => {}).on('end', () => resolve({ code: 'none: it ended well' }));
        res.resume();
      });
      req.on('error', resolve);
    });
    assert.match(failure.code, /^HPE_/, what);
  }
});
