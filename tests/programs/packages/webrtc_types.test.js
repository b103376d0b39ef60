'use strict';
// runs-on: node
// timeout: 120
// addon/webrtc/index.d.ts and what it takes in, under TypeScript: a strict program is taken, its mistakes are found, and what is declared is what the
// module has, class by class and member by member.
const { test } = require('../../harness');
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { run, bin, folder } = require('./run');

const options = { timeout: 60000 };
const ADDON = path.join(__dirname, '../../../addon/webrtc');
const TYPES = ['connection', 'engine', 'transports'].map((name) => path.join(ADDON, `${name}.d.ts`));

const PROGRAM = `import {
  AudioSink, AudioSource, Engine, RTCPeerConnection, RtpSink, VideoSink, VideoSource,
  type Pipe, type RTCStatsReport, type Track,
} from 'webrtc';

export async function call(answerOf: (sdp: string) => Promise<string>): Promise<RTCStatsReport> {
  const pc = new RTCPeerConnection({ iceServers: [{ urls: ['stun:s.example'] }], iceTransportPolicy: 'all' });
  const video = new VideoSource();
  const sender = pc.addTrack(video.createTrack());
  const parameters = sender.getParameters();
  parameters.encodings[0]!.maxBitrate = 100_000;
  await sender.setParameters(parameters);
  video.onFrame({ width: 2, height: 2, data: new Uint8Array(6), timestamp: 0 });
  new AudioSource().onData({ samples: new Int16Array(480) });
  pc.ontrack = ({ track, transceiver }) => {
    if (track.kind === 'video') new VideoSink(track, ({ width, data }) => void (width + data.length));
    else new AudioSink(track, ({ samples }) => void samples.length, { channels: 2 });
    new RtpSink(track, (packets) => packets.map((packet) => packet.length));
    transceiver.direction = 'recvonly';
  };
  const channel = pc.createDataChannel('chat', { ordered: false, maxRetransmits: 0 });
  channel.onopen = () => channel.send('hello');
  await pc.setLocalDescription();
  await pc.setRemoteDescription({ type: 'answer', sdp: await answerOf(pc.localDescription!.sdp) });
  return pc.getStats();
}

export function serve(offer: string): { answer: string; tracks: Track[]; pipe: Pipe } {
  const engine = new Engine({ bindings: [{ ip: '127.0.0.1' }], tcp: true }, (type, id, payload, reason) => {
    if (type === 'layers-changed') void (id + reason + JSON.stringify(payload));
  });
  const peer = engine.createPeer('ada', { role: 'publisher', codecs: ['VP9', 'VP8'] });
  const { answer, tracks } = peer.acceptOffer(offer);
  const pipe = engine.createPipe();
  pipe.connect({ ip: '127.0.0.1', port: 5000, key: pipe.key });
  const description: string = pipe.send(tracks[0]!.id);
  pipe.stopReceiving(pipe.receive(description).id);
  void engine.stats().then(({ datagramsSent }) => datagramsSent.toFixed());
  return { answer, tracks, pipe };
}
`;
const MISTAKES = [
  ["new RTCPeerConnection({ iceTransportPolicy: 'none' });", 2322],
  ['new RTCPeerConnection().addTransceiver("text");', 2345],
  ['new Engine({ bindings: [{ ip: 1 }] }, () => {});', 2322],
  ["new Engine({ bindings: [] }, () => {}).createPeer('x', { role: 'both' });", 2322],
  ["new Engine({ bindings: [] }, () => {}).createPipe().connect({ ip: '', port: 1 });", 2345],
  ['new VideoSource().onFrame({ width: 1, height: 1 });', 2345],
];
const CONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
    lib: ['es2022'],
  },
  include: ['main.ts', 'events.d.ts'],
};

/** What index.d.ts needs of its surroundings, for programs without TypeScript's DOM library. */
const EVENTS = `declare class Blob { readonly size: number }
declare class Event { constructor(type: string); readonly type: string }
declare class EventTarget {
  addEventListener(type: string, listener: (event: any) => void): void;
  removeEventListener(type: string, listener: (event: any) => void): void;
  dispatchEvent(event: Event): boolean;
}
`;

function project(t, program) {
  const cwd = folder(t, {
    'tsconfig.json': CONFIG,
    'package.json': { type: 'module' },
    'main.ts': program,
    'events.d.ts': EVENTS,
  });
  fs.mkdirSync(path.join(cwd, 'node_modules'));
  fs.symlinkSync(ADDON, path.join(cwd, 'node_modules/webrtc'));
  return cwd;
}

const tsc = (cwd) => run(bin('typescript', 'tsc'), ['-p', '.', '--pretty', 'false'], { cwd });

