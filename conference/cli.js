// The command line of parleyd.
import { isLevel, logLevels } from './log.js';

export const HELP = `Usage: parleyd [options]

The conference server: serves the page, the REST API and the signalling, and starts its media workers.

  --config FILE     a TOML file; conference/parley.toml has every key with its default
  --port N          HTTP port (default 8080; 0 takes any)
  --host ADDR       address to listen on (default 0.0.0.0)
  --data DIR        keys, database, logs (default $XDG_DATA_HOME/parley or ~/.local/share/parley)
  --log-level L     ${logLevels.join(', ')}
  --help            this text
  --version         the version
`;

export class UsageError extends Error {}

const WITH_VALUE = ['--config', '--port', '--host', '--data', '--log-level'];

/** @param {string[]} argv @returns options by name without the dashes @throws {UsageError} */
export function parseCommandLine(argv) {
  const options = {};
  const rest = [...argv];
  while (rest.length > 0) {
    const [name, inline] = splitOnce(rest.shift());
    if (name === '--help' || name === '-h') return { help: true };
    if (name === '--version' || name === '-v') return { version: true };
    if (!WITH_VALUE.includes(name)) throw new UsageError(`unknown option ${name}`);
    const value = inline ?? rest.shift();
    if (value === undefined || value === '') throw new UsageError(`${name} needs a value`);
    options[name.slice(2)] = value;
  }
  if (options.port !== undefined && !(/^\d{1,5}$/.test(options.port) && Number(options.port) <= 65535)) {
    throw new UsageError(`--port must be a number from 0 to 65535, not ${options.port}`);
  }
  if (options['log-level'] !== undefined && !isLevel(options['log-level'])) {
    throw new UsageError(`--log-level must be one of ${logLevels.join(', ')}, not ${options['log-level']}`);
  }
  return options;
}

function splitOnce(argument) {
  const at = argument.startsWith('--') ? argument.indexOf('=') : -1;
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}

/** Puts the command line's options over the configuration. */
export function applyOptions(config, options) {
  if (options.port !== undefined) config.http.port = Number(options.port);
  if (options.host !== undefined) config.http.host = options.host;
  if (options.data !== undefined) config.data.dir = options.data;
  if (options['log-level'] !== undefined) config.log.level = options['log-level'];
}
