'use strict';
// timeout: 90
// Packages that write logs: winston, log4js, pino. What they were given last must be there when the program ends.
const { test } = require('../../harness');
const assert = require('assert');
const { once } = require('events');
const fs = require('fs');
const path = require('path');
const { Writable } = require('stream');
const { run, folder } = require('./run');
const options = { timeout: 30000 };
const lines = (text) => text.trim().split('\n');

test('winston: levels, formats, files, errors with their stacks', options, async (t) => {
  const winston = require('winston');
  const cwd = folder(t);
  const { combine, timestamp, printf, errors, splat, json } = winston.format;
  const seen = [];
  const stream = new Writable({ write: (chunk, encoding, done) => done(null, seen.push(String(chunk))) });
  const logger = winston.createLogger({
    level: 'verbose',
    format: combine(errors({ stack: true }), splat(), timestamp()),
    defaultMeta: { service: 's' },
    transports: [
      new winston.transports.Stream({
        stream,
        format: printf(
          (i) => `${i.level} ${i.service} ${i.module ?? ''} ${i.message}${i.stack ? ' +stack' : ''}`,
        ),
      }),
      new winston.transports.File({ filename: path.join(cwd, 'all.log'), format: json() }),
      new winston.transports.File({ filename: path.join(cwd, 'errors.log'), level: 'error', format: json() }),
    ],
  });
  logger.info('hello %s %d', 'you', 3);
  logger.silly('never');
  logger.child({ module: 'm' }).warn('from a child');
  logger.error(new Error('broke'));
  for (let i = 0; i < 20; i++) logger.error(`number ${i}`);
  logger.end();
  await once(logger, 'finish');
  await Promise.all(logger.transports.slice(1).map((file) => file.writableFinished || once(file, 'finish')));
  assert.deepStrictEqual(
    seen.slice(0, 3).map((s) => s.trim()),
    ['info s  hello you 3', 'warn s m from a child', 'error s  broke +stack'],
  );
  const all = lines(fs.readFileSync(path.join(cwd, 'all.log'), 'utf8')).map(JSON.parse);
  assert.strictEqual(all.length, 23);
  assert.strictEqual(all[2].message, 'broke');
  assert.match(all[2].stack, /^Error: broke\n {4}at /);
  assert.strictEqual(lines(fs.readFileSync(path.join(cwd, 'errors.log'), 'utf8')).length, 21);
});

const LOG4JS = `
const log4js = require('log4js');
log4js.configure({
  appenders: {
    out: { type: 'stdout', layout: { type: 'pattern', pattern: '%p %c %m %X{user}' } },
    file: { type: 'file', filename: 'app.log', maxLogSize: 2000, backups: 2, layout: { type: 'basic' } },
    wrong: { type: 'logLevelFilter', appender: 'file', level: 'error' },
  },
  categories: { default: { appenders: ['out'], level: 'info' }, disk: { appenders: ['wrong'], level: 'debug' } },
});
const log = log4js.getLogger('main');
log.addContext('user', 'ada');
log.debug('never');
log.info('one', { a: 1 });
log4js.getLogger('disk').info('no');
for (let i = 0; i < 60; i++) log4js.getLogger('disk').error('line', i, new RangeError('r'));
log4js.shutdown((error) => console.log('closed', error === undefined || error === null));
`;

test('log4js: appenders, layouts, rolling files, shutdown', options, async (t) => {
  const cwd = folder(t, { 'main.js': LOG4JS }, { linked: true });
  const { stdout, stderr, code } = await run('main.js', [], { cwd });
  assert.deepStrictEqual([stdout, stderr, code], ['INFO main one { a: 1 } ada\nclosed true\n', '', 0]);
  const files = fs
    .readdirSync(cwd)
    .filter((name) => name.startsWith('app.log'))
    .sort();
  assert.deepStrictEqual(files, ['app.log', 'app.log.1', 'app.log.2']);
  const text = ['app.log.1', 'app.log'].map((name) => fs.readFileSync(path.join(cwd, name), 'utf8')).join('');
  assert.match(text, /\[ERROR\] disk - line 59 RangeError: r\n {4}at /);
});

test('pino: JSON lines, children, serialisers, a file by a destination', options, async (t) => {
  const pino = require('pino');
  const file = path.join(folder(t), 'p.log');
  const destination = pino.destination({ dest: file, sync: false, minLength: 4096 });
  await once(destination, 'ready');
  const logger = pino(
    { level: 'debug', base: null, redact: ['secret'], serializers: { req: (r) => r.url } },
    destination,
  );
  logger.info({ secret: 'x', n: 1n }, 'hello %s', 'pino');
  logger.child({ module: 'm' }).error(new TypeError('bad'));
  for (let i = 0; i < 200; i++) logger.debug({ req: { url: `/${i}` } });
  destination.end();
  await once(destination, 'close');
  const all = lines(fs.readFileSync(file, 'utf8')).map(JSON.parse);
  assert.strictEqual(all.length, 202);
  assert.deepStrictEqual([all[0].secret, all[0].msg, all[0].level], ['[Redacted]', 'hello pino', 30]);
  assert.deepStrictEqual([all[1].module, all[1].err.type, all[201].req], ['m', 'TypeError', '/199']);
});
