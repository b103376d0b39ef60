// A program under test that talks in lines of text: what it says is waited for, in order.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const PARLEY = join(here, '../../build/bin/parley');
export const program = (name) => join(here, 'programs', name);

/** Starts it; `parse` makes an object with one key of interest out of a line. It ends with the test. */
export function start(t, command, args, parse) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  const waiting = [];
  const heard = [];
  let listener = null;
  const ended = new Promise((resolve) => child.on('exit', resolve));
  ended.then((code) => waiting.forEach(({ reject }) => reject(new Error(`${command} ended: ${code}`))));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parse(line);
    if (listener?.(message)) return;
    const index = waiting.findIndex(({ key }) => key in message || 'error' in message);
    if (index < 0) return void heard.push(message);
    const [{ key, resolve, reject }] = waiting.splice(index, 1);
    if ('error' in message) reject(new Error(message.error));
    else resolve(message[key]);
  });
  return {
    write: (line) => child.stdin.write(`${line}\n`),
    /** What it says under that key, now or next. */
    next(key) {
      const index = heard.findIndex((message) => key in message);
      if (index >= 0) return Promise.resolve(heard.splice(index, 1)[0][key]);
      return new Promise((resolve, reject) => waiting.push({ key, resolve, reject }));
    },
    /** Called with each message from now on, first with those nobody waited for; true: it has been dealt with. */
    listen(callback) {
      for (const message of heard.splice(0)) if (!callback(message)) heard.push(message);
      listener = callback;
    },
    ended,
    close: () => child.stdin.end(),
  };
}

/** A program that talks JSON. */
export function startJson(t, command, args) {
  const started = start(t, command, args, (line) => JSON.parse(line));
  return { ...started, send: (message) => started.write(JSON.stringify(message)) };
}
