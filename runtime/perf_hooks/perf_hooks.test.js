'use strict';
// perf_hooks: what programs measure with it (Node doc: perf_hooks).
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const {
  PerformanceEntry,
  PerformanceMark,
  PerformanceObserver,
  constants,
  createHistogram,
  monitorEventLoopDelay,
  performance,
} = require('perf_hooks');

/** The entries of a type that `make` leads to. */
function observe(type, make) {
  return new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      observer.disconnect();
      resolve(list.getEntries());
    });
    observer.observe({ entryTypes: [type] });
    make();
  });
}

test('now() counts from timeOrigin', () => {
  const first = performance.now();
  assert.ok(first > 0);
  assert.ok(performance.now() >= first);
  assert.ok(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000);
});

test('marks and measures are kept until cleared', () => {
  const mark = performance.mark('begin', { startTime: 10, detail: { a: [1] } });
  assert.ok(mark instanceof PerformanceMark && mark instanceof PerformanceEntry);
  assert.deepStrictEqual(mark.detail, { a: [1] });
  performance.mark('end', { startTime: 25 });
  const measure = performance.measure('both', 'begin', 'end');
  assert.strictEqual(measure.startTime, 10);
  assert.strictEqual(measure.duration, 15);
  assert.strictEqual(performance.measure('given', { start: 5, duration: 7 }).startTime, 5);
  assert.strictEqual(performance.measure('given', { end: 12, duration: 7 }).startTime, 5);
  assert.strictEqual(performance.getEntriesByName('begin').length, 1);
  assert.deepStrictEqual(
    performance.getEntriesByType('measure').map((entry) => entry.name),
    ['given', 'given', 'both'],
  );
  performance.clearMarks('begin');
  assert.strictEqual(performance.getEntriesByName('begin').length, 0);
  performance.clearMarks();
  performance.clearMeasures();
  assert.strictEqual(performance.getEntries().length, 0);
});

test('mistakes in marks and measures have their codes', () => {
  assert.throws(() => performance.mark(), { code: 'ERR_MISSING_ARGS' });
  assert.throws(() => performance.mark('x', { startTime: -1 }), {
    code: 'ERR_PERFORMANCE_INVALID_TIMESTAMP',
  });
  assert.throws(() => performance.mark('loopStart'), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => performance.measure('x', 'no such mark'), { name: 'SyntaxError' });
  assert.throws(() => performance.measure('x', { start: 1, end: 2, duration: 3 }), {
    code: 'ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS',
  });
  assert.throws(() => new PerformanceEntry(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
});

test('an observer gets the entries of its types, buffered ones on request', async () => {
  const entries = await observe('mark', () => {
    performance.mark('one');
    performance.measure('not observed');
    performance.mark('two');
  });
  assert.deepStrictEqual(
    entries.map((entry) => entry.name),
    ['one', 'two'],
  );
  const earlier = await new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      observer.disconnect();
      resolve(list.getEntriesByName('one', 'mark'));
    });
    observer.observe({ type: 'mark', buffered: true });
  });
  assert.strictEqual(earlier.length, 1);
  performance.clearMarks();
  performance.clearMeasures();
});

test('garbage collections are observed', async () => {
  const entries = await observe('gc', () => {
    let kept = [];
    for (let i = 0; i < 400000; i++) kept.push({ i });
    kept = undefined;
  });
  assert.ok(entries[0].duration >= 0);
  assert.ok(
    [
      constants.NODE_PERFORMANCE_GC_MINOR,
      constants.NODE_PERFORMANCE_GC_MAJOR,
      constants.NODE_PERFORMANCE_GC_INCREMENTAL,
      constants.NODE_PERFORMANCE_GC_WEAKCB,
    ].includes(entries[0].detail.kind),
  );
});

