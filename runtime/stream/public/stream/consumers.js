'use strict';
// node:stream/consumers (Node doc: webstreams, "Utility Consumers"): a whole stream as one value.

const { Blob, Buffer } = require('buffer');

async function forEach(stream, take) {
  for await (const chunk of stream) take(chunk);
}

async function blob(stream) {
  const parts = [];
  await forEach(stream, (chunk) => parts.push(chunk));
  return new Blob(parts);
}

async function text(stream) {
  const decoder = new TextDecoder();
  let whole = '';
  await forEach(stream, (chunk) => {
    whole += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  });
  return whole + decoder.decode();
}

async function arrayBuffer(stream) {
  const whole = await blob(stream);
  return whole.arrayBuffer();
}

async function buffer(stream) {
  return Buffer.from(await arrayBuffer(stream));
}

async function json(stream) {
  return JSON.parse(await text(stream));
}

module.exports = { arrayBuffer, blob, buffer, text, json };
