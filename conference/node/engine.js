// Finds the WebRTC engine: built into `parley`, or the addon for stock Node.js.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ADDON = fileURLToPath(new URL('../../build/addon/webrtc.node', import.meta.url));

/** @param {string} [path] an ES module to take instead, with an export `Engine` */
export async function loadEngine(path) {
  if (path) return (await import(pathToFileURL(path).href)).Engine;
  try {
    return process._linkedBinding('webrtc').Engine;
  } catch {
    // not linked into this runtime
  }
  if (!existsSync(ADDON))
    throw new Error(`this runtime has no WebRTC engine and there is no ${ADDON}: run "make build"`);
  return createRequire(import.meta.url)(ADDON).Engine;
}
