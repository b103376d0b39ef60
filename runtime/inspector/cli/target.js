'use strict';
// What `inspect` debugs: a program it starts, one that runs already, or an address (Node doc: debugger).

const { spawn } = require('child_process');
const net = require('net');
const { codes } = require('internal/errors');

const kPatienceMs = 2000; // for a port to become free
const kRetryMs = 200;
const kListening = /Debugger listening on ws:\/\/\[?(.+?)\]?:(\d+)\//;

const kUsage = `Usage: parley inspect script.js
       parley inspect <host>:<port>
       parley inspect --port=<port> script.js
       parley inspect -p <pid>
`;

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function isFree(host, port) {
  return new Promise((resolve) => {
    const probe = net.connect(port, host);
    probe.on('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', () => resolve(true));
  });
}

async function waitUntilFree(host, port, print) {
  if (port === 0) return;
  for (let waited = 0; !(await isFree(host, port)); waited += kRetryMs) {
    if (waited === 0) print(`waiting for ${host}:${port} to be free`);
    if (waited >= kPatienceMs) {
      throw new codes.ERR_DEBUGGER_STARTUP_ERROR(
        `Timeout (${kPatienceMs}) waiting for ${host}:${port} to be free`,
      );
    }
    await rest(kRetryMs);
  }
}

/** @returns {Promise<{child, host, port}>} once the program waits for the debugger */
async function launch({ host, port, script, args }, print, output) {
  await waitUntilFree(host, port, print);
  const child = spawn(process.execPath, [`--inspect-brk=${port}`, script, ...args]);
  child.stdout.setEncoding('utf8').on('data', output);
  child.stderr.setEncoding('utf8').on('data', output);
  let said = '';
  const address = await new Promise((resolve, reject) => {
    child.on('exit', () => reject(new codes.ERR_DEBUGGER_STARTUP_ERROR(said)));
    child.stderr.on('data', (text) => {
      said += text;
      const match = kListening.exec(said);
      if (match !== null) resolve({ host: match[1], port: Number(match[2]) });
    });
  });
  return { child, ...address };
}

/** {host, port, script, args} of a program to start, {host, port} of one that runs. Ends the process on mistakes. */
function parse(words) {
  const target = { host: '127.0.0.1', port: 9229, script: undefined, args: [] };
  const [first] = words;
  const address = /^\[?([^\]]*?)\]?:(\d+)$/.exec(first ?? '');
  if (address !== null && words.length === 1) {
    return { ...target, host: address[1] || target.host, port: Number(address[2]) };
  }
  if (first === '-p') {
    openProcess(Number(words[1]));
    return target;
  }
  const port = /^--port=(\d+)$/.exec(first ?? '');
  if (port !== null) {
    target.port = Number(port[1]);
    words = words.slice(1);
  }
  [target.script, ...target.args] = words;
  if (target.script === undefined) {
    process.stderr.write(kUsage);
    process.exit(9);
  }
  return target;
}

function openProcess(pid) {
  try {
    process._debugProcess(pid);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
    process.stderr.write(`Target process: ${pid} doesn't exist.\n`);
    process.exit(1);
  }
}

module.exports = { launch, parse };
