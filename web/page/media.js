// Opens the camera and the microphone, and says plainly what is in the way when it can't.

// One layer for everyone: what a phone can still receive from each of several people. In layers, each receiver gets what it can take.
const ONE_LAYER = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { max: 30 } };
const IN_LAYERS = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Camera and microphone, or whichever there is, or an empty stream and the reason: someone without a camera can still watch.
 * @param {{layers?: string}} [send] how it will be sent (../client/codecs.js)
 * @returns {Promise<{stream: MediaStream, error: DOMException | null}>}
 */
export async function openMedia({ layers } = {}) {
  if (!navigator.mediaDevices?.getUserMedia) {
    return { stream: new MediaStream(), error: new DOMException('insecure page', 'SecurityError') };
  }
  const video = layers ? IN_LAYERS : ONE_LAYER;
  let firstError = null;
  for (const constraints of [{ audio: AUDIO, video }, { audio: AUDIO }, { video }]) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia(constraints), error: firstError };
    } catch (error) {
      firstError ??= error;
      if (error.name === 'NotAllowedError') break; // the person said no: don't ask three times
    }
  }
  return { stream: new MediaStream(), error: firstError };
}

/** Lets the person choose a screen, window or tab; null when they think better of it. */
export async function openScreen() {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
  } catch (error) {
    if (error.name === 'NotAllowedError') return null;
    throw error;
  }
}

/** What to tell the person. */
export function explainMediaError(error) {
  switch (error.name) {
    case 'NotAllowedError':
      return 'The browser has no permission for camera and microphone. Allow them in the address bar and join again; until then you can watch and listen.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No camera or no microphone was found. The others may not see or hear you.';
    case 'NotReadableError':
      return 'Another program is using the camera or the microphone.';
    case 'SecurityError':
      return 'Browsers give camera and microphone only to pages served over https or from localhost. You can watch and listen.';
    default:
      return `Camera or microphone could not be opened (${error.name}).`;
  }
}
