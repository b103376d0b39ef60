'use strict';
// WebAssembly modules as ES modules (Node.js "Modules: ECMAScript modules", "Wasm modules"; --experimental-wasm-modules).
// A generated ES module imports what the WebAssembly module needs and exports what it has: so V8 links it, orders it
// and finds cycles as it does for every other.
const { compileModule } = internalBinding('es_modules');

let warned = false;
function warn() {
  if (warned) return;
  warned = true;
  const text = 'Importing WebAssembly modules is an experimental feature and might change at any time';
  process.emitWarning(text, 'ExperimentalWarning');
}

/**
 * @param {string} url
 * @param {Uint8Array | ArrayBuffer} source
 * @returns {{record: number, extendMeta: (meta: object) => void}}
 */
function load(url, source) {
  warn();
  const compiled = new WebAssembly.Module(source);
  const needs = [...new Set(WebAssembly.Module.imports(compiled).map((each) => each.module))];
  const names = WebAssembly.Module.exports(compiled).map((each) => each.name);
  const lines = [
    ...needs.map((specifier, i) => `import * as need${i} from ${JSON.stringify(specifier)};`),
    `const got = import.meta.instantiate([${needs.map((_, i) => `need${i}`).join(', ')}]);`,
    ...names.map((name, i) => `const value${i} = got[${JSON.stringify(name)}];`),
    ...names.map((name, i) => `export { value${i} as ${JSON.stringify(name)} };`),
  ];
  const instantiate = (namespaces) => {
    const imports = { __proto__: null };
    for (let i = 0; i < needs.length; i++) imports[needs[i]] = namespaces[i];
    return new WebAssembly.Instance(compiled, imports).exports;
  };
  return {
    record: compileModule(url, lines.join('\n')),
    extendMeta(meta) {
      meta.instantiate = instantiate;
    },
  };
}

module.exports = { load };
