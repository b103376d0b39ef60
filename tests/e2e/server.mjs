// Starts and stops a real parleyd for the end-to-end tests, and finds out about its processes.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PATIENCE_MS } from './patience.mjs';

export const root = resolve(import.meta.dirname, '../..');
const STOP_TIMEOUT_MS = 30_000;

/**
 * @param {{runtime?: 'parley' | 'node', args?: string[], env?: object, config?: string, within?: string[]}} options whose JavaScript
 *   engine runs the server; `config` is TOML; `within` a command that runs it, as nsenter does
 * @returns {Promise<{url: string, pid: number, log: () => string, stop: () => Promise<void>}>}
 */
export async function startServer({ runtime = 'parley', args = [], env = {}, config, within = [] } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
  const options = ['--port', '0', '--data', data, ...args];
  if (config !== undefined) {
    writeFileSync(join(data, 'parley.toml'), config);
    options.push('--config', join(data, 'parley.toml'));
  }
  const [program, ...rest] = [...within, join(root, 'build/bin/parleyd'), ...options];
  const child = spawn(program, rest, {
    env: { ...process.env, ...env, PARLEY_RUNTIME: runtime },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const exited = new Promise((done) => child.once('exit', done));
  const url = await new Promise((ready, reject) => {
    const fail = (why) => reject(new Error(`parleyd ${why}:\n${log}`));
    const timer = setTimeout(() => fail('was not ready in time'), PATIENCE_MS);
    const read = (chunk) => {
      log += chunk;
      const match = /Parley is ready: (http:\/\/\S+)/.exec(log);
      if (!match) return;
      clearTimeout(timer);
      ready(match[1]);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', (error) => fail(error.message));
    exited.then((code) => fail(`ended with ${code}`));
  });
  return {
    url,
    pid: child.pid,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The process ids of `pid`'s children, their children, and so on. */
export function descendants(pid) {
  const children = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {} // ended while we looked
  }
  const found = [];
  for (const queue = [pid]; queue.length > 0;) {
    for (const child of children.get(queue.shift()) ?? []) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

/** Which of `pids` owns UDP port `port`, or undefined. */
export function ownerOfUdpPort(port, pids) {
  const inodes = new Set();
  for (const table of ['/proc/net/udp', '/proc/net/udp6']) {
    for (const line of readFileSync(table, 'utf8').trim().split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (parseInt(columns[1].split(':')[1], 16) === port) inodes.add(columns[9]);
    }
  }
  return pids.find((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => {
        try {
          return inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]);
        } catch {
          return false;
        }
      });
    } catch {
      return false;
    }
  });
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid) {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}