test('a timerified function is measured and works as before', async () => {
  const histogram = createHistogram();
  const add = performance.timerify(
    function add(a, b) {
      return a + b;
    },
    { histogram },
  );
  const [entry] = await observe('function', () => assert.strictEqual(add(1, 2), 3));
  assert.strictEqual(entry.name, 'add');
  assert.strictEqual(entry[1], 2);
  assert.strictEqual(histogram.count, 1);
  const Point = performance.timerify(
    class Point {
      constructor(x) {
        this.x = x;
      }
    },
  );
  assert.strictEqual(new Point(4).x, 4);
});

test('connections, requests and look-ups are observed', async () => {
  const http = require('http');
  const server = http.createServer((request, response) => response.end('yes'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const seen = [];
  const all = new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      seen.push(...list.getEntries());
      if (seen.length < 4) return;
      observer.disconnect();
      resolve();
    });
    observer.observe({ entryTypes: ['http', 'net', 'dns'] });
  });
  require('dns').lookup('127.0.0.1', () => {});
  require('dns').lookup('localhost', () => {});
  http.get({ port: server.address().port, host: '127.0.0.1', agent: false, path: '/a?b' }, (response) =>
    response.resume(),
  );
  await all;
  server.close();
  const named = (name) => seen.find((entry) => entry.name === name);
  assert.strictEqual(named('connect').detail.host, '127.0.0.1');
  assert.strictEqual(named('lookup').detail.hostname, 'localhost');
  assert.strictEqual(named('HttpRequest').detail.req.url, '/a?b');
  assert.strictEqual(named('HttpClient').detail.res.statusCode, 200);
});

test('a histogram tells of what was recorded within its precision', () => {
  const histogram = createHistogram();
  assert.strictEqual(histogram.min, 9223372036854776000);
  assert.ok(Number.isNaN(histogram.mean));
  for (let i = 1; i <= 1000; i++) histogram.record(i);
  assert.deepStrictEqual([histogram.count, histogram.min, histogram.max], [1000, 1, 1000]);
  assert.strictEqual(histogram.mean, 500.5);
  assert.strictEqual(histogram.percentile(50), 500);
  assert.strictEqual(histogram.percentileBigInt(99), 990n);
  assert.strictEqual(histogram.percentiles.get(100), 1000);
  histogram.record(123456789n);
  assert.ok(Math.abs(histogram.max - 123456789) <= 123456789 / 1000);
  const other = createHistogram();
  other.add(histogram);
  assert.strictEqual(other.count, 1001);
  other.reset();
  assert.strictEqual(other.count, 0);
  assert.throws(() => histogram.record(0), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => histogram.percentile(0), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => createHistogram({ figures: 6 }), { code: 'ERR_OUT_OF_RANGE' });
});

test('the delay of the event loop is sampled', async () => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  assert.strictEqual(delay.enable(), true);
  assert.strictEqual(delay.enable(), false);
  const until = performance.now() + 20;
  while (delay.count < 3 || performance.now() < until) await new Promise(setImmediate);
  assert.strictEqual(delay.disable(), true);
  assert.ok(delay.max > 0 && delay.mean > 0);
});

test('the utilization of the event loop lies between idle and busy', async () => {
  let first;
  do {
    // On a busy machine the timer may be due before the loop has come to wait for it.
    await new Promise((resolve) => setTimeout(resolve, 30));
    first = performance.eventLoopUtilization();
  } while (first.idle === 0);
  assert.ok(first.idle > 0 && first.active > 0 && first.utilization < 1);
  const until = performance.now() + 20;
  while (performance.now() < until);
  const busy = performance.eventLoopUtilization(first);
  assert.ok(busy.utilization > 0.9, `${busy.utilization}`);
});

test('the stages of the process are in order', () => {
  const { nodeTiming } = performance;
  assert.strictEqual(nodeTiming.name, 'node');
  assert.ok(nodeTiming.nodeStart >= 0);
  assert.ok(nodeTiming.v8Start <= nodeTiming.environment);
  assert.ok(nodeTiming.environment <= nodeTiming.bootstrapComplete);
  assert.strictEqual(nodeTiming.loopExit, -1);
  assert.deepStrictEqual(Object.keys(performance.toJSON()), [
    'nodeTiming',
    'timeOrigin',
    'eventLoopUtilization',
  ]);
});
