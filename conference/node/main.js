// The worker process: `parley conference/node/main.js ID PARENT_ID '{"agent":…,"purpose":"webrtc",…}'`. Loads the code of its
// purpose, says READY, beats each second, serves calls to ID over its IPC link, and ends with its parent.
import { Bus } from '../bus/bus.js';
import { IpcLink } from '../bus/ipc.js';
import { logger, setLogLevel, setLogSink } from '../log.js';

const HEARTBEAT_MS = 1000;
const PURPOSES = { webrtc: () => import('./webrtc.js') };

const [id, parent, json] = process.argv.slice(2);
const options = JSON.parse(json ?? '{}');
setLogLevel(options.logLevel ?? 'info');
setLogSink((line) => process.stdout.write(line));
const log = logger(id);

async function run() {
  if (!Object.hasOwn(PURPOSES, options.purpose))
    throw new Error(`not implemented: workers of purpose ${options.purpose}`);
  const bus = new Bus();
  let service = null;
  let ending = false;
  const end = async (why) => {
    if (ending) return;
    ending = true;
    log.info(`ends: ${why}`);
    await service?.close().catch((error) => log.error('closing failed:', error));
    process.exit(0);
  };
  const link = new IpcLink(process, bus, (message) => {
    if (message === 'QUIT') end('its agent said so');
  });
  bus.setUpstream(link);
  process.on('disconnect', () => end('its agent is gone'));
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => {}); // the agent decides
  const { create } = await PURPOSES[options.purpose]();
  service = await create({ id, bus, options, log });
  bus.serve(id, service.handlers);
  const say = (message) => process.connected && process.send(message, () => {});
  say(service.address ? `READY:${service.address}` : 'READY');
  setInterval(() => say('IMOK'), HEARTBEAT_MS);
  log.info(`started by ${parent} as ${process.pid}`);
}

run().catch((error) => {
  log.error('could not start:', error);
  process.exit(1);
});
