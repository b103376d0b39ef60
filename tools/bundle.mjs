// node tools/bundle.mjs ENTRY OUT: joins a CommonJS package's files into one builtin module of Parley (runtime/CMakeLists.txt).
// Follows require() of relative names from ENTRY; other names must be builtin modules. Every file stays a function of its
// own, run when first required, so cycles, order and laziness are as they were.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { builtinModules, createRequire } from 'node:module';

const [entry, out] = process.argv.slice(2).map((each) => resolve(each));
if (out === undefined) {
  console.error('usage: node tools/bundle.mjs ENTRY OUT');
  process.exit(2);
}
const root = dirname(entry);
const kRequire = /\brequire\(\s*(['"])([^'"]+)\1\s*\)/g;
// An export that only passes on what another file exports is looked up when it is asked for.
const kPassedOn = /^module\.exports\.(\w+) = (local\(\d+\)\.\w+)$/gm;
const files = [entry];
const kLater = ['zlib']; // builtin modules that most uses of a package need nothing of: loaded at the first property

/** One file's text, its require()s naming positions in `files` or builtin modules. */
function translate(file) {
  const find = createRequire(file).resolve;
  return readFileSync(file, 'utf8').replace(kRequire, (whole, quote, name) => {
    const builtin = name.replace(/^node:/, '');
    if (kLater.includes(builtin)) return `later('${builtin}')`;
    if (builtinModules.includes(builtin)) return `require('${builtin}')`;
    if (/^node:/.test(name)) return whole; // newer than the Node.js that builds: in a branch that is not reached
    if (!name.startsWith('.')) throw new Error(`${file}: ${name} is not part of the package`);
    const target = find(name);
    if (!files.includes(target)) files.push(target);
    return `local(${files.indexOf(target)})`;
  });
}

const passOn = (whole, name, value) =>
  `Object.defineProperty(module.exports, '${name}', { enumerable: true, get: () => ${value} })`;

const functions = [];
for (let i = 0; i < files.length; i++) {
  // In parentheses: V8 takes that as a hint to compile it at once, and so keeps it in the code cache.
  functions.push(
    `// ${relative(root, files[i])}\n(function (module, exports) {\n${translate(files[i]).replace(kPassedOn, passOn)}\n})`,
  );
}
// Builtin sources are one byte a character.
const ascii = (text) =>
  text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const text = `'use strict';
// Made by tools/bundle.mjs of ${relative(join(root, '..'), entry)}; its licence is in that package.
const files = [
${functions.join(',\n')}
];
const modules = [];
function local(number) {
  let module = modules[number];
  if (module === undefined) {
    module = modules[number] = { exports: {} };
    files[number](module, module.exports);
  }
  return module.exports;
}
const later = (id) => new Proxy({}, { get: (target, name) => require(id)[name] });
module.exports = local(0);
`;
writeFileSync(out, ascii(text));
