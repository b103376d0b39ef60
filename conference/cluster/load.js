// How loaded this machine is, 0…1: the worst of processor, memory and the network interface that carries the traffic.
import { readFileSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';

const ROUTES = '/proc/net/route';
const TRAFFIC = '/proc/net/dev';
const SMOOTHING = 0.5; // of the newest sample
const STEP = 0.01; // a smaller change is not worth a report

/** The interface of the default route, or null: `lo` carries no client's media. */
export function defaultInterface(routes) {
  const row = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .find((f) => f[1] === '00000000' && (parseInt(f[3], 16) & 2) !== 0);
  return row && row[0] !== 'lo' ? row[0] : null;
}

/** Bytes received and sent by an interface since it came up. */
export function trafficOf(text, name) {
  const line = text.split('\n').find((l) => l.trim().startsWith(`${name}:`));
  if (!line) return null;
  const f = line
    .slice(line.indexOf(':') + 1)
    .trim()
    .split(/\s+/)
    .map(Number);
  return { rx: f[0], tx: f[8] };
}

const read = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

function availableMemory() {
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1];
  return kib ? Number(kib) * 1024 : freemem();
}

/** @param {{ networkMbps: number, now?: () => number }} options what the interface can carry, each way */
export function loadMeter({ networkMbps, now = Date.now }) {
  let last = null; // { time, idle, total, rx, tx }
  let cpu = Math.min(1, loadavg()[0] / Math.max(1, cpus().length)) * 0.5;
  let network = 0;
  return () => {
    let idle = 0;
    let total = 0;
    for (const { times } of cpus()) {
      idle += times.idle;
      total += times.user + times.nice + times.sys + times.idle + times.irq;
    }
    const name = defaultInterface(read(ROUTES));
    const traffic = (name && trafficOf(read(TRAFFIC), name)) ?? { rx: 0, tx: 0 };
    const sample = { time: now(), idle, total, ...traffic };
    if (last && sample.total > last.total) {
      cpu += SMOOTHING * (1 - (idle - last.idle) / (total - last.total) - cpu);
      const bytes = Math.max(sample.rx - last.rx, sample.tx - last.tx, 0);
      const share = (bytes * 8) / 1e3 / Math.max(1, sample.time - last.time) / networkMbps;
      network += SMOOTHING * (Math.min(1, share) - network);
    }
    if (!last || sample.total > last.total) last = sample;
    const memory = 1 - availableMemory() / totalmem();
    return Math.round(Math.min(1, Math.max(0, cpu, memory, network)) / STEP) * STEP;
  };
}
