// Three people meet in a real browser, the server's JavaScript run by parley.
// runs-on: node
// timeout: 330
// serial
import { createRequire } from 'node:module';
import { describeCall } from './call.mjs';

describeCall(createRequire(import.meta.url)('../harness'), 'parley');
