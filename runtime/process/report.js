// process.report and the diagnostic report itself (Node doc: report).
'use strict';

const binding = internalBinding('process');
const options = require('internal/main/options');
const {
  validateBoolean,
  validateObject,
  validateString,
  validateSignalName,
} = require('internal/errors/validators');

const kVersion = 3; // of the report's form
let sequence = 0;

const settings = {
  directory: options.get('--report-dir') ?? options.get('--diagnostic-dir') ?? '',
  filename: options.get('--report-filename') ?? '',
  compact: options.get('--report-compact'),
  excludeNetwork: options.get('--report-exclude-network'),
  signal: options.get('--report-signal') ?? 'SIGUSR2',
  reportOnFatalError: options.get('--report-on-fatalerror'),
  reportOnSignal: options.get('--report-on-signal'),
  reportOnUncaughtException: options.get('--report-uncaught-exception'),
};

const two = (number) => String(number).padStart(2, '0');

// YYYYMMDD and HHMMSS of the local time.
function dateParts(date) {
  return [
    `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`,
    `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`,
  ];
}

function defaultName(date) {
  const number = String(++sequence).padStart(3, '0');
  return ['report', ...dateParts(date), process.pid, 0, number].join('.') + '.json';
}

function header({ event, trigger, filename, date }) {
  const os = require('os');
  const network = Object.entries(os.networkInterfaces()).flatMap(([name, list]) =>
    list.map(({ internal, mac, address, netmask, family, scopeid }) => ({
      name,
      internal,
      mac,
      address,
      netmask,
      family,
      ...(scopeid === undefined ? {} : { scopeid }),
    })),
  );
  return {
    reportVersion: kVersion,
    event,
    trigger,
    filename,
    dumpEventTime: date.toISOString().replace(/\.\d+Z$/, 'Z'),
    dumpEventTimeStamp: String(date.getTime()),
    processId: process.pid,
    threadId: 0,
    cwd: binding.cwd(),
    commandLine: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    nodejsVersion: process.version,
    wordSize: 64,
    arch: process.arch,
    platform: process.platform,
    componentVersions: { ...process.versions },
    release: { ...process.release },
    osName: os.type(),
    osRelease: os.release(),
    osVersion: os.version(),
    osMachine: os.machine(),
    cpus: os.cpus().map(({ model, speed, times }) => ({ model, speed, ...times })),
    ...(settings.excludeNetwork ? {} : { networkInterfaces: network }),
    host: os.hostname(),
  };
}

function javascriptStack(error) {
  const stack = String(error?.stack ?? error);
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => /^ +at /.test(line));
  const message = (first === -1 ? lines : lines.slice(0, first)).join('\n');
  const frames = first === -1 ? [] : lines.slice(first);
  const properties = {};
  for (const [name, value] of Object.entries(error ?? {})) {
    if (name !== 'stack' && name !== 'message')
      properties[name] = typeof value === 'string' ? value : `${value}`;
  }
  return { message, stack: frames.map((line) => line.trim()), errorProperties: properties };
}

function javascriptHeap() {
  const v8 = require('v8');
  const all = v8.getHeapStatistics();
  const spaces = {};
  for (const space of v8.getHeapSpaceStatistics()) {
    spaces[space.space_name] = {
      memorySize: space.space_size,
      committedMemory: space.physical_space_size,
      capacity: space.space_used_size + space.space_available_size,
      used: space.space_used_size,
      available: space.space_available_size,
    };
  }
  return {
    totalMemory: all.total_heap_size,
    executableMemory: all.total_heap_size_executable,
    totalCommittedMemory: all.total_physical_size,
    availableMemory: all.total_available_size,
    totalGlobalHandlesMemory: all.total_global_handles_size,
    usedGlobalHandlesMemory: all.used_global_handles_size,
    usedMemory: all.used_heap_size,
    memoryLimit: all.heap_size_limit,
    mallocedMemory: all.malloced_memory,
    externalMemory: all.external_memory,
    peakMallocedMemory: all.peak_malloced_memory,
    nativeContextCount: all.number_of_native_contexts,
    detachedContextCount: all.number_of_detached_contexts,
    doesZapGarbage: all.does_zap_garbage,
    heapSpaces: spaces,
  };
}

