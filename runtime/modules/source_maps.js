'use strict';
// Stack traces in terms of the sources a program was written in: which modules have source maps, and how a trace is
// written with them (Node.js "Command-line API", --enable-source-maps; "module.findSourceMap()").
const state = require('internal/modules/source_map_state');
const { SourceMap } = require('internal/modules/source_map');
const { readFileUtf8 } = internalBinding('modules');
const { setStackWriter, setArrow } = internalBinding('source_maps');
const { toPath, toUrl } = require('internal/modules/file_url');

/** File name → {url, lineLengths} as the module's text says, or its map once somebody asked, null when it has none. */
const known = new Map();

const kComment = /\/[*/]#\s+sourceMappingURL=([^\s'"]+)/g;

function note(filename, source) {
  if (!source.includes('sourceMappingURL=')) return;
  let url;
  for (const match of source.matchAll(kComment)) url = match[1];
  if (url === undefined) return;
  const lineLengths = source
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.length);
  known.set(pathOf(filename), { url, lineLengths });
}

const pathOf = (name) => (name.startsWith('file:') ? toPath(name) : name);
const nameOf = (url) => (url.startsWith('file:') ? toPath(url) : url);

function readMap(filename, url) {
  const data = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url);
  let base = toUrl(filename);
  let text;
  if (data) {
    text = data[1] ? Buffer.from(data[2], 'base64').toString() : decodeURIComponent(data[2]);
  } else {
    base = new URL(url, base).href;
    text = readFileUtf8(toPath(base));
  }
  const payload = JSON.parse(text);
  makeAbsolute(payload, base);
  for (const { map } of payload.sections ?? []) makeAbsolute(map, base);
  return payload;
}

/** Sources as URLs of their own. */
function makeAbsolute(map, base) {
  if (!Array.isArray(map.sources)) return;
  map.sources = map.sources.map((source) => new URL(`${map.sourceRoot ?? ''}${source}`, base).href);
  delete map.sourceRoot;
}

/** @param {string} name a path or a file: URL @returns {SourceMap | undefined} */
function findSourceMap(name) {
  const path = pathOf(`${name}`);
  const entry = known.get(path);
  if (entry === undefined || entry === null) return undefined;
  if (entry instanceof SourceMap) return entry;
  let map = null;
  try {
    map = new SourceMap(readMap(path, entry.url), { lineLengths: entry.lineLengths });
  } catch {
    // A map that is missing or broken maps nothing.
  }
  known.set(path, map);
  return map ?? undefined;
}

/** The function's name as written: what the map calls its beginning, or the place it is called from. */
function symbolName(map, sites, i) {
  const site = sites[i];
  const line = site.getEnclosingLineNumber?.();
  if (line) {
    const { name } = map.findEntry(line - 1, site.getEnclosingColumnNumber() - 1);
    if (name) return name;
  }
  const caller = sites[i + 1];
  if (caller === undefined || caller.getFileName() !== site.getFileName()) return undefined;
  return map.findEntry(caller.getLineNumber() - 1, caller.getColumnNumber() - 1).name;
}

function siteName(site) {
  const typeName = site.getTypeName();
  const prefix = typeName !== null && typeName !== undefined && typeName !== 'global' ? `${typeName}.` : '';
  return `${prefix}${site.getFunctionName() ?? site.getMethodName() ?? '<anonymous>'}`;
}

/** A frame in terms of its source, and that place; undefined when it has no source map. */
function mapSite(sites, i) {
  const site = sites[i];
  const file = site.getFileName();
  const map = typeof file === 'string' ? findSourceMap(file) : undefined;
  if (map === undefined) return undefined;
  const entry = map.findEntry(site.getLineNumber() - 1, site.getColumnNumber() - 1);
  const { originalSource, originalLine, originalColumn } = entry;
  if (originalSource === undefined || originalLine === undefined) return undefined;
  const async = site.isAsync() ? 'async ' : '';
  const name = symbolName(map, sites, i) ?? siteName(site);
  const place = `${nameOf(originalSource)}:${originalLine + 1}:${originalColumn + 1}`;
  return { map, entry, text: `${async}${name} (${place})` };
}

/** "file:line", the line and a mark under the place: printed before an exception nobody caught. */
function arrow({ map, entry }) {
  const { originalSource, originalLine, originalColumn } = entry;
  const { sources, sourcesContent } = map.payload;
  let content = sourcesContent?.[sources?.indexOf(originalSource)];
  content ??= originalSource.startsWith('file:') ? readFileUtf8(toPath(originalSource), true) : undefined;
  const line = content?.split(/\r?\n/)[originalLine];
  if (line === undefined) return undefined;
  const indent = line.slice(0, originalColumn).replace(/[^\t]/g, ' ');
  return `${nameOf(originalSource)}:${originalLine + 1}\n${line}\n${indent}^\n`;
}

function headline(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

function format(error, sites) {
  let text = headline(error);
  for (let i = 0; i < sites.length; i++) {
    const mapped = mapSite(sites, i);
    if (mapped !== undefined && i === 0) {
      const source = arrow(mapped);
      if (source !== undefined) setArrow(error, source);
    }
    text += `\n    at ${mapped?.text ?? sites[i]}`;
  }
  return text;
}

/** Writes an error's stack, unless the program does (Error.prepareStackTrace). */
function write(error, sites) {
  try {
    return format(error, sites);
  } catch {
    return [headline(error), ...sites.map((site) => `    at ${site}`)].join('\n');
  }
}

/** process.setSourceMapsEnabled() */
function setEnabled(enabled) {
  state.enabled = enabled;
  setStackWriter(enabled ? write : undefined);
}

module.exports = { note, findSourceMap, setEnabled };
