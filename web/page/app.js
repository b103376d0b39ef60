// The page: a lobby to enter a name and a room, and the call itself. All of the protocol is in ../client/.
import { Session } from '../client/index.js';
import { TileGrid } from './tiles.js';
import { drawGlyph } from './glyphs.js';
import { LayerChooser } from './layers.js';
import { openMedia, openScreen, explainMediaError } from './media.js';

const $ = (id) => document.getElementById(id);
const grid = new TileGrid($('tiles'));
const layers = new LayerChooser((streamId, wanted) => session.setLayers(streamId, wanted));
const SELF = 'self';
// Where a connection does not carry everything, what comes first. 128 is what nobody spoke of.
const PRIORITY = { screen: 200, speaker: 160, other: 128 };
let session = null;
let media = null;
let screen = null;
let selfId = null;
let speaker = null; // the stream of whoever has the floor
const names = new Map(); // participantId → name

// How to send and connect, for whoever tries things out: ?codec=VP9&layers=L3T3_KEY&red&relay. Simulcast of the server's favourite codec
// without it, and one layer of a codec that is asked for, or with ?layers=none.
const query = new URLSearchParams(location.search);
const wantedLayers = query.get('layers') ?? (query.has('codec') ? 'none' : 'simulcast');
const OPTIONS = {
  send: {
    codec: query.get('codec') ?? undefined,
    layers: wantedLayers === 'none' ? undefined : wantedLayers,
    redundantAudio: query.has('red'),
  },
  iceTransportPolicy: query.has('relay') ? 'relay' : 'all',
};

$('toggle-screen').hidden = !navigator.mediaDevices?.getDisplayMedia; // as on telephones
for (const element of document.querySelectorAll('[data-glyph]')) drawGlyph(element, element.dataset.glyph);
$('room').value = query.get('room') ?? '';
$('name').value = localStorage.getItem('parley.name') ?? '';
$(($('name').value === '' && 'name') || ($('room').value === '' && 'room') || 'join').focus();

$('join-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  showLobbyError('');
  setBusy(true);
  try {
    await enter($('room').value.trim(), $('name').value.trim());
  } catch (error) {
    backToLobby(error.message);
  } finally {
    setBusy(false);
  }
});

async function enter(room, name) {
  if (room === '' || name === '') throw new Error('Please enter your name and a room.');
  if (!('RTCPeerConnection' in window)) throw new Error('This browser cannot make calls (no WebRTC).');
  localStorage.setItem('parley.name', name);
  const current = new Session();
  session = current;
  listen(current);
  $('lobby').hidden = true;
  $('call').hidden = false;
  $('room-title').textContent = room;
  history.replaceState(null, '', `?room=${encodeURIComponent(room)}`);
  grid.add(SELF, name, 'self');
  const opening = openMedia(OPTIONS.send).then(({ stream, error }) => {
    if (current === session) showOwnMedia(stream, error);
    else stopTracks(stream); // gone back to the lobby meanwhile
    return stream;
  });
  await current.join({ room, name, media: opening, ...OPTIONS });
  countPeople();
}

function showOwnMedia(stream, error) {
  media = stream;
  grid.get(SELF).setStream(stream);
  showControls();
  showBanner(error ? explainMediaError(error) : '');
}

function listen(current) {
  const on = (type, handler) =>
    current.addEventListener(type, (event) => current === session && handler(event.detail));
  on('joined', ({ id }) => (selfId = id));
  on('participant', ({ id, name }) => {
    names.set(id, name);
    grid.add(id, name);
    countPeople();
  });
  on('participant-left', ({ id }) => {
    names.delete(id);
    if (grid.get(id)) layers.unwatch(grid.get(id).element);
    grid.remove(id);
    countPeople();
  });
  on('media', ({ participantId, streamId, attributes, stream, audio, video }) => {
    const tile = isScreen(attributes) ? screenTile(participantId, streamId) : grid.get(participantId);
    tile?.setStream(stream);
    tile?.setMuted(!isScreen(attributes) && (!audio || audio.muted));
    const received = stream.getVideoTracks().length > 0;
    tile?.setVideoShown(Boolean(video && !video.muted && received));
    // A screen is read: all of it, whatever the tile.
    if (tile && received && !isScreen(attributes)) layers.watch(tile.element, streamId);
    if (tile && received && isScreen(attributes)) prefer(streamId, PRIORITY.screen);
  });
  on('media-removed', ({ participantId, streamId, attributes }) => {
    if (isScreen(attributes)) return grid.remove(streamId);
    const tile = grid.get(participantId);
    if (!tile) return;
    layers.unwatch(tile.element);
    tile.setStream(null);
    tile.setVideoShown(false);
  });
  on('speakers', ({ streams }) => {
    const speaking = new Set(streams.map((stream) => stream.participantId));
    for (const id of names.keys()) grid.get(id)?.setSpeaking(speaking.has(id));
    grid.get(SELF)?.setSpeaking(speaking.has(selfId));
  });
  on('active-speaker', ({ streamId }) => {
    if (speaker === streamId) return;
    if (speaker) prefer(speaker, PRIORITY.other);
    speaker = streamId;
    prefer(streamId, PRIORITY.speaker);
  });
  on('connection', ({ state }) =>
    showBanner(state === 'reconnecting' ? 'Connection lost. Reconnecting…' : ''),
  );
  on('ended', ({ reason }) => backToLobby(reason));
}

