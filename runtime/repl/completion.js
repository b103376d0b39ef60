'use strict';
// Tab completion of a prompt: commands, modules of require() and import(), files of fs functions, globals and properties.
// Node doc: repl, "Tab completion".

const fs = require('fs');
const path = require('path');
const { getOwnNonIndexProperties } = require('internal/util/inspect');
const { Module } = require('internal/modules/cjs');
const { builtinNames } = require('internal/repl/builtins');

const kKeywords =
  'async await break case catch const continue debugger default delete do else export false finally for function if import in instanceof let new null return switch this throw true try typeof var void while with yield'.split(
    ' ',
  );
const kRequire = /\brequire\s*\(\s*['"`](([\w@./:-]+\/)?(?:[\w@./:-]*))(?![^'"`])$/;
const kImport = /\bimport\s*\(\s*['"`](([\w@./:-]+\/)?(?:[\w@./:-]*))(?![^'"`])$/;
const kFsCall = /fs(?:\.promises)?\.\s*[a-z][a-zA-Z]+\(\s*["'](.*)/;
const kImportExtensions = ['.js', '.mjs', '.cjs', '.json', '.node'];

const isIdentifier = (name) => /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name);
const isLegacyMethod = (name) => /^__(define|lookup)[GS]etter__$/.test(name);

function readFolder(...args) {
  try {
    return fs.readdirSync(...args);
  } catch {
    return [];
  }
}

// ---- Modules

function modulesIn(folder, subfolder, extensions, dropExtension) {
  const indexes = [...extensions.map((extension) => `index${extension}`), 'package.json', 'index'];
  const group = [];
  for (const entry of readFolder(path.resolve(folder, subfolder), { withFileTypes: true })) {
    const { name } = entry;
    const extension = path.extname(name);
    const base = name.slice(0, name.length - extension.length);
    if (/-\d+\.\d+/.test(base) || name === '.npm') continue;
    if (!entry.isDirectory()) {
      if (extensions.includes(extension) && (subfolder === '' || base !== 'index')) {
        group.push(subfolder + (dropExtension ? base : name));
      }
      continue;
    }
    group.push(`${subfolder}${name}/`);
    const inside = readFolder(path.resolve(folder, subfolder, name));
    if (inside.some((file) => indexes.includes(file))) group.push(subfolder + name);
  }
  return group;
}

// require() finds a file without its extension, import() does not.
function moduleGroups(server, [, word, subfolder = ''], extensions, dropExtension) {
  let group;
  if (word === '.') {
    group = ['./', '../'];
  } else if (word === '..') {
    group = ['../'];
  } else {
    const paths = /^\.\.?\//.test(word) ? [process.cwd()] : [...modulePaths(server), ...Module.globalPaths];
    group = paths.flatMap((folder) => modulesIn(folder, subfolder, extensions, dropExtension));
  }
  const groups = group.length > 0 ? [group] : [];
  if (subfolder === '') {
    const prefixed = builtinNames().map((name) => `node:${name}`);
    groups.push(require('repl').builtinModules, prefixed);
  }
  return [groups, word];
}

const modulePaths = (server) => server.context.module?.paths ?? Module._nodeModulePaths(process.cwd());

function completeRequire(server, match) {
  const extensions = Object.keys(server.context.require?.extensions ?? Module._extensions);
  return moduleGroups(server, match, extensions, true);
}

// ---- Files

function completeFile([, given]) {
  let folder = given || '.';
  let base = '';
  try {
    if (!fs.statSync(folder).isDirectory()) throw new Error('a file');
  } catch {
    base = path.basename(folder);
    folder = path.dirname(folder);
  }
  const names = readFolder(folder).filter((name) => name.startsWith(base));
  return [[names], base];
}

// ---- Names

function ownNames(object) {
  if (object === null || object === undefined) return [];
  let isObjectPrototype = false;
  if (Object.getPrototypeOf(object) === null) {
    const constructor = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
    const above = typeof constructor === 'function' ? Object.getPrototypeOf(constructor) : null;
    isObjectPrototype = above !== null && Object.getPrototypeOf(above) === object;
  }
  const names = getOwnNonIndexProperties(object, true).filter((name) => typeof name === 'string');
  return names.filter((name) => isIdentifier(name) && !(isObjectPrototype && isLegacyMethod(name)));
}

function globalGroups(server, word) {
  const groups = [require('internal/repl/inspector').lexicalNames(server)];
  for (let proto = server.context; (proto = Object.getPrototypeOf(proto)) !== null;)
    groups.push(ownNames(proto));
  groups.push(
    server.useGlobal ? ownNames(server.context) : [...ownNames(server.context), ...languageNames()],
  );
  if (word !== '') groups.push(kKeywords);
  return groups;
}

let names;
const languageNames = () =>
  (names ??= Array.from(require('vm').runInNewContext('Object.getOwnPropertyNames(globalThis)')).filter(
    isIdentifier,
  ));

function memberGroups(value) {
  const groups = [];
  let proto;
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    groups.push(ownNames(value));
    proto = Object.getPrototypeOf(value);
  } else {
    proto = value?.constructor?.prototype ?? null;
  }
  // A proxy may have no end of prototypes.
  for (let depth = 0; proto !== null && depth < 5; depth++) {
    groups.push(ownNames(proto));
    proto = Object.getPrototypeOf(proto);
  }
  return groups;
}

// Where the expression that ends at `end` begins: names, their members, literals; no calls, which would be carried out. -1: none.
function expressionStart(line, end) {
  const literal = /(?:\(\s*(["'`])[^"'`()]*\1\s*\)|(["'`])[^"'`()]*\2|\[[^()[\]]*\])$/.exec(
    line.slice(0, end),
  );
  if (literal !== null && !/[\w$\])]$/.test(line.slice(0, literal.index))) return literal.index;
  const names =
    /(?:[a-zA-Z_$][\w$]*(?:\[(?:\w+|"[^"]*"|'[^']*')\])*\??\.)*[a-zA-Z_$][\w$]*(?:\[(?:\w+|"[^"]*"|'[^']*')\])*$/.exec(
      line.slice(0, end),
    );
  if (names === null || /[\w$\])]\??\.$/.test(line.slice(0, names.index))) return -1;
  return names.index;
}

// {word, object, joint}: what is left of the last dot, and what is to be completed.
function splitExpression(line) {
  const word = /(?:[a-zA-Z_$][\w$]*)?$/.exec(line)[0];
  const before = line.length - word.length;
  const joint =
    line.endsWith('?.', before) || line.slice(before - 2, before) === '?.'
      ? '?.'
      : line[before - 1] === '.'
        ? '.'
        : '';
  if (joint === '') {
    // A number or a closing quote is nothing to go on from.
    if (word === '' && line !== '' && !/[\s([{,;=+\-*/!?:&|<>]$/.test(line)) return undefined;
    return { word, object: '', joint };
  }
  const end = before - joint.length;
  const start = expressionStart(line, end);
  if (start === -1) return undefined;
  return { word, object: line.slice(start, end), joint };
}

function completeExpression(server, line, callback) {
  const split = splitExpression(line);
  if (split === undefined) {
    callback(null, [[], '']);
    return;
  }
  const { word, object, joint } = split;
  if (object === '') {
    finish(globalGroups(server, word), word, word, callback);
    return;
  }
  const prefix = object + joint;
  server.eval(`try { ${object} } catch {}`, server.context, 'completion', (error, value) => {
    let groups = [];
    try {
      groups = memberGroups(value);
    } catch {
      // A proxy's traps may throw.
    }
    const full = groups.map((group) => group.map((name) => prefix + name));
    finish(full, word === '' ? '' : prefix + word, prefix + word, callback);
  });
}

// ---- The result

// Groups come from near to far; the nearest stands at the end, next to the prompt.
function finish(groups, filter, original, callback) {
  const lower = filter.toLowerCase();
  const seen = new Set(['']);
  const completions = [];
  for (const group of groups) {
    const before = seen.size;
    for (const text of group
      .filter((name) => name.toLowerCase().startsWith(lower))
      .toSorted((a, b) => (b > a ? 1 : -1))) {
      if (seen.has(text)) continue;
      completions.unshift(text);
      seen.add(text);
    }
    if (before !== seen.size) completions.unshift('');
  }
  if (completions[0] === '') completions.shift();
  callback(null, [completions, original]);
}

function complete(server, given, callback) {
  const line = given.trimStart();
  let match;
  if (server._buffered === '' && (match = /^\.(\w*)$/.exec(line)) !== null) {
    finish([Object.keys(server.commands)], match[1], match[1], callback);
  } else if ((match = kRequire.exec(line)) !== null) {
    const [groups, word] = completeRequire(server, match);
    finish(groups, word, word, callback);
  } else if ((match = kImport.exec(line)) !== null) {
    const [groups, word] = moduleGroups(server, match, kImportExtensions, false);
    finish(groups, word, word, callback);
  } else if (server.allowBlockingCompletions && (match = kFsCall.exec(line)) !== null) {
    const [groups, word] = completeFile(match);
    finish(groups, word, word, callback);
  } else if (/\b(?:require|import)\s*\(\s*['"`][^'"`]*['"`]$/.test(line)) {
    callback(null, [[], undefined]);
  } else {
    completeExpression(server, line, callback);
  }
}

module.exports = { complete };
