// Log lines with a level and the part of the server that speaks: "2026-01-31T12:00:00.000Z info  agent: worker webrtc_3 is ready".
const LEVELS = ['error', 'warn', 'info', 'debug'];

let threshold = LEVELS.indexOf('info');
let sink = (line) => process.stderr.write(line);

export const isLevel = (name) => LEVELS.includes(name);
export const logLevels = LEVELS;

export function setLogLevel(name) {
  threshold = LEVELS.indexOf(name);
}

export function setLogSink(write) {
  sink = write;
}

/** A logger of one component. Text from outside is made one line and cut to 2,000 characters. */
export function logger(component) {
  const write = (level, parts) => {
    if (LEVELS.indexOf(level) > threshold) return;
    const text = parts.map((p) => (p instanceof Error ? (p.stack ?? p.message) : String(p))).join(' ');
    const clean = text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '?').replace(/\n/g, '\n    ');
    sink(`${new Date().toISOString()} ${level.padEnd(5)} ${component}: ${clean.slice(0, 2000)}\n`);
  };
  return Object.fromEntries(LEVELS.map((level) => [level, (...parts) => write(level, parts)]));
}
