// The configuration: parley.toml holds every key with its default and a comment; an operator's own file overrides some of them.
// A key that parley.toml does not have, or a value of another type, is an error that names it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';

const DEFAULTS = fileURLToPath(new URL('./parley.toml', import.meta.url));

export class ConfigError extends Error {}

function read(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read the configuration ${path}: ${error.code ?? error.message}`);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError(
      `the configuration ${path} is not valid TOML: ${error.message.split('\n')[0]} (line ${error.line ?? '?'})`,
    );
  }
}

const typeOf = (value) => (Array.isArray(value) ? 'list' : typeof value);

function merge(defaults, own, path) {
  for (const [section, keys] of Object.entries(own)) {
    if (!Object.hasOwn(defaults, section)) throw new ConfigError(`${path}: there is no section [${section}]`);
    if (typeOf(keys) !== 'object') throw new ConfigError(`${path}: ${section} must be a section`);
    for (const [key, value] of Object.entries(keys)) {
      const name = `${section}.${key}`;
      if (!Object.hasOwn(defaults[section], key)) throw new ConfigError(`${path}: there is no key ${name}`);
      const wanted = typeOf(defaults[section][key]);
      if (typeOf(value) !== wanted)
        throw new ConfigError(`${path}: ${name} must be a ${wanted}, not a ${typeOf(value)}`);
      defaults[section][key] = value;
    }
  }
}

const between = (low, high) => (v) =>
  (Number.isFinite(v) && v >= low && v <= high) || `must be between ${low} and ${high}`;
const port = (v) => (Number.isInteger(v) && v >= 0 && v <= 65535) || 'must be a port, 0 to 65535';

/** Bounds of single keys; other keys are bounded by their type alone. */
const CHECKS = {
  'http.port': port,
  'agent.prerun': between(1, 100),
  'agent.max': between(1, 1000),
  'agent.aliveSeconds': between(1, 600),
  'agent.readySeconds': between(0.1, 600),
  'agent.backoffSeconds': between(0.1, 600),
  'agent.maxLoad': between(0.01, 10),
  'portal.maxMessageBytes': between(1024, 16777216),
  'portal.maxBufferedBytes': between(65536, 1073741824),
  'portal.reconnectSeconds': between(1, 3600),
  'portal.loginSeconds': between(0.1, 600),
  'portal.requestsPerSecond': between(1, 100000),
  'portal.requestsBurst': between(1, 1000000),
  'turn.urls': (v) =>
    v.every((url) => typeof url === 'string' && /^(stun|turn)s?:[^\s]+$/.test(url)) ||
    'must be a list of stun:, stuns:, turn: or turns: URLs',
  'turn.seconds': between(60, 31536000),
  'room.participantLimit': between(1, 100000),
  'room.destroySeconds': between(0, 86400),
  'room.answerSeconds': between(1, 600),
  'room.restartSeconds': between(1, 600),
  'room.loudest': between(0, 1000),
  'room.participantsPerWorker': between(0, 100000),
  'room.maxStreams': between(1, 100),
  'media.threads': (v) => (Number.isInteger(v) && v >= 1 && v <= 26) || 'must be an integer, 1 to 26',
  'media.ports': (v) =>
    (v.length === 2 && v.every((p) => port(p) === true) && v[0] <= v[1]) ||
    'must be [lowest, highest], or [0, 0] for any',
};

function validate(config, path) {
  for (const [name, check] of Object.entries(CHECKS)) {
    const [section, key] = name.split('.');
    const verdict = check(config[section][key]);
    if (verdict !== true) throw new ConfigError(`${path}: ${name} ${verdict}`);
  }
  if (config.agent.prerun > config.agent.max)
    throw new ConfigError(`${path}: agent.prerun must not be more than agent.max`);
}

/** @param {string} [path] an operator's file @returns the whole configuration @throws {ConfigError} */
export function loadConfig(path) {
  const config = read(DEFAULTS);
  if (path) merge(config, read(path), path);
  validate(config, path ?? DEFAULTS);
  return config;
}
