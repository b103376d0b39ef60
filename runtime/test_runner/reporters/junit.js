'use strict';
// The reporter `junit`: the XML that continuous integration servers read.

const os = require('os');
const { inspect } = require('internal/util/inspect');

const kEntities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };
const escapeAttribute = (text) => String(text).replace(/[&<>"\n]/g, (char) => kEntities[char]);
const escapeText = (text) => String(text).replace(/[&<>]/g, (char) => kEntities[char]);
const escapeComment = (text) => String(text).replace(/--/g, '&#45;&#45;');

function write(node, depth = 1) {
  const indent = '\t'.repeat(depth);
  if (typeof node === 'string') return `${indent}${node}\n`;
  if (node.comment !== undefined) return `${indent}<!-- ${escapeComment(node.comment)} -->\n`;
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  if (node.text !== undefined)
    return `${indent}<${node.tag}${attributes}>\n${escapeText(node.text)}\n${indent}</${node.tag}>\n`;
  if (node.children.length === 0) return `${indent}<${node.tag}${attributes}/>\n`;
  const inside = node.children.map((child) => write(child, depth + 1)).join('');
  return `${indent}<${node.tag}${attributes}>\n${inside}${indent}</${node.tag}>\n`;
}

const count = (node, test) =>
  node.children?.reduce(
    (sum, child) => sum + (child.tag === 'testcase' && test(child) ? 1 : 0) + count(child, test),
    0,
  ) ?? 0;
const has = (tag) => (node) => node.children.some((child) => child.tag === tag);

function makeJunit() {
  const roots = [];
  // The elements of the tests that run, by nesting.
  const open = [];

  function begin({ nesting, name }) {
    const node = { tag: 'testcase', name, attributes: {}, children: [] };
    open.length = Math.min(open.length, nesting);
    (open[nesting - 1]?.children ?? roots).push(node);
    open[nesting] = node;
  }

  function finish(type, data) {
    const node = open[data.nesting];
    if (!node || node.name !== data.name) {
      begin(data);
      return finish(type, data);
    }
    open.length = data.nesting;
    const time = (data.details.duration_ms / 1000).toFixed(6);
    if (node.children.some((child) => child.comment === undefined)) {
      node.tag = 'testsuite';
      const { error } = data.details;
      node.attributes = {
        name: data.name,
        time,
        disabled: 0,
        errors: 0,
        tests: node.children.filter((child) => child.tag).length,
        failures: count(node, has('failure')),
        skipped: count(node, has('skipped')),
        hostname: os.hostname(),
      };
      return error;
    }
    node.attributes = { name: data.name, time, classname: data.details.type === 'suite' ? 'suite' : 'test' };
    for (const [type_, note] of [
      ['skipped', data.skip],
      ['todo', data.todo],
    ]) {
      if (note !== undefined)
        node.children.push({ tag: 'skipped', attributes: { type: type_, message: note }, children: [] });
    }
    if (type === 'test:fail') {
      const { error } = data.details;
      const message = error?.cause?.message ?? error?.message ?? '';
      node.attributes.failure = message;
      node.children.push({
        tag: 'failure',
        attributes: { type: error?.failureType ?? error?.code, message },
        text: inspect(error),
      });
    }
    return undefined;
  }

  function format({ type, data }) {
    if (type === 'test:start') begin(data);
    else if (type === 'test:pass' || type === 'test:fail') finish(type, data);
    else if (type === 'test:diagnostic')
      (open[data.nesting - 1]?.children ?? roots).push({ comment: data.message });
    return '';
  }

  return {
    start: () => '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n',
    format,
    end: () => `${roots.map((node) => write(node)).join('')}</testsuites>\n`,
  };
}

module.exports = makeJunit;
