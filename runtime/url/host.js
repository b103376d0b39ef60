'use strict';
// Hosts of URLs (https://url.spec.whatwg.org/#host-parsing): domains, IPv4 and IPv6 addresses, opaque hosts. A result is the host as
// it is written in a URL, or undefined for what is none.

const { percentEncode, C0_CONTROL } = require('internal/url/encode');

const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\0-\x20#/:<>?@[\\\]^|%\x7f]/;

function percentDecode(text) {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    const { unescapeBuffer } = require('querystring');
    const { Buffer } = require('buffer');
    // Characters first to their UTF-8 bytes, so that only bytes are decoded.
    return unescapeBuffer(Buffer.from(text, 'utf8').latin1Slice()).utf8Slice();
  }
}

// A number of an IPv4 address: decimal, 0x… or 0…; undefined when it is none.
function parseNumber(part) {
  if (part === '') return undefined;
  let radix = 10;
  if (/^0[xX]/.test(part)) {
    part = part.slice(2);
    radix = 16;
  } else if (part.length > 1 && part[0] === '0') {
    part = part.slice(1);
    radix = 8;
  }
  if (part === '') return 0;
  const digits = radix === 10 ? /^[0-9]+$/ : radix === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/;
  return digits.test(part) ? Number.parseInt(part, radix) : undefined;
}

function endsInNumber(domain) {
  const parts = domain.split('.');
  if (parts[parts.length - 1] === '') {
    if (parts.length === 1) return false;
    parts.pop();
  }
  const last = parts[parts.length - 1];
  return /^[0-9]+$/.test(last) || parseNumber(last) !== undefined;
}

function parseIPv4(domain) {
  const parts = domain.split('.');
  if (parts[parts.length - 1] === '' && parts.length > 1) parts.pop();
  if (parts.length > 4) return undefined;
  const numbers = [];
  for (const part of parts) {
    const number = parseNumber(part);
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  const last = numbers.pop();
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  let address = last;
  for (const [i, number] of numbers.entries()) address += number * 256 ** (3 - i);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function parseEmbeddedIPv4(text) {
  if (!/^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$/.test(text)) return undefined;
  const numbers = text.split('.').map(Number);
  if (numbers.some((number) => number > 255)) return undefined;
  return [numbers[0] * 256 + numbers[1], numbers[2] * 256 + numbers[3]];
}

// Groups of one side of "::", or undefined.
function parseGroups(text, mayEndInIPv4) {
  if (text === '') return [];
  const groups = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const pair = mayEndInIPv4 && i === parts.length - 1 ? parseEmbeddedIPv4(part) : undefined;
      if (pair === undefined) return undefined;
      groups.push(...pair);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function parseIPv6(text) {
  const gap = text.indexOf('::');
  let groups;
  if (gap === -1) {
    groups = parseGroups(text, true);
    if (groups?.length !== 8) return undefined;
  } else {
    const before = parseGroups(text.slice(0, gap), false);
    const after = parseGroups(text.slice(gap + 2), true);
    if (before === undefined || after === undefined || before.length + after.length > 7) return undefined;
    groups = [...before, ...new Array(8 - before.length - after.length).fill(0), ...after];
  }
  return `[${serializeIPv6(groups)}]`;
}

// https://url.spec.whatwg.org/#concept-ipv6-serializer: the first longest run of zeros becomes "::".
function serializeIPv6(groups) {
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      best = i;
      bestLength = length;
    }
    if (length > 0) i += length - 1;
  }
  const hex = (list) => list.map((group) => group.toString(16)).join(':');
  if (best === -1) return hex(groups);
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

function domainToASCII(domain) {
  // Nothing for ICU to do: small ASCII letters and no encoded label.
  if (/^[a-z0-9._~!$&'()*+,;=-]*$/.test(domain) && !domain.includes('xn--')) return domain;
  return internalBinding('url').toASCII(domain);
}

// Domains that are written as they are: no upper case, no IPv4 address, no encoded label.
const PLAIN_DOMAIN = /^(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*$/;

function parseHost(text, isSpecial) {
  if (isSpecial && PLAIN_DOMAIN.test(text) && !text.includes('xn--')) return text;
  if (text[0] === '[') return text.endsWith(']') ? parseIPv6(text.slice(1, -1)) : undefined;
  if (!isSpecial) return FORBIDDEN_HOST.test(text) ? undefined : percentEncode(text, C0_CONTROL);
  const ascii = domainToASCII(percentDecode(text));
  if (ascii === undefined || ascii === '' || FORBIDDEN_DOMAIN.test(ascii)) return undefined;
  return endsInNumber(ascii) ? parseIPv4(ascii) : ascii;
}

module.exports = { parseHost };
