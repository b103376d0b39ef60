'use strict';
// console.table(): rows and columns in a frame.

const { inspect } = require('internal/util/inspect');
const { getStringWidth } = require('internal/util/terminal_text');
const types = require('internal/util/types');

const kIndex = '(index)';
const kIterationIndex = '(iteration index)';

function renderRow(cells, widths) {
  const parts = cells.map((cell, i) => ` ${cell}${' '.repeat(widths[i] - getStringWidth(cell) - 1)}`);
  return `│${parts.join('│')}│`;
}

function render(head, columns) {
  const rows = [];
  const widths = head.map((text) => getStringWidth(text));
  const height = Math.max(...columns.map((column) => column.length));
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j < height; j++) {
      rows[j] ??= [];
      const value = (rows[j][i] = Object.hasOwn(columns[i], j) ? columns[i][j] : '');
      widths[i] = Math.max(widths[i] || 0, getStringWidth(value));
    }
  }
  const padded = widths.map((width) => width + 2);
  const lines = padded.map((width) => '─'.repeat(width));
  let text = `┌${lines.join('┬')}┐\n${renderRow(head, padded)}\n├${lines.join('┼')}┤\n`;
  for (const row of rows) text += `${renderRow(row, padded)}\n`;
  return `${text}└${lines.join('┴')}┘`;
}

function renderData(data, properties, inspectOptions) {
  const show = (value) => {
    const deep =
      value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 2;
    return inspect(value, {
      ...inspectOptions,
      maxArrayLength: 3,
      depth: deep ? -1 : 0,
      breakLength: Infinity,
    });
  };
  const indexes = (length) => Array.from({ length }, (_, i) => show(i));
  const { previewEntries } = internalBinding('util');

  if (types.isMap(data) || types.isMapIterator(data)) {
    let entries;
    let arePairs = true;
    if (types.isMap(data)) entries = [...data].flat(1);
    else [entries, arePairs] = previewEntries(data, true);
    if (!arePairs) return render([kIterationIndex, 'Values'], [indexes(entries.length), entries.map(show)]);
    const keys = [];
    const values = [];
    for (let i = 0; i < entries.length; i += 2) {
      keys.push(show(entries[i]));
      values.push(show(entries[i + 1]));
    }
    return render([kIterationIndex, 'Key', 'Values'], [indexes(keys.length), keys, values]);
  }
  if (types.isSet(data) || types.isSetIterator(data)) {
    let entries;
    let arePairs = false;
    if (types.isSet(data)) entries = [...data];
    else [entries, arePairs] = previewEntries(data, true);
    const values = arePairs ? entries.filter((_, i) => i % 2 === 0) : entries;
    return render([kIterationIndex, 'Values'], [indexes(values.length), values.map(show)]);
  }

  const map = { __proto__: null };
  const primitives = [];
  let hasPrimitives = false;
  const rowKeys = Object.keys(data);
  for (let i = 0; i < rowKeys.length; i++) {
    const item = data[rowKeys[i]];
    const isPrimitive = item === null || (typeof item !== 'function' && typeof item !== 'object');
    if (properties === undefined && isPrimitive) {
      hasPrimitives = true;
      primitives[i] = show(item);
      continue;
    }
    for (const key of properties || Object.keys(item)) {
      map[key] ??= [];
      map[key][i] = isPrimitive || !Object.hasOwn(item, key) ? '' : show(item[key]);
    }
  }
  const head = [kIndex, ...Object.keys(map)];
  const columns = [rowKeys, ...Object.values(map)];
  if (hasPrimitives) {
    head.push('Values');
    columns.push(primitives);
  }
  return render(head, columns);
}

module.exports = { renderData };
