'use strict';
// What the debugger knows of its target at any time, and what its commands do (Node doc: debugger, "Command reference").

const fs = require('fs');
const path = require('path');
const { codes } = require('internal/errors');
const { validateInteger, validateNumber, validateString } = require('internal/errors/validators');
const Breakpoints = require('internal/inspector/cli/breakpoints');
const Client = require('internal/inspector/cli/client');
const { Sources } = require('internal/inspector/cli/sources');
const { launch } = require('internal/inspector/cli/target');
const { RemoteValue } = require('internal/inspector/cli/values');
const { inspect } = require('internal/util/inspect');

const kFarewell = 'Waiting for the debugger to disconnect...';

function thrown({ exception, text }) {
  const description = exception?.description ?? `${exception?.value ?? text}`;
  const [first] = description.split('\n');
  const error = new Error(first.replace(/^\w*Error: /, ''));
  error.stack = description;
  return error;
}

class Profile {
  constructor(data) {
    Object.defineProperty(this, 'data', { value: data });
  }
  [inspect.custom]() {
    return `[Profile ${this.data.endTime - this.data.startTime}μs]`;
  }
  save(filename = 'node.cpuprofile') {
    const file = path.resolve(filename);
    fs.writeFileSync(file, JSON.stringify(this.data));
    return new Note(`Saved profile to ${file}`);
  }
}

/** A line to show as it is. */
class Note {
  constructor(text) {
    this.text = text;
  }
  [inspect.custom]() {
    return this.text;
  }
}

