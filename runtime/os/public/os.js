'use strict';
// https://nodejs.org/docs/latest-v20.x/api/os.html

const binding = internalBinding('os');
const constants = internalBinding('constants').os;
const { validateInt32 } = require('internal/errors/validators');

const [type, version, release, machine] = binding.getOSInformation();

// What libuv refuses is a SystemError here.
function checked(fn, ...args) {
  try {
    return fn(...args);
  } catch (error) {
    const { codes } = require('internal/errors');
    const { errno, code, syscall } = error;
    throw new codes.ERR_SYSTEM_ERROR({
      errno,
      code,
      syscall,
      message: internalBinding('uv').errmessage(errno),
    });
  }
}

// Functions of no arguments also work as their value: `${os.hostname}`.
function asPrimitive(fn) {
  fn[Symbol.toPrimitive] = () => fn();
  return fn;
}

function hostname() {
  return checked(binding.getHostname);
}
function homedir() {
  return checked(binding.getHomeDirectory);
}
function uptime() {
  return checked(binding.getUptime);
}
function totalmem() {
  return binding.getTotalMem();
}
function freemem() {
  return binding.getFreeMem();
}
function availableParallelism() {
  return binding.getAvailableParallelism();
}

function loadavg() {
  return binding.getLoadAvg();
}

function cpus() {
  const data = checked(binding.getCPUs);
  const result = [];
  for (let i = 0; i < data.length; i += 7) {
    const [model, speed, user, nice, sys, idle, irq] = data.slice(i, i + 7);
    result.push({ model, speed, times: { user, nice, sys, idle, irq } });
  }
  return result;
}

function prefixLength(netmask, family) {
  const [separator, radix, bits] = family === 'IPv6' ? [':', 16, 16] : ['.', 10, 8];
  let ones = 0;
  let ended = false;
  for (const group of netmask.split(separator)) {
    if (group === '') continue;
    const number = Number.parseInt(group, radix);
    const text = number.toString(2).padStart(bits, '0');
    const count = text.indexOf('0') === -1 ? bits : text.indexOf('0');
    if ((ended && number !== 0) || text.slice(count).includes('1')) return undefined;
    if (count < bits) ended = true;
    ones += count;
  }
  return ones;
}

function networkInterfaces() {
  const data = checked(binding.getInterfaceAddresses);
  const result = {};
  for (let i = 0; i < data.length; i += 7) {
    const [name, address, netmask, family, mac, internal, scopeid] = data.slice(i, i + 7);
    const prefix = prefixLength(netmask, family);
    const entry = {
      address,
      netmask,
      family,
      mac,
      internal,
      cidr: prefix === undefined ? null : `${address}/${prefix}`,
    };
    if (scopeid !== -1) entry.scopeid = scopeid;
    (result[name] ??= []).push(entry);
  }
  return result;
}

function setPriority(pid, priority) {
  if (priority === undefined) {
    priority = pid;
    pid = 0;
  }
  validateInt32(pid, 'pid');
  validateInt32(priority, 'priority', -20, 19);
  checked(binding.setPriority, pid, priority);
}

function getPriority(pid) {
  if (pid === undefined) pid = 0;
  else validateInt32(pid, 'pid');
  return checked(binding.getPriority, pid);
}

function userInfo(options) {
  let encoding = options?.encoding;
  if (typeof encoding !== 'string') encoding = 'utf8';
  const [uid, gid, username, home, shell] = checked(binding.getUserInfo);
  const text = (value) => {
    if (value === null || encoding === 'utf8') return value;
    const bytes = require('buffer').Buffer.from(value);
    return encoding === 'buffer' ? bytes : bytes.toString(encoding);
  };
  return { uid, gid, username: text(username), homedir: text(home), shell: text(shell) };
}

function tmpdir() {
  const path = process.env.TMPDIR || process.env.TMP || process.env.TEMP || '/tmp';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function endianness() {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'LE' : 'BE';
}

module.exports = {
  arch: asPrimitive(function arch() {
    return process.arch;
  }),
  availableParallelism: asPrimitive(availableParallelism),
  cpus,
  endianness: asPrimitive(endianness),
  freemem: asPrimitive(freemem),
  getPriority,
  homedir: asPrimitive(homedir),
  hostname: asPrimitive(hostname),
  loadavg,
  networkInterfaces,
  platform: asPrimitive(function platform() {
    return process.platform;
  }),
  release: asPrimitive(function () {
    return release;
  }),
  setPriority,
  tmpdir: asPrimitive(tmpdir),
  totalmem: asPrimitive(totalmem),
  type: asPrimitive(function () {
    return type;
  }),
  userInfo,
  uptime: asPrimitive(uptime),
  version: asPrimitive(function () {
    return version;
  }),
  machine: asPrimitive(function () {
    return machine;
  }),
};

Object.freeze(constants.signals);
Object.defineProperties(module.exports, {
  constants: { configurable: false, enumerable: true, value: constants },
  EOL: { configurable: true, enumerable: true, writable: false, value: '\n' },
  devNull: { configurable: true, enumerable: true, writable: false, value: '/dev/null' },
});
