'use strict';
// module.SourceMap: finds where a place in generated code comes from.
// Documents: "Source Map Format" (ECMA-426), Node.js "Modules: node:module API", "Class: module.SourceMap".
const { validateObject } = require('internal/errors/validators');

const kDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const kDigitBits = 5;
const kContinues = 1 << kDigitBits;
const kMinusZero = -2147483648; // what the format's "-0" stands for

const values = new Int8Array(128).fill(-1);
for (let i = 0; i < kDigits.length; i++) values[kDigits.charCodeAt(i)] = i;

/** Reads the numbers of a "mappings" text, one after the other. */
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  get done() {
    return this.at >= this.text.length;
  }

  peek() {
    return this.text[this.at];
  }

  /** True at the end of a segment: of the text, of a line, or before the next one. */
  atSeparator() {
    const next = this.text[this.at];
    return next === undefined || next === ',' || next === ';';
  }

  number() {
    let result = 0;
    let shift = 0;
    let digit;
    do {
      digit = values[this.text.charCodeAt(this.at++)] ?? -1;
      if (digit < 0) return 0; // not the format: no map is better than an exception in a stack trace
      result += (digit & (kContinues - 1)) << shift;
      shift += kDigitBits;
    } while (digit & kContinues && shift < 32);
    const size = result >>> 1;
    if ((result & 1) === 0) return size;
    return size === 0 ? kMinusZero : -size;
  }
}

/** @typedef {{line: number, column: number, source?: string, originalLine?: number, originalColumn?: number, name?: string}} Mapping */

/** Adds the mappings of a map, or of a section of one, that begins at `offset` in the generated code. */
function addMappings(map, offset, mappings) {
  const sources = map.sources ?? [];
  const names = map.names ?? [];
  const root = map.sourceRoot ? `${map.sourceRoot}${map.sourceRoot.endsWith('/') ? '' : '/'}` : '';
  const urls = sources.map((source) => (source === null ? undefined : `${root}${source}`));
  const reader = new Reader(`${map.mappings ?? ''}`);
  let { line, column } = offset;
  let [source, originalLine, originalColumn, name] = [0, 0, 0, 0];
  while (!reader.done) {
    if (reader.peek() === ',') {
      reader.at++;
      continue;
    }
    if (reader.peek() === ';') {
      reader.at++;
      line++;
      column = 0;
      continue;
    }
    column += reader.number();
    const mapping = { line, column };
    if (!reader.atSeparator()) {
      source += reader.number();
      originalLine += reader.number();
      originalColumn += reader.number();
      Object.assign(mapping, { source: urls[source], originalLine, originalColumn });
      if (!reader.atSeparator()) {
        name += reader.number();
        mapping.name = names[name];
      }
    }
    mappings.push(mapping);
    while (!reader.atSeparator()) reader.at++;
  }
}

function clone(payload) {
  const copy = { ...payload };
  for (const key of Object.keys(copy)) {
    if (Array.isArray(copy[key])) copy[key] = copy[key].slice();
  }
  return copy;
}

class SourceMap {
  #payload;
  #lineLengths;
  /** @type {Mapping[] | undefined} in the generated code's order; decoded when first asked for */
  #mappings;

  constructor(payload, { lineLengths } = {}) {
    validateObject(payload, 'payload');
    this.#payload = clone(payload);
    this.#lineLengths = lineLengths === undefined || lineLengths === null ? undefined : [...lineLengths];
  }

  get payload() {
    return clone(this.#payload);
  }

  get lineLengths() {
    return this.#lineLengths?.slice();
  }

  #decode() {
    const mappings = [];
    const { sections } = this.#payload;
    if (Array.isArray(sections)) {
      for (const { offset, map } of sections) addMappings(map, offset, mappings);
    } else {
      addMappings(this.#payload, { line: 0, column: 0 }, mappings);
    }
    return mappings.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  /** The mapping that holds at a place in the generated code, both counted from 0; {} when there is none. */
  findEntry(lineOffset, columnOffset) {
    const mappings = (this.#mappings ??= this.#decode());
    let low = 0;
    let high = mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { line, column } = mappings[middle];
      if (line < lineOffset || (line === lineOffset && column <= columnOffset)) low = middle + 1;
      else high = middle;
    }
    const found = mappings[low - 1];
    if (found === undefined) return {};
    return {
      generatedLine: found.line,
      generatedColumn: found.column,
      originalSource: found.source,
      originalLine: found.originalLine,
      originalColumn: found.originalColumn,
      name: found.name,
    };
  }

  /** The same for a call site's numbers, which begin at 1. */
  findOrigin(lineNumber, columnNumber) {
    const entry = this.findEntry(lineNumber - 1, columnNumber - 1);
    if (entry.originalSource === undefined || entry.originalLine === undefined) return {};
    return {
      name: entry.name,
      fileName: entry.originalSource,
      lineNumber: entry.originalLine + lineNumber - entry.generatedLine,
      columnNumber: entry.originalColumn + columnNumber - entry.generatedColumn,
    };
  }
}

module.exports = { SourceMap };
