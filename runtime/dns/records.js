'use strict';
// What each dns.resolve*() tells of a record [type, ttl, texts, numbers]. The numbers are RFC 1035's and its successors'.

const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  ANY: 255,
  CAA: 257,
};
const NAMES = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]));

const first = (ttl, texts) => texts[0];
const address = (ttl, texts, numbers, options) => (options?.ttl ? { address: texts[0], ttl } : texts[0]);

const shapes = {
  A: address,
  AAAA: address,
  NS: first,
  CNAME: first,
  PTR: first,
  TXT: (ttl, texts) => texts,
  MX: (ttl, [exchange], [priority]) => ({ exchange, priority }),
  SRV: (ttl, [name], [priority, weight, port]) => ({ name, port, priority, weight }),
  NAPTR: (ttl, [flags, service, regexp, replacement], [order, preference]) => ({
    flags,
    service,
    regexp,
    replacement,
    order,
    preference,
  }),
  SOA: (ttl, [nsname, hostmaster], [serial, refresh, retry, expire, minttl]) => ({
    nsname,
    hostmaster,
    serial,
    refresh,
    retry,
    expire,
    minttl,
  }),
  CAA: (ttl, [tag, value], [flags]) => ({ critical: flags, [tag]: value }),
};

// In the answer to ANY each record says its type.
const anyShapes = {
  A: (ttl, [text]) => ({ address: text, ttl }),
  AAAA: (ttl, [text]) => ({ address: text, ttl }),
  NS: (ttl, [value]) => ({ value }),
  CNAME: (ttl, [value]) => ({ value }),
  PTR: (ttl, [value]) => ({ value }),
  TXT: (ttl, entries) => ({ entries }),
};

/**
 * The answer to a query for `name` ('A', 'MX', 'ANY' …); empty when it holds nothing of that type.
 * @param {{ttl?: boolean}} [options] for A and AAAA: {address, ttl} instead of an address
 */
function shapeAnswer(name, records, options) {
  if (name === 'ANY') {
    return records.map(([type, ttl, texts, numbers]) => {
      const own = NAMES.get(type);
      return { ...(anyShapes[own] ?? shapes[own])(ttl, texts, numbers), type: own };
    });
  }
  const answers = records
    .filter(([type]) => type === TYPES[name])
    .map(([, ttl, texts, numbers]) => shapes[name](ttl, texts, numbers, options));
  return name === 'SOA' ? answers[0] : answers;
}

module.exports = { TYPES, shapeAnswer };