module.exports = class Session {
  profiles = [];
  frames = null; // while the target is paused
  #target;
  #print;
  #child = null;
  #client = new Client();
  #sources = new Sources(this.#client);
  #breakpoints;
  #watched = [];
  #contextLines = 2;
  #exceptions = 'none';
  #snapshots = Promise.resolve();
  #resumes = process.env.NODE_INSPECT_RESUME_ON_START === '1';

  constructor(target, print) {
    this.#target = target;
    this.#print = print;
    const client = this.#client;
    this.#breakpoints = new Breakpoints(client, this.#sources, print);
    client.on('Debugger.paused', (event) => this.#paused(event).catch(() => {}));
    client.on('Debugger.resumed', () => (this.frames = null));
    client.on('close', () => (this.frames = null));
    client.on('Profiler.consoleProfileFinished', ({ profile }) => {
      this.profiles.push(new Profile(profile));
      print(`Captured new CPU profile.\nAccess it with profiles[${this.profiles.length - 1}]`);
    });
    for (const domain of ['Debugger', 'HeapProfiler', 'Profiler', 'Runtime']) {
      this[domain] = new Proxy(
        {},
        { get: (_, name) => (params) => client.send(`${domain}.${name}`, params) },
      );
    }
  }

  // ---- the target's life

  async start() {
    let { host, port } = this.#target;
    if (this.#target.script !== undefined) {
      const started = await launch(this.#target, this.#print, (text) => this.#output(text));
      this.#child = started.child;
      ({ host, port } = started);
    }
    this.#print(`connecting to ${host}:${port} ...`);
    await this.#client.connect(host, port);
    this.#print(' ok');
    const send = (method, params) => this.#client.send(method, params);
    await Promise.all([
      send('Runtime.enable'),
      send('Profiler.enable'),
      send('Debugger.enable'),
      send('Debugger.setPauseOnExceptions', { state: this.#exceptions }),
    ]);
    await this.#breakpoints.restore();
    await send('Runtime.runIfWaitingForDebugger');
  }

  kill() {
    this.#client.disconnect();
    this.#child?.kill('SIGKILL');
    this.#child = null;
    this.frames = null;
  }

  async restart() {
    if (this.#target.script === undefined)
      throw new codes.ERR_DEBUGGER_ERROR('Cannot restart what runs elsewhere');
    this.kill();
    this.#sources.scripts.clear();
    await this.start();
  }

  #output(text) {
    const lines = text.split(/\r?\n/).filter((line) => line !== '');
    if (lines.length > 0) this.#print(lines.map((line) => `< ${line}`).join('\n'));
    if (text.trimEnd().endsWith(kFarewell)) this.#client.disconnect();
  }

  // ---- pauses

  async #paused({ callFrames, reason }) {
    if (this.#resumes) {
      this.#resumes = false;
      await this.#client.send('Debugger.resume');
      return;
    }
    this.frames = callFrames;
    const { location } = callFrames[0];
    const name = this.#sources.nameOf(location.scriptId);
    const snippet = await this.#snippet(this.#contextLines);
    const watched = this.#watched.length === 0 ? '' : `Watchers:\n${await this.#watchersText()}\n\n`;
    const kind = reason === 'other' ? 'break' : reason;
    this.#print(`${watched}${kind} in ${name}:${location.lineNumber + 1}\n${inspect(snippet)}`);
  }

  #here() {
    if (this.frames === null) throw new codes.ERR_DEBUGGER_ERROR('Requires execution to be paused');
    return this.frames[0].location;
  }

  #snippet(around) {
    const location = this.#here();
    const name = this.#sources.nameOf(location.scriptId);
    return this.#sources.snippet(location, around, this.#breakpoints.linesIn(name));
  }

  async step(method) {
    if (method !== 'pause' && this.#client.connected) this.#here();
    await this.#client.send(`Debugger.${method}`);
  }

  list(around = 5) {
    return this.#snippet(around);
  }

  setContextLineNumber(count) {
    validateNumber(count, 'delta', 1);
    this.#contextLines = count;
  }

  backtrace() {
    this.#here();
    const lines = this.frames.map(({ functionName, location }, i) => {
      const { lineNumber, columnNumber } = location;
      const place = `${this.#sources.nameOf(location.scriptId)}:${lineNumber + 1}:${columnNumber}`;
      return `#${i} ${functionName || '(anonymous)'} ${place}`;
    });
    return new Note(lines.join('\n'));
  }

  scripts(withInternal = false) {
    return this.#sources.list(withInternal, this.frames?.[0].location.scriptId);
  }

  async pauseOn(state) {
    this.#exceptions = state;
    await this.#client.send('Debugger.setPauseOnExceptions', { state });
  }

  // ---- values

  #evaluateRaw(expression) {
    const params = { expression, objectGroup: 'inspect', generatePreview: true, includeCommandLineAPI: true };
    if (this.frames === null) return this.#client.send('Runtime.evaluate', params);
    const [{ callFrameId }] = this.frames;
    return this.#client.send('Debugger.evaluateOnCallFrame', { ...params, callFrameId });
  }

  async evaluate(expression) {
    if (expression === '.scope') return this.#scopes();
    const { result, exceptionDetails } = await this.#evaluateRaw(expression);
    if (exceptionDetails) throw thrown(exceptionDetails);
    return result === undefined ? undefined : new RemoteValue(result);
  }

  async #scopes() {
    this.#here();
    const scopes = this.frames[0].scopeChain.filter(({ type }) => type !== 'global');
    return Promise.all(
      scopes.map(async ({ type, name, object: { objectId } }) => {
        const { result } = await this.#client.send('Runtime.getProperties', { objectId });
        return { type, name, properties: result.map((each) => each.name) };
      }),
    );
  }

  watch(expression) {
    validateString(expression, 'expression');
    if (!this.#watched.includes(expression)) this.#watched.push(expression);
  }

  unwatch(which) {
    const at = typeof which === 'number' ? which : this.#watched.indexOf(which);
    if (at >= 0) this.#watched.splice(at, 1);
  }

  async #watchersText() {
    const lines = await Promise.all(
      this.#watched.map(async (expression, i) => {
        const text = await this.evaluate(expression).then(inspect, (error) => `<${error.message}>`);
        return `  ${i}: ${expression} =${text.includes('\n') ? `\n    ${text.replaceAll('\n', '\n    ')}` : ` ${text}`}`;
      }),
    );
    return lines.join('\n');
  }

  async watchers() {
    return new Note(await this.#watchersText());
  }

  // ---- breakpoints

  breakpoints() {
    return this.#breakpoints.show();
  }

  /** At the current line, a line of the current script, a line of another script, or in a function ("name()"). */
  async setBreakpoint(script, line, condition) {
    if (typeof script === 'string' && line === undefined) {
      return this.#breakpoints.setInFunction((code) => this.#evaluateRaw(code), script);
    }
    const here = typeof script === 'string' ? undefined : this.#here();
    const name = here === undefined ? script : this.#sources.nameOf(here.scriptId);
    const at = here === undefined ? line : (script ?? here.lineNumber + 1);
    validateInteger(at, 'line', 1);
    const location = await this.#breakpoints.set(name, at, here === undefined ? condition : line);
    return location && this.#sources.snippet(location, 5, this.#breakpoints.linesIn(name));
  }

  clearBreakpoint(script, line) {
    return this.#breakpoints.clear(script, line);
  }

  // ---- profiles

  async profile() {
    await this.#client.send('Profiler.start');
  }

  async profileEnd() {
    const { profile } = await this.#client.send('Profiler.stop');
    this.profiles.push(new Profile(profile));
    return this.profiles.at(-1);
  }

  /** One after the other: the target's chunks do not say which snapshot they are of. */
  takeHeapSnapshot(filename = 'node.heapsnapshot') {
    const file = path.resolve(filename);
    const take = async () => {
      const chunks = [];
      const keep = ({ chunk }) => chunks.push(chunk);
      this.#client.on('HeapProfiler.addHeapSnapshotChunk', keep);
      try {
        await this.#client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      } finally {
        this.#client.off('HeapProfiler.addHeapSnapshotChunk', keep);
      }
      fs.writeFileSync(file, chunks.join(''));
      return new Note(`Wrote snapshot: ${file}`);
    };
    this.#snapshots = this.#snapshots.then(take, take);
    return this.#snapshots;
  }
};
