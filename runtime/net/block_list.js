'use strict';
// net.BlockList and net.SocketAddress: addresses as big integers, rules as ranges of them.

const { codes } = require('internal/errors');
const {
  validateString,
  validateInt32,
  validateObject,
  validatePort,
  validateUint32,
} = require('internal/errors/validators');
const { isIPv4, isIPv6 } = require('internal/net/ip');
const { OnObject, kClone, kDeserialize, makeCarrier } = require('internal/messaging/transferable');
const { kInspect, inspectWith } = require('internal/stream/web/inspect');

class SocketAddress extends OnObject {
  #address;
  #family;
  #port;
  #flowlabel;
  constructor(options = {}) {
    validateObject(options, 'options');
    let { family = 'ipv4' } = options;
    validateString(family, 'options.family');
    family = family.toLowerCase();
    if (family !== 'ipv4' && family !== 'ipv6') {
      throw new codes.ERR_INVALID_ARG_VALUE('options.family', options.family);
    }
    const { address = family === 'ipv4' ? '127.0.0.1' : '::', port = 0, flowlabel = 0 } = options;
    validateString(address, 'options.address');
    validatePort(port, 'options.port');
    validateUint32(flowlabel, 'options.flowlabel');
    if (family === 'ipv4' ? !isIPv4(address) : !isIPv6(address)) throw new codes.ERR_INVALID_ADDRESS();
    super(makeCarrier(new.target.prototype));
    this.#address = address;
    this.#family = family;
    this.#port = Number(port);
    this.#flowlabel = flowlabel;
  }
  static isSocketAddress(value) {
    return typeof value === 'object' && value !== null && #address in value;
  }
  get address() {
    return this.#address;
  }
  get family() {
    return this.#family;
  }
  get port() {
    return this.#port;
  }
  get flowlabel() {
    return this.#flowlabel;
  }
  toJSON() {
    return { address: this.address, family: this.family, port: this.port, flowlabel: this.flowlabel };
  }
  [kInspect](depth, options, inspect) {
    return inspectWith('SocketAddress', this.toJSON(), depth, options, inspect);
  }
  [kClone]() {
    return { data: this.toJSON(), deserializeInfo: 'internal/net/block_list:SocketAddress' };
  }
  static [kDeserialize](data) {
    return new SocketAddress(data);
  }
}

const MAPPED = 0xffff00000000n;

// An address as a number of 128 bits; IPv4 ones in their IPv4-mapped form.
function toNumber(address, family) {
  if (family === 'ipv4') return MAPPED | v4(address);
  let text = address.split('%')[0];
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const number = v4(dotted[2]);
    text = `${dotted[1]}${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
  }
  const [head, tail] = text.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const groups =
    tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group || '0'}`), 0n);
}
const v4 = (address) => address.split('.').reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);

function parse(address, family, name) {
  if (SocketAddress.isSocketAddress(address)) return address;
  validateString(address, name);
  validateString(family, 'family');
  return new SocketAddress({ address, family });
}

class BlockList extends OnObject {
  #rules = [];
  constructor() {
    super(makeCarrier(new.target.prototype));
  }
  static isBlockList(value) {
    return typeof value === 'object' && value !== null && #rules in value;
  }
  addAddress(address, family = 'ipv4') {
    const a = parse(address, family, 'address');
    const number = toNumber(a.address, a.family);
    this.#rules.unshift({ low: number, high: number, text: `Address: ${name(a)} ${a.address}` });
  }
  addRange(start, end, family = 'ipv4') {
    const a = parse(start, family, 'start');
    const b = parse(end, family, 'end');
    const low = toNumber(a.address, a.family);
    const high = toNumber(b.address, b.family);
    if (low > high) throw new codes.ERR_INVALID_ARG_VALUE('start', start, `must come before ${end}`);
    this.#rules.unshift({ low, high, text: `Range: ${name(a)} ${a.address}-${b.address}` });
  }
  addSubnet(network, prefix, family = 'ipv4') {
    const a = parse(network, family, 'network');
    const bits = a.family === 'ipv4' ? 32 : 128;
    validateInt32(prefix, 'prefix', 0, bits);
    const size = 1n << BigInt(bits - prefix);
    const low = (toNumber(a.address, a.family) / size) * size;
    this.#rules.unshift({ low, high: low + size - 1n, text: `Subnet: ${name(a)} ${a.address}/${prefix}` });
  }
  check(address, family = 'ipv4') {
    let a;
    try {
      a = parse(address, family, 'address');
    } catch (error) {
      if (error.code === 'ERR_INVALID_ADDRESS') return false;
      throw error;
    }
    const number = toNumber(a.address, a.family);
    return this.#rules.some((rule) => number >= rule.low && number <= rule.high);
  }
  get rules() {
    return this.#rules.map((rule) => rule.text);
  }
  [kInspect](depth, options, inspect) {
    return inspectWith('BlockList', { rules: this.rules }, depth, options, inspect);
  }
  // The receiver's list is a copy: rules added later stay where they are added.
  [kClone]() {
    return { data: this.#rules, deserializeInfo: 'internal/net/block_list:BlockList' };
  }
  static [kDeserialize](rules) {
    const list = new BlockList();
    list.#rules = rules;
    return list;
  }
}
const name = (a) => (a.family === 'ipv4' ? 'IPv4' : 'IPv6');

module.exports = { BlockList, SocketAddress };
