// The media engine built with AddressSanitizer and UBSan, for a parleyd run by stock Node.js with the sanitizer's library preloaded
// (`[media] engine` of its configuration names this file).
import { createRequire } from 'node:module';

export const ADDON = new URL('../../build/sanitize-address-undefined/webrtc.node', import.meta.url).pathname;
export const { Engine } = createRequire(import.meta.url)(ADDON);
