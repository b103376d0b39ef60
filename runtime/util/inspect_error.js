'use strict';
// Errors for util.inspect(): the stack with a first line that tells the class, without what the keys would repeat.

function stackOf(error) {
  return error.stack ? String(error.stack) : Error.prototype.toString.call(error);
}

// What the stack says already is not listed again.
function removeRepeatedKeys(ctx, keys, error, stack) {
  if (ctx.showHidden || keys.length === 0) return;
  for (const name of ['name', 'message', 'stack']) {
    const index = keys.indexOf(name);
    if (index !== -1 && (typeof error[name] !== 'string' || stack.includes(error[name])))
      keys.splice(index, 1);
  }
}

// "Error: x" of class Foo extends Error -> "Foo: x" where V8 did not know the class when it made the stack.
function nameClass(stack, constructor, name, tag, getPrefix) {
  let length = name.length;
  if (
    constructor !== null &&
    !(
      name.endsWith('Error') &&
      stack.startsWith(name) &&
      (stack.length === length || stack[length] === ':' || stack[length] === '\n')
    )
  ) {
    return stack;
  }
  let fallback = 'Error';
  if (constructor === null) {
    const start =
      /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)/.exec(stack) ?? /^([a-z_A-Z0-9-]*Error)$/.exec(stack);
    fallback = start?.[1] || '';
    length = fallback.length;
    fallback ||= 'Error';
  }
  const prefix = getPrefix(constructor, tag, fallback).slice(0, -1);
  if (name === prefix) return stack;
  if (prefix.includes(name)) {
    return length === 0 ? `${prefix}: ${stack}` : `${prefix}${stack.slice(length)}`;
  }
  return `${prefix} [${name}]${stack.slice(length)}`;
}

// Where `frames` has more than three lines in a row that the cause has too.
function findOverlap(frames, causeFrames) {
  for (let i = 0; i < frames.length - 3; i++) {
    const position = causeFrames.indexOf(frames[i]);
    if (position === -1 || causeFrames.length - position <= 3) continue;
    let length = 1;
    const max = Math.min(frames.length - i, causeFrames.length - position);
    while (max > length && frames[i + length] === causeFrames[position + length]) length++;
    if (length > 3) return { length, offset: i };
  }
  return { length: 0, offset: 0 };
}

function framesOf(ctx, error, stack, isError) {
  const frames = stack.split('\n');
  let cause;
  try {
    ({ cause } = error);
  } catch {
    return frames;
  }
  if (cause == null || !isError(cause)) return frames;
  const causeStack = stackOf(cause);
  const start = causeStack.indexOf('\n    at');
  if (start === -1) return frames;
  const { length, offset } = findOverlap(frames, causeStack.slice(start + 1).split('\n'));
  if (length > 3) {
    const skipped = length - 2;
    const note = `    ... ${skipped} lines matching cause stack trace ...`;
    frames.splice(offset + 1, skipped, ctx.stylize(note, 'undefined'));
  }
  return frames;
}

// With colours, what is not the program's own stands back.
function colourFrame(ctx, line) {
  if (/^ {4}at (?:.+ \()?(?:node:|internal\/)/.test(line)) return ctx.stylize(line, 'undefined');
  return line.replace(
    /([\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)/g,
    (_, folder, name) => `${folder}${ctx.stylize(name, 'module')}`,
  );
}

function formatError(error, constructor, tag, ctx, keys, { getPrefix, isError }) {
  const name = error.name != null ? String(error.name) : 'Error';
  let stack = stackOf(error);
  removeRepeatedKeys(ctx, keys, error, stack);
  if ('cause' in error && !keys.includes('cause')) keys.push('cause');
  if (Array.isArray(error.errors) && !keys.includes('errors')) keys.push('errors');
  stack = nameClass(stack, constructor, name, tag, getPrefix);
  let position = (error.message && stack.indexOf(error.message)) || -1;
  if (position !== -1) position += error.message.length;
  const start = stack.indexOf('\n    at', position);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    let frames = framesOf(ctx, error, stack.slice(start + 1), isError);
    if (ctx.colors) frames = frames.map((line) => colourFrame(ctx, line));
    stack = `${stack.slice(0, start)}\n${frames.join('\n')}`;
  }
  if (ctx.indentationLvl !== 0) stack = stack.replaceAll('\n', `\n${' '.repeat(ctx.indentationLvl)}`);
  return stack;
}

module.exports = { formatError };
