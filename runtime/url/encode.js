'use strict';
// Percent-encode sets (https://url.spec.whatwg.org/#percent-encoded-bytes), each as the pattern of what must be encoded.

const C0_CONTROL = /[^\x20-\x7e]+/g;
const FRAGMENT = /(?:[^\x21-\x7e]|["<>`])+/g;
const QUERY = /(?:[^\x21-\x7e]|["#<>])+/g;
const SPECIAL_QUERY = /(?:[^\x21-\x7e]|["#<>'])+/g;
const PATH = /(?:[^\x21-\x7e]|["#<>?`{}])+/g;
const USERINFO = /(?:[^\x21-\x7e]|["#<>?`{}/:;=@[\\\]^|])+/g;

// encodeURIComponent() leaves some of ours alone.
const KEPT = { __proto__: null, '!': '%21', "'": '%27', '(': '%28', ')': '%29', '*': '%2A', '~': '%7E' };

function encodeRun(run) {
  return encodeURIComponent(run).replace(/[!'()*~]/g, (c) => KEPT[c]);
}

// `text` must be well-formed UTF-16.
function percentEncode(text, set) {
  return text.search(set) === -1 ? text : text.replace(set, encodeRun);
}

module.exports = { C0_CONTROL, FRAGMENT, PATH, QUERY, SPECIAL_QUERY, USERINFO, percentEncode };
