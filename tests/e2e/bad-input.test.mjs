// Bad input while a call runs, the server on parley: it goes on, and nothing grows.
// runs-on: node
// timeout: 630
// serial
import { createRequire } from 'node:module';
import { describeAttack } from './attack.mjs';

describeAttack(createRequire(import.meta.url)('../harness'), 'on parley', {
  server: {},
  measureMemory: true,
});
