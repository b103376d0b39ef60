'use strict';
// The rules of url.resolve(): which fields of a parsed URL a reference to another one changes.
// `result` starts as a copy of `base`; nothing is written to `base` and `to`.
//
// In a URL of an unknown protocol ("foo:a/b") the host is not told from the path when dots go and segments are
// put together: it becomes the first segment on the way in and is taken off again on the way out.

// The protocols whose URLs have "//" and a host.
const SLASHED = new Set(['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'].flatMap((p) => [p, `${p}:`]));

const startsAtRoot = ({ pathname }) => Boolean(pathname) && pathname[0] === '/';

function segmentsOf({ host, pathname }, hostFirst) {
  const segments = pathname ? pathname.split('/') : [];
  if (hostFirst && host) segments.splice(0, segments[0] === '' ? 1 : 0, host);
  return segments;
}

// Takes the host, and the login in front of it, off the path they were put in.
function takeHost(site, segments) {
  const parts = (segments[0] ? segments.shift() : '').split('@');
  if (parts.length > 1) site.auth = parts.shift();
  site.host = site.hostname = parts[0];
}

function copyFields(result, from) {
  for (const key of Object.keys(from)) result[key] = from[key];
}

function setSite(result, { auth, host, hostname, port }) {
  result.auth = auth;
  result.host = host;
  result.hostname = hostname;
  result.port = port;
}

function setPath(result, pathname, path) {
  result.pathname = pathname;
  result.path = path;
}

// Who serves the result. A login is for one host: it does not go along to another.
function siteAfter(base, to, opaque, restarts) {
  const site = opaque
    ? { auth: to.protocol ? null : base.auth, host: '', hostname: '', port: null }
    : { auth: base.auth, host: base.host, hostname: base.hostname, port: base.port };
  if (!restarts || (opaque && to.protocol)) return site;
  const host = to.host ?? site.host;
  const hostname = to.hostname ?? site.hostname;
  const moves = host !== site.host || hostname !== site.hostname;
  const { port } = typeof to.host === 'string' ? to : site;
  return { auth: moves ? null : site.auth, host, hostname, port };
}

// `climbs`: ".." may lead out of the path and then stays. `slashFirst`: the path starts with a slash.
// `dotIsFolder`: a dot segment at the end names a folder, which ends in a slash.
function withoutDots(segments, { climbs, slashFirst, dotIsFolder }) {
  const kept = [];
  let outside = 0;
  for (const segment of segments) {
    if (segment === '..') {
      if (kept.pop() === undefined) outside++;
    } else if (segment !== '.') {
      kept.push(segment);
    }
  }
  while (climbs && outside-- > 0) kept.unshift('..');
  if (slashFirst && kept[0] !== '') kept.unshift('');
  const last = segments.at(-1);
  const isFolder = last === '' || (dotIsFolder && (last === '.' || last === '..'));
  const hasSlash = kept.length > 1 && kept.at(-1) === '';
  if (isFolder && !hasSlash) kept.push('');
  return kept;
}

const pathOf = (pathname, search) =>
  pathname === null && search === null ? null : (pathname || '') + (search || '');

// "../c?d", or the protocol the base has.
function sameProtocol(result, base, to) {
  const opaque = Boolean(base.protocol) && !SLASHED.has(base.protocol);
  const here = segmentsOf(base, opaque);
  const there = segmentsOf(to, opaque && to.protocol);
  const restarts = Boolean(to.host) || startsAtRoot(to);
  const site = siteAfter(base, to, opaque, restarts);
  const staysInPath = !restarts && there.length === 0;
  const newQuery = !staysInPath || typeof to.search === 'string';
  const { search, query } = newQuery ? to : base;
  result.search = search;
  result.query = query;
  if (staysInPath && newQuery) {
    // Another query alone: the path stays to the letter, dots and all.
    if (opaque) takeHost(site, here);
    setSite(result, site);
    result.path = (base.pathname || '') + search;
    return;
  }
  const segments = restarts ? there : here.slice(0, staysInPath ? here.length : -1).concat(there);
  if (segments.length === 0) {
    setSite(result, site);
    setPath(result, null, search ? `/${search}` : null);
    return;
  }
  const anchored = restarts || startsAtRoot(base) || Boolean(base.host && to.pathname);
  const output = withoutDots(segments, {
    climbs: !anchored,
    slashFirst: anchored && (!opaque || here[0] === '' || there[0] === ''),
    dotIsFolder: Boolean(site.host) || segments.length > 1,
  });
  const absolute = output[0] === '';
  if (opaque) takeHost(site, output);
  if (!absolute && site.host && output.length > 0) output.unshift('');
  const pathname = output.length > 0 ? output.join('/') : null;
  site.auth = to.auth || site.auth;
  setSite(result, site);
  setPath(result, pathname, pathOf(pathname, search));
  result.slashes = base.slashes || to.slashes;
}

// "http:a/b" seen from "ftp://c/": the first name in the path is the host, but for files.
function otherSlashed(result, base, to) {
  const { protocol, auth, port, search } = to;
  let { host, pathname } = to;
  if (!host && !protocol.startsWith('file')) {
    const [, first, rest] = /^\/*([^/]*)\/?(.*)$/s.exec(pathname || '');
    host = first;
    pathname = rest[0] === '/' ? rest : `/${rest}`;
  }
  setSite(result, { auth, host: host || '', hostname: to.hostname || host, port });
  setPath(result, pathname, pathname || search ? pathOf(pathname, search) : base.path);
  result.protocol = protocol;
  result.search = search;
  result.query = to.query;
  result.slashes = base.slashes || to.slashes;
}

// "//host/path"
function otherHost(result, { protocol }, to) {
  copyFields(result, to);
  result.protocol = protocol;
  if (SLASHED.has(protocol) && result.hostname && !result.pathname) setPath(result, '/', '/');
}

// Changes `result`, a copy of `base`, to what `to` means there, but for its href.
function follow(result, base, to) {
  result.hash = to.hash;
  if (to.href === '') return;
  if (!to.protocol) (to.slashes ? otherHost : sameProtocol)(result, base, to);
  else if (to.protocol === base.protocol) sameProtocol(result, base, to);
  else if (SLASHED.has(to.protocol)) otherSlashed(result, base, to);
  else copyFields(result, to);
}

module.exports = { SLASHED, copyFields, follow };
