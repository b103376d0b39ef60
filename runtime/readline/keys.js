'use strict';
// Turns what a terminal sends into `keypress` events. Node doc: readline, "readline.emitKeypressEvents".
//
// A key is one character or an escape sequence. The sequences are those of xterm, rxvt, gnome, putty and cygwin:
//   ESC letter                     meta and the letter
//   ESC O [modifier] letter        SS3: function and cursor keys
//   ESC [ [number] [; modifier] final    CSI, where final is a letter or one of ~ ^ $ and rxvt's modifier is in the final
//   ESC [ [ letter                 the Linux console's function keys
// A second ESC in front of them changes nothing. Modifier - 1 is a set of bits: 1 shift, 2 alt, 4 control, 8 meta.

const { StringDecoder } = require('string_decoder');

const ESC = '\x1b';
const kUnfinished = /^\x1b\x1b?(?:$|O\d?$|\[\[?\d{0,3}(?:;\d?)?$)/;
const kKeypad = /^\x1b\x1b?(O)(\d?)([^]?)$/;
const kControl = /^\x1b\x1b?(\[)(\[?)([^]*)$/;

const kNames = { __proto__: null };
const kShift = new Set();
const kCtrl = new Set();
function name(key, codes) {
  for (const code of codes.split(' ')) kNames[code] = key;
}
name('f1', 'OP [P [11~ [[A');
name('f2', 'OQ [Q [12~ [[B');
name('f3', 'OR [R [13~ [[C');
name('f4', 'OS [S [14~ [[D');
name('f5', '[15~ [[E');
name('f6', '[17~');
name('f7', '[18~');
name('f8', '[19~');
name('f9', '[20~');
name('f10', '[21~');
name('f11', '[23~');
name('f12', '[24~');
name('paste-start', '[200~');
name('paste-end', '[201~');
name('up', '[A OA [a Oa');
name('down', '[B OB [b Ob');
name('right', '[C OC [c Oc');
name('left', '[D OD [d Od');
name('clear', '[E OE [e Oe');
name('end', '[F OF [4~ [8~ [8$ [8^');
name('home', '[H OH [1~ [7~ [7$ [7^');
name('insert', '[2~ [2$ [2^');
name('delete', '[3~ [3$ [3^');
name('pageup', '[5~ [[5~ [5$ [5^');
name('pagedown', '[6~ [[6~ [6$ [6^');
name('tab', '[Z');
for (const code of '[a [b [c [d [e [2$ [3$ [5$ [6$ [7$ [8$ [Z'.split(' ')) kShift.add(code);
for (const code of 'Oa Ob Oc Od Oe [2^ [3^ [5^ [6^ [7^ [8^'.split(' ')) kCtrl.add(code);

function parseFunctionKey(sequence, key) {
  let code;
  let modifier = 0;
  const keypad = kKeypad.exec(sequence);
  if (keypad !== null) {
    code = `O${keypad[3]}`;
    if (keypad[2] !== '') modifier = keypad[2] - 1;
  } else {
    const [, , bracket, rest] = kControl.exec(sequence);
    let parts;
    if ((parts = /^(\d\d?)(?:;(\d))?([~^$])$/.exec(rest)) !== null) {
      code = parts[1] + parts[3];
      modifier = (parts[2] ?? 1) - 1;
    } else if (/^\d{3}~$/.test(rest)) {
      code = rest;
    } else if ((parts = /^(?:(?:\d;)?(\d))?([A-Za-z])$/.exec(rest)) !== null) {
      code = parts[2];
      modifier = (parts[1] ?? 1) - 1;
    } else {
      code = rest;
    }
    code = `[${bracket}${code}`;
  }
  key.ctrl = (modifier & 4) !== 0 || kCtrl.has(code);
  key.meta = (modifier & 10) !== 0;
  key.shift = (modifier & 1) !== 0 || kShift.has(code);
  key.code = code;
  key.name = kNames[code] ?? 'undefined';
}

const kPlain = {
  __proto__: null,
  '\r': 'return',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  ' ': 'space',
};

// One key from a whole sequence: what the `keypress` event gets as its second argument.
function parseKey(sequence) {
  const key = { sequence, name: undefined, ctrl: false, meta: false, shift: false };
  const escaped = sequence.length > 1 && sequence[0] === ESC;
  const at = !escaped ? 0 : sequence[1] === ESC && sequence.length > 2 ? 2 : 1;
  const char = sequence.slice(at);
  if (escaped && (char[0] === 'O' || char[0] === '[')) {
    parseFunctionKey(sequence, key);
  } else if (char in kPlain) {
    key.name = kPlain[char];
    key.meta = escaped;
  } else if (char === ESC) {
    key.name = 'escape';
    key.meta = escaped;
  } else if (!escaped && char <= '\x1a') {
    key.name = String.fromCharCode(char.charCodeAt(0) + 0x60);
    key.ctrl = true;
  } else if (/^[0-9A-Za-z]$/.test(char)) {
    key.name = char.toLowerCase();
    key.shift = /^[A-Z]$/.test(char);
    key.meta = escaped;
  } else if (escaped) {
    key.meta = true;
  }
  return { key, escaped };
}

class KeyDecoder {
  constructor(stream) {
    this.stream = stream;
    this.pending = '';
  }

  push(char) {
    const sequence = this.pending + char;
    this.pending = '';
    if (sequence[0] === ESC && kUnfinished.test(sequence)) this.pending = sequence;
    else this.emit(sequence);
  }

  // Nothing followed in time: what is there is all there is.
  flush() {
    const sequence = this.pending;
    this.pending = '';
    if (sequence === ESC) {
      this.stream.emit('keypress', undefined, {
        sequence,
        name: 'escape',
        ctrl: false,
        meta: true,
        shift: false,
      });
    } else if (sequence !== '') {
      this.emit(sequence);
    }
  }

  emit(sequence) {
    const { key, escaped } = parseKey(sequence);
    this.stream.emit('keypress', escaped ? undefined : sequence, key);
  }
}

const decoders = new WeakMap();

// `iface`, an Interface, says how long an ESC waits for the rest of its sequence, and is told whether more input is at hand
// (a pasted tab is text, not a wish for completion).
function emitKeypressEvents(stream, iface = {}) {
  if (decoders.has(stream)) return;
  const keys = new KeyDecoder(stream);
  decoders.set(stream, keys);
  const text = new StringDecoder('utf8');
  let timer;

  function onData(input) {
    if (stream.listenerCount('keypress') === 0) {
      // Nobody listens: stay away from the data until somebody does.
      stream.removeListener('data', onData);
      stream.on('newListener', onNewListener);
      return;
    }
    const string = text.write(input);
    if (string === '') return;
    clearTimeout(timer);
    let left = string.length;
    iface._sawKeyPress = string.length === (string.codePointAt(0) > 0xffff ? 2 : 1);
    iface.isCompletionEnabled = false;
    for (const char of string) {
      left -= char.length;
      if (left === 0) iface.isCompletionEnabled = true;
      keys.push(char);
    }
    if (string.endsWith(ESC)) timer = setTimeout(() => keys.flush(), iface.escapeCodeTimeout ?? 500);
  }

  function onNewListener(event) {
    if (event !== 'keypress') return;
    stream.on('data', onData);
    stream.removeListener('newListener', onNewListener);
  }

  if (stream.listenerCount('keypress') > 0) stream.on('data', onData);
  else stream.on('newListener', onNewListener);
}

module.exports = { emitKeypressEvents };
