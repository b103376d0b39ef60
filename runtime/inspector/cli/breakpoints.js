'use strict';
// The debugger's breakpoints. They are kept by script name and line, and set again when the program is started anew.

const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');

const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

module.exports = class Breakpoints {
  #list = []; // {id, name, lineNumber, params}
  #client;
  #sources;
  #print;

  constructor(client, sources, print) {
    this.#client = client;
    this.#sources = sources;
    this.#print = print;
  }

  show() {
    if (this.#list.length === 0) return this.#print('No breakpoints yet');
    return this.#print(
      this.#list.map(({ name, lineNumber }, i) => `#${i} ${name}:${lineNumber + 1}`).join('\n'),
    );
  }

  linesIn(name) {
    return new Set(this.#list.filter((each) => each.name === name).map((each) => each.lineNumber));
  }

  // The scripts that `name` stands for: the whole name of one, its id, or how its path ends.
  #match(name) {
    const scripts = [...this.#sources.scripts.values()];
    const exact = scripts.find((each) => each.name === name || each.url === name || each.id === `${name}`);
    return exact ?? scripts.find((each) => each.url.endsWith(`/${name}`));
  }

  /** Sets one at a line of a script, counted from 1. */
  async set(name, line, condition) {
    validateString(name, 'script');
    const script = this.#match(name);
    const params = { lineNumber: line - 1, condition };
    if (script === undefined) {
      this.#print(`Warning: script '${name}' was not loaded yet.`);
      params.urlRegex = `^(.*[\\/\\\\])?${escape(name)}$`;
    } else {
      params.url = script.url;
    }
    return this.#add(params, script?.name ?? name);
  }

  async #add(params, name) {
    const { breakpointId: id, locations = [] } = await this.#client.send(
      'Debugger.setBreakpointByUrl',
      params,
    );
    const [location] = locations;
    const lineNumber = location?.lineNumber ?? params.lineNumber;
    this.#list.push({ id, name, lineNumber, params });
    return location;
  }

  async clear(name, line) {
    const script = this.#match(name);
    const at = this.#list.findIndex(
      (each) => each.lineNumber === line - 1 && (each.name === script?.name || each.name === name),
    );
    if (at === -1) {
      this.#print(`Could not find breakpoint at ${name}:${line}`);
      return;
    }
    const [{ id: breakpointId }] = this.#list.splice(at, 1);
    await this.#client.send('Debugger.removeBreakpoint', { breakpointId });
  }

  /** In the program that was started anew. */
  async restore() {
    const list = this.#list;
    this.#list = [];
    for (const { name, params } of list) await this.#add(params, name);
  }

  /** Stops in a function of the program whenever it is called. */
  async setInFunction(evaluate, expression) {
    const { exceptionDetails } = await evaluate(`debug(${expression.replace(/\(\)$/, '')})`);
    if (exceptionDetails) throw new codes.ERR_DEBUGGER_ERROR(exceptionDetails.exception.description);
  }
};
