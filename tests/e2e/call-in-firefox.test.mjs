// People in Firefox and in Chromium meet: each publishes to the other kind and to its own.
// runs-on: node
// timeout: 330
// serial
import { createRequire } from 'node:module';
import { describeCall } from './call.mjs';

describeCall(createRequire(import.meta.url)('../harness'), 'parley', [
  'firefox',
  'chromium',
  'firefox',
  'chromium',
]);