function resourceUsage() {
  const usage = process.resourceUsage();
  const user = usage.userCPUTime / 1e6;
  const kernel = usage.systemCPUTime / 1e6;
  return {
    userCpuSeconds: user,
    kernelCpuSeconds: kernel,
    cpuConsumptionPercent: ((user + kernel) / process.uptime()) * 100,
    rss: process.memoryUsage.rss(),
    maxRss: usage.maxRSS * 1024,
    free_memory: process.availableMemory(),
    total_memory: require('os').totalmem(),
    constrained_memory: process.constrainedMemory(),
    available_memory: process.availableMemory(),
    pageFaults: { IORequired: usage.majorPageFault, IONotRequired: usage.minorPageFault },
    fsActivity: { reads: usage.fsRead, writes: usage.fsWrite },
  };
}

// A file that tells about the process; nothing where that may not be read.
function aboutProcess(file) {
  return internalBinding('permission').has('fs.read', file) ? require('fs').readFileSync(file, 'latin1') : '';
}

/** @param {{event: string, trigger: string, filename: string | null, date: Date}} about @param {unknown} error */
function makeReport(about, error) {
  const limits = {};
  for (const line of aboutProcess('/proc/self/limits').split('\n').slice(1)) {
    const [, name, soft, hard] = /^Max (.+?) {2,}(\S+) +(\S+)/.exec(line) ?? [];
    if (name !== undefined) limits[name.replaceAll(' ', '_')] = { soft, hard };
  }
  const libraries = new Set(aboutProcess('/proc/self/maps').match(/\/\S+\.so[.\d]*$/gm));
  return {
    header: header(about),
    javascriptStack: javascriptStack(error),
    javascriptHeap: javascriptHeap(),
    nativeStack: [],
    resourceUsage: resourceUsage(),
    libuv: require('internal/process/active')
      .activeHandleKinds()
      .map((type) => ({ type, is_active: true, is_referenced: true })),
    workers: [],
    environmentVariables: { ...process.env },
    userLimits: limits,
    sharedObjects: [...libraries],
  };
}

function write(about, error, file) {
  const date = new Date();
  const name = file || settings.filename || defaultName(date);
  const path = require('path');
  const full = file ? path.resolve(settings.directory, file) : path.join(settings.directory, name);
  if (name !== 'stdout' && name !== 'stderr') {
    internalBinding('permission').need('fs.write', file ? full : settings.directory || binding.cwd());
  }
  const report = makeReport({ ...about, filename: name, date }, error);
  const text = JSON.stringify(report, null, settings.compact ? 0 : 2);
  if (name === 'stdout' || name === 'stderr') {
    binding.rawWrite(name === 'stdout' ? 1 : 2, `${text}\n`);
    return name;
  }
  binding.rawWrite(2, `\nWriting Node.js report to file: ${name}\n`);
  require('fs').writeFileSync(full, `${text}\n`);
  binding.rawWrite(2, 'Node.js report completed\n');
  return name;
}

function onSignal(name) {
  write({ event: 'Signal', trigger: name }, new Error('JavaScript Callstack'));
}

function watchSignal(on) {
  process.removeListener(settings.signal, onSignal);
  if (on) process.on(settings.signal, onSignal);
}

const kReport = 'JavaScript API';

const report = {
  writeReport(file, error) {
    if (typeof file === 'object' && file !== null) [file, error] = [undefined, file];
    else if (file !== undefined) validateString(file, 'file');
    if (error === undefined) error = new Error(kReport);
    else validateObject(error, 'err');
    return write({ event: kReport, trigger: 'API' }, error, file);
  },
  getReport(error) {
    if (error === undefined) error = new Error(kReport);
    else validateObject(error, 'err');
    const about = { event: kReport, trigger: 'GetReport', filename: null, date: new Date() };
    // As if it had been read from a file.
    return JSON.parse(JSON.stringify(makeReport(about, error)));
  },
};

function setting(name, validate, changed) {
  Object.defineProperty(report, name, {
    enumerable: true,
    configurable: true,
    get: () => settings[name],
    set(value) {
      validate(value, name);
      if (name === 'signal' && settings.reportOnSignal) watchSignal(false);
      settings[name] = value;
      changed?.(value);
    },
  });
}
setting('directory', validateString);
setting('filename', validateString);
setting('compact', validateBoolean);
setting('excludeNetwork', validateBoolean);
setting('signal', validateSignalName, () => {
  if (settings.reportOnSignal) watchSignal(true);
});
setting('reportOnFatalError', validateBoolean);
setting('reportOnSignal', validateBoolean, watchSignal);
setting('reportOnUncaughtException', validateBoolean);

exports.report = report;
exports.start = () => watchSignal(settings.reportOnSignal);
exports.writeForException = (error) => write({ event: 'Exception', trigger: 'Exception' }, error);
