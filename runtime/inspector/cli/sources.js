'use strict';
// The target's scripts, and lines of them around a place.

const path = require('path');
const { fileURLToPath } = require('url');
const { inspect } = require('internal/util/inspect');

/** How a script is named to the user. */
function shortName(url) {
  if (!url.startsWith('file:') && !path.isAbsolute(url)) return url;
  return path.relative(process.cwd(), url.startsWith('file:') ? fileURLToPath(url) : url);
}

class Snippet {
  constructor(lines, first, current, marked) {
    Object.assign(this, { lines, first, current, marked });
  }

  [inspect.custom]() {
    const width = Math.max(2, `${this.first + this.lines.length}`.length);
    return this.lines
      .map((text, i) => {
        const number = this.first + i;
        const mark = number === this.current ? '>' : this.marked.has(number) ? '*' : ' ';
        return `${mark}${`${number + 1}`.padStart(width)} ${text}`;
      })
      .join('\n');
  }
}

class ScriptList {
  constructor(rows) {
    this.rows = rows;
  }

  [inspect.custom]() {
    return this.rows.map(({ id, url, here }) => `${here ? '*' : ' '} ${id}: ${url}`).join('\n');
  }
}

class Sources {
  scripts = new Map(); // id → {id, url, name}
  #client;

  constructor(client) {
    this.#client = client;
    client.on('Debugger.scriptParsed', ({ scriptId: id, url }) => {
      if (url) this.scripts.set(id, { id, url, name: shortName(url) });
    });
  }

  list(withInternal, current) {
    const rows = [...this.scripts.values()]
      .filter(({ url }) => withInternal || !url.startsWith('node:'))
      .map(({ id, name }) => ({ id, url: name, here: id === current }));
    return new ScriptList(rows);
  }

  nameOf(id) {
    return this.scripts.get(id)?.name ?? `<script ${id}>`;
  }

  /** `around` lines before and after a place. */
  async snippet({ scriptId, lineNumber }, around, marked = new Set()) {
    const { scriptSource = '' } = await this.#client.send('Debugger.getScriptSource', { scriptId });
    const lines = scriptSource.split(/\r?\n/);
    const first = Math.max(lineNumber - around, 0);
    return new Snippet(lines.slice(first, lineNumber + around + 1), first, lineNumber, marked);
  }
}

module.exports = { Sources, shortName };
