// parleyd: the conference server's program. Reads the command line and the configuration, starts the server, ends it on a signal.
import { readFileSync } from 'node:fs';
import { HELP, UsageError, applyOptions, parseCommandLine } from './cli.js';
import { ConfigError, loadConfig } from './config.js';
import { DataError } from './data.js';
import { isLevel, logLevels, logger, setLogLevel } from './log.js';
import { Server } from './server.js';

const STOP_MS = 1900; // a clean end takes less than two seconds
const log = logger('parleyd');

function fail(message, code = 1) {
  process.stderr.write(`parleyd: ${message}\n`);
  process.exit(code);
}

/** What went wrong, in one line that a person can act on. */
function explain(error, config) {
  if (error instanceof DataError) return error.message;
  const { host, port } = config.http;
  if (error.syscall === 'listen' || error.code === 'EADDRINUSE') {
    if (error.code === 'EADDRINUSE')
      return `the port ${port} of ${host} is in use: choose another with --port`;
    if (error.code === 'EACCES')
      return `no permission to use the port ${port}: choose one above 1023 with --port`;
    return `cannot listen on ${host}:${port}: ${error.code}`;
  }
  if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL')
    return `cannot listen on ${host}: there is no such address here`;
  return `could not start: ${String(error.message).split('\n')[0]}`;
}

function configure() {
  const options = parseCommandLine(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (options.version) {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    process.stdout.write(`parleyd ${version}\n`);
    process.exit(0);
  }
  const config = loadConfig(options.config);
  applyOptions(config, options);
  if (!isLevel(config.log.level)) throw new ConfigError(`log.level must be one of ${logLevels.join(', ')}`);
  return config;
}

async function main() {
  let config;
  try {
    config = configure();
  } catch (error) {
    if (error instanceof UsageError) return fail(`${error.message} (see parleyd --help)`, 2);
    if (error instanceof ConfigError) return fail(error.message, 2);
    throw error;
  }
  setLogLevel(config.log.level);
  const server = new Server(config);
  const stop = (signal) => {
    log.info(`stopping on ${signal}`);
    setTimeout(() => fail('did not stop in time'), STOP_MS);
    server.stop().then(
      () => process.exit(0),
      (error) => fail(`stopping failed: ${error.message}`),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const { url } = await server.start();
    process.stdout.write(`Parley is ready: ${url}\n`);
  } catch (error) {
    await server.stop().catch(() => {});
    fail(explain(error, config));
  }
}

// A fault in one room must not end the others' calls: it is told and the server goes on.
process.on('unhandledRejection', (error) => log.error('unhandled rejection:', error));
main().catch((error) => fail(`could not start: ${error?.stack ?? error}`));