/** Streams come and go: one that is gone needs no preference, nor does one's own. */
function prefer(streamId, priority) {
  session?.setPriority(streamId, priority).catch(() => {});
}

const isScreen = (attributes) => attributes.source === 'screen';

function screenTile(participantId, streamId) {
  return grid.add(streamId, `${names.get(participantId) ?? 'Someone'}'s screen`, 'screen');
}

function backToLobby(message) {
  const ended = session;
  session = null;
  speaker = null;
  ended?.leave();
  stopTracks(media);
  stopTracks(screen);
  media = null;
  screen = null;
  names.clear();
  layers.clear();
  showScreenControl();
  grid.clear();
  $('people').textContent = '';
  $('call').hidden = true;
  $('lobby').hidden = false;
  showLobbyError(message);
}

for (const [button, kind, on, off] of [
  ['toggle-audio', 'audio', ['mic', 'Mute'], ['mic-off', 'Unmute']],
  ['toggle-video', 'video', ['camera', 'Stop video'], ['camera-off', 'Start video']],
]) {
  $(button).addEventListener('click', async () => {
    const muted = $(button).getAttribute('aria-pressed') === 'true';
    showControl(button, kind, muted, muted ? off : on);
    try {
      await session?.setMuted(kind, muted);
    } catch (error) {
      showBanner(`Could not change the ${kind}: ${error.message}`);
    }
  });
}

function showControl(button, kind, muted, [glyph, word]) {
  $(button).setAttribute('aria-pressed', String(!muted));
  drawGlyph($(button).querySelector('.glyph'), glyph);
  $(button).querySelector('.word').textContent = word;
  const self = grid.get(SELF);
  if (kind === 'audio') self?.setMuted(muted);
  else self?.setVideoShown(!muted);
}

function showControls() {
  const has = { audio: media.getAudioTracks().length > 0, video: media.getVideoTracks().length > 0 };
  showControl(
    'toggle-audio',
    'audio',
    !has.audio,
    has.audio ? ['mic', 'Mute'] : ['mic-off', 'No microphone'],
  );
  showControl(
    'toggle-video',
    'video',
    !has.video,
    has.video ? ['camera', 'Stop video'] : ['camera-off', 'No camera'],
  );
  $('toggle-audio').disabled = !has.audio;
  $('toggle-video').disabled = !has.video;
}

$('toggle-screen').addEventListener('click', async () => {
  try {
    await (screen ? stopSharing() : share());
  } catch (error) {
    showBanner(`Could not share the screen: ${error.message}`);
  }
});

async function share() {
  const current = session;
  const stream = await openScreen();
  if (!stream || current !== session) return stopTracks(stream);
  screen = stream;
  const [track] = stream.getVideoTracks();
  track.contentHint = 'detail';
  track.addEventListener('ended', () => stopSharing(stream).catch(() => {})); // by the browser's own button
  showScreenControl();
  await current.publish(stream, { attributes: { source: 'screen' } }).catch((error) => {
    stopSharing(stream);
    throw error;
  });
}

async function stopSharing(stream = screen) {
  stopTracks(stream);
  if (stream !== screen) return;
  screen = null;
  showScreenControl();
  await session?.unpublish(stream);
}

function showScreenControl() {
  $('toggle-screen').setAttribute('aria-pressed', String(screen !== null));
  $('toggle-screen').querySelector('.word').textContent = screen ? 'Stop sharing' : 'Share screen';
}

$('leave').addEventListener('click', () => backToLobby(''));
window.addEventListener('pagehide', () => session?.leave());

$('copy-link').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    $('copy-link').textContent = 'Copied';
  } catch {
    $('copy-link').textContent = location.href; // no clipboard without https: show it instead
  }
  setTimeout(() => ($('copy-link').textContent = 'Copy link'), 3000);
});

function countPeople() {
  $('people').textContent = names.size === 0 ? 'You are the first here' : `${names.size + 1} people`;
}

function stopTracks(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function showBanner(text) {
  $('banner').textContent = text;
  $('banner').hidden = text === '';
}

function showLobbyError(text) {
  $('lobby-error').textContent = text;
  $('lobby-error').hidden = text === '';
}

function setBusy(busy) {
  $('join').disabled = busy;
  $('join').textContent = busy ? 'Joining…' : 'Join';
}

// For the end-to-end tests and for whoever looks with the developer tools.
window.parley = {
  get session() {
    return session;
  },
};
