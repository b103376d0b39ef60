'use strict';
// The reporter `spec`: for people. A tree of marks and names, the counts, and all failures again at the end.

const { inspect } = require('internal/util/inspect');
const { fromProgram } = require('internal/test_runner/failure');

const kMarks = {
  __proto__: null,
  'test:fail': ['\u2716', 31],
  'test:pass': ['\u2714', 32],
  'test:diagnostic': ['\u2139', 34],
  suite: ['\u25b6', 0],
  skip: ['\ufe63', 90],
};

function makeSpec({ colors = false } = {}) {
  // Tests that have begun and told nothing yet, outermost first.
  let begun = [];
  const failed = [];
  const paint = (code, text) => (colors && code !== 0 ? `\x1b[${code}m${text}\x1b[39m` : text);
  const indentOf = (nesting) => '  '.repeat(nesting);

  function errorText(failure, indent) {
    const error =
      fromProgram.has(failure.failureType) && failure.cause !== undefined ? failure.cause : failure;
    if (failure.failureType === 'subtestsFailed') return '';
    return `${inspect(error, { colors, breakLength: Infinity }).replace(/^(?=.)/gm, `${indent}  `)}\n`;
  }

  function title(mark, color, { name, nesting, skip, todo, details }) {
    const duration = details ? ` ${paint(90, `(${details.duration_ms}ms)`)}` : '';
    const note = skip ?? todo;
    const kind = skip === undefined ? 'TODO' : 'SKIP';
    const suffix = note === undefined ? '' : ` # ${typeof note === 'string' && note !== '' ? note : kind}`;
    return `${indentOf(nesting)}${paint(color, `${mark} ${name}`)}${duration}${suffix}\n`;
  }

  // The parents of what is about to be told.
  function parents(nesting) {
    let text = '';
    for (const data of begun.filter((one) => one.nesting < nesting && !one.told)) {
      data.told = true;
      text += title(...kMarks.suite, data);
    }
    return text;
  }

  function result(type, data) {
    const head = parents(data.nesting);
    const own = begun.find((one) => one.nesting === data.nesting);
    begun = begun.filter((one) => one.nesting < data.nesting);
    const [mark, color] =
      data.skip !== undefined ? kMarks.skip : own?.told ? [kMarks.suite[0], kMarks[type][1]] : kMarks[type];
    let text = head + title(mark, color, data);
    if (type === 'test:fail') {
      text += `${errorText(data.details.error, indentOf(data.nesting))}\n`;
      if (
        data.skip === undefined &&
        data.todo === undefined &&
        data.details.error.failureType !== 'subtestsFailed'
      ) {
        failed.push(data);
      }
    } else if (own?.told) {
      text += '\n';
    }
    return text;
  }

  function format({ type, data }) {
    switch (type) {
      case 'test:start':
        begun = begun.filter((one) => one.nesting < data.nesting);
        begun.push({ ...data });
        return '';
      case 'test:pass':
      case 'test:fail':
        return result(type, data);
      case 'test:stdout':
      case 'test:stderr':
        return data.message;
      case 'test:diagnostic':
        return `${indentOf(data.nesting)}${paint(34, `${kMarks[type][0]} ${data.message}`)}\n`;
      default:
        return '';
    }
  }

  function end() {
    if (failed.length === 0) return '';
    let text = `\n${paint(31, `${kMarks['test:fail'][0]} failing tests:`)}\n`;
    for (const data of failed) {
      if (data.file) text += `\ntest at ${data.file}:${data.line}:${data.column}\n`;
      text += title(...kMarks['test:fail'], { ...data, nesting: 0 }) + errorText(data.details.error, '');
    }
    return text;
  }

  return { start: () => '', format, end };
}

module.exports = makeSpec;