test('a strict program is taken', options, async (t) => {
  const { stdout, code } = await tsc(project(t, PROGRAM));
  assert.deepStrictEqual([stdout, code], ['', 0]);
});

test('mistakes are found', options, async (t) => {
  const head = "import { Engine, RTCPeerConnection, VideoSource } from 'webrtc';\n";
  const program = head + MISTAKES.map(([line]) => `${line}\n`).join('');
  const { stdout, code } = await tsc(project(t, program));
  assert.notStrictEqual(code, 0);
  const found = [...stdout.matchAll(/main\.ts\((\d+),\d+\): error TS(\d+)/g)].map((m) =>
    [m[1], m[2]].map(Number),
  );
  assert.deepStrictEqual(
    found,
    MISTAKES.map(([, error], n) => [n + 2, error]),
    stdout,
  );
});

/** The classes that are declared: name → { exported, members }, a base's members among them. */
function declaredClasses() {
  const ts = require('typescript');
  const classes = new Map();
  const parse = (file) =>
    ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const add = (node) => {
    if (!ts.isClassDeclaration(node)) return;
    const exported = node.modifiers.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
    const members = node.members
      .filter((m) => !ts.isConstructorDeclaration(m))
      .filter((m) => !(m.modifiers ?? []).some((each) => each.kind === ts.SyntaxKind.StaticKeyword))
      .map((m) => (ts.isComputedPropertyName(m.name) ? m.name.expression.name.text : m.name.text));
    const base = node.heritageClauses?.[0].types[0].expression.text;
    const inherited = classes.get(base)?.members ?? [];
    classes.set(node.name.text, { exported, members: new Set([...inherited, ...members]) });
  };
  for (const file of TYPES) parse(file).forEachChild(add);
  return classes;
}

/** The public members of a class, its own and those of its bases up to the platform's. */
function membersOf(constructor) {
  const members = new Set();
  let prototype = constructor.prototype;
  while (
    prototype &&
    ![Object.prototype, EventTarget.prototype, Event.prototype, Error.prototype].includes(prototype)
  ) {
    Reflect.ownKeys(prototype).forEach((key) => members.add(key));
    prototype = Object.getPrototypeOf(prototype);
  }
  members.delete('constructor');
  return members;
}

/** One object of each class that keeps what it is in properties of its own. */
function samples(t, module) {
  const pc = new module.RTCPeerConnection();
  t.after(() => pc.close());
  const objects = [
    new module.RTCSessionDescription({ type: 'offer' }),
    new module.RTCIceCandidate({ sdpMid: '0' }),
    new module.RTCError({ errorDetail: 'sdp-syntax-error' }),
    new module.VideoSource().createTrack(),
    pc.addTransceiver('video'),
  ];
  const [error, track, transceiver] = objects.slice(2);
  const inits = {
    MediaStreamTrackEvent: { track },
    RTCDataChannelEvent: { channel: pc.createDataChannel('sample') },
    RTCErrorEvent: { error },
    RTCPeerConnectionIceErrorEvent: { errorCode: 701 },
    RTCPeerConnectionIceEvent: {},
    RTCTrackEvent: { receiver: transceiver.receiver, track, transceiver },
  };
  const events = Object.keys(module).filter((name) => name.endsWith('Event'));
  return [...objects, ...events.map((name) => new module[name]('sample', inits[name]))];
}

test('what is declared is there', options, (t) => {
  const module = require(ADDON);
  const kept = new Map(
    samples(t, module).map((each) => [each.constructor, Object.getOwnPropertyNames(each)]),
  );
  const classes = declaredClasses();
  const exported = [...classes].filter(([, each]) => each.exported).map(([name]) => name);
  assert.deepStrictEqual(exported.toSorted(), Object.keys(module).toSorted());
  const missing = [];
  for (const name of exported) {
    const there = [...membersOf(module[name]), ...(kept.get(module[name]) ?? [])];
    const names = new Set(
      [...there].map((key) => (typeof key === 'symbol' ? key.description.split('.')[1] : key)),
    );
    for (const member of classes.get(name).members) if (!names.has(member)) missing.push(`${name}.${member}`);
  }
  assert.deepStrictEqual(missing, [], 'declared, and not there');
});

test('each handler of an event is declared', options, () => {
  const module = require(ADDON);
  const classes = declaredClasses();
  const undeclared = [];
  for (const [name, { exported, members }] of classes) {
    if (!exported) continue;
    for (const member of membersOf(module[name]))
      if (/^on[a-z]+$/.test(String(member)) && !members.has(member))
        undeclared.push(`${name}.${String(member)}`);
  }
  assert.deepStrictEqual(undeclared, []);
});
