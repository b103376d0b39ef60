'use strict';
// A small npm registry on 127.0.0.1: packuments and tarballs, publishing, advisories. It counts what it is asked for and can misbehave.
const crypto = require('crypto');
const { once } = require('events');
const http = require('http');
const zlib = require('zlib');

const hash = (algorithm, bytes, encoding) => crypto.createHash(algorithm).update(bytes).digest(encoding);

class Registry {
  /** @type {Map<string, object>} */ packuments = new Map();
  /** @type {Map<string, Buffer>} */ tarballs = new Map();
  asked = [];
  /** Requests for these paths are answered 503 as often as their number says. @type {Map<string, number>} */
  failing = new Map();

  async listen() {
    this.server = http.createServer((req, res) =>
      this.#serve(req, res).catch((error) => res.writeHead(500).end(String(error))),
    );
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** Adds a version from the tarball that `npm pack` made of it. */
  add(manifest, tarball, tag = 'latest') {
    const { name, version } = manifest;
    const file = `/${name}/-/${name.split('/').pop()}-${version}.tgz`;
    this.tarballs.set(file, tarball);
    const dist = {
      tarball: `${this.url}${file.slice(1)}`,
      shasum: hash('sha1', tarball, 'hex'),
      integrity: `sha512-${hash('sha512', tarball, 'base64')}`,
    };
    const packument = this.packuments.get(name) ?? {
      _id: name,
      name,
      'dist-tags': {},
      versions: {},
      time: {},
    };
    packument.versions[version] = { ...manifest, _id: `${name}@${version}`, dist };
    packument['dist-tags'][tag] = version;
    packument.time[version] = '2024-01-01T00:00:00.000Z';
    this.packuments.set(name, packument);
  }

  async #serve(req, res) {
    const path = decodeURIComponent(new URL(req.url, this.url).pathname);
    this.asked.push(`${req.method} ${path}`);
    const failures = this.failing.get(path) ?? 0;
    if (failures > 0) {
      this.failing.set(path, failures - 1);
      return res.writeHead(503).end('later');
    }
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    if (req.headers['content-encoding'] === 'gzip') body = zlib.gunzipSync(body);
    if (req.method === 'PUT') return this.#publish(req, res, path.slice(1), JSON.parse(body));
    if (path.startsWith('/-/npm/v1/security/')) return this.#advise(res, JSON.parse(body));
    const tarball = this.tarballs.get(path);
    if (tarball) return res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tarball);
    const packument = this.packuments.get(path.slice(1));
    if (!packument) return this.#json(req, res, 404, { error: 'Not found' });
    return this.#json(req, res, 200, packument);
  }

  #json(req, res, status, value) {
    const text = JSON.stringify(value);
    const etag = `"${hash('sha1', text, 'hex')}"`;
    const headers = { 'content-type': 'application/json', etag, vary: 'accept, accept-encoding' };
    if (req.headers['if-none-match'] === etag) return res.writeHead(304, headers).end();
    if (!/\bgzip\b/.test(req.headers['accept-encoding'])) return res.writeHead(status, headers).end(text);
    return res.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(zlib.gzipSync(text));
  }

  #publish(req, res, name, document) {
    if (req.headers.authorization !== 'Bearer the-token')
      return this.#json(req, res, 401, { error: 'who are you?' });
    const [version] = Object.keys(document.versions);
    if (this.packuments.get(name)?.versions[version])
      return this.#json(req, res, 409, { error: 'already there' });
    const [{ data }] = Object.values(document._attachments);
    this.add(document.versions[version], Buffer.from(data, 'base64'), Object.keys(document['dist-tags'])[0]);
    return this.#json(req, res, 201, { ok: true });
  }

  #advise(res, installed) {
    const found = Object.keys(installed).filter((name) => name === 'leaky');
    const advice = found.map((name) => [
      name,
      [
        {
          id: 1,
          url: 'https://example.org/1',
          title: 'It leaks',
          severity: 'high',
          vulnerable_versions: '<2.0.0',
        },
      ],
    ]);
    res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(Object.fromEntries(advice)));
  }
}

module.exports = { Registry };
