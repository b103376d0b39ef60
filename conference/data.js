// The data folder: the signing key, the first service's credentials, the database, the workers' logs. Secrets are readable by their owner only.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { newId } from './ids.js';

export class DataError extends Error {}

export const defaultDataDir = (env = process.env) =>
  join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'parley');

/** Written beside and renamed: a reader sees the old or the new text, never half of one. */
function writeSecret(path, text) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

function signingKey(dir) {
  const path = join(dir, 'signing.key');
  if (!existsSync(path)) writeSecret(path, randomBytes(32).toString('hex') + '\n');
  const key = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new DataError(`${path} does not hold a signing key (64 hexadecimal digits)`);
  chmodSync(path, 0o600);
  return Buffer.from(key, 'hex');
}

function firstService(dir, { serviceId, serviceKey }) {
  if (serviceId && serviceKey) return { id: serviceId, key: serviceKey };
  const path = join(dir, 'service.json');
  if (!existsSync(path)) {
    const made = { id: newId('v'), key: randomBytes(24).toString('base64url') };
    writeSecret(path, JSON.stringify(made, null, 2) + '\n');
  }
  try {
    const { id, key } = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof id === 'string' && typeof key === 'string') return { id, key };
  } catch {
    // told below
  }
  throw new DataError(`${path} does not hold a service's id and key`);
}

/** Opens the folder, making what is missing. @throws {DataError} in one line */
export function openData(path, api) {
  const dir = resolve(path);
  const logDir = join(dir, 'logs');
  try {
    mkdirSync(logDir, { recursive: true, mode: 0o700 });
    const probe = join(dir, `.probe.${process.pid}`);
    writeFileSync(probe, '');
    unlinkSync(probe);
    return {
      dir,
      logDir,
      database: join(dir, 'parley.db'),
      key: signingKey(dir),
      service: firstService(dir, api),
    };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`cannot use the data folder ${dir}: ${error.code ?? error.message}`);
  }
}
