// What is counted of raw media on its way in and out, for statistics.
'use strict';

const SAMPLE_RATE = 48000;
const FULL_SCALE = 32768;
const WINDOW_MS = 1000;

/** Energy of sound as webrtc-stats has it: the square of the level (1 is full scale) over time. */
class AudioMeter {
  totalAudioEnergy = 0;
  totalSamplesDuration = 0;
  #samples = 0; // of one channel
  #audioLevel; // of the latest samples

  /** @param {Int16Array} samples 48 kHz, channels interleaved */
  add(samples, channels) {
    let sum = 0;
    for (let i = 0; i < samples.length; i++) sum += samples[i] * samples[i];
    const energy = sum / (FULL_SCALE * FULL_SCALE);
    this.totalAudioEnergy += energy / (channels * SAMPLE_RATE);
    if (samples.length > 0) this.#audioLevel = Math.sqrt(energy / samples.length);
    this.#samples += samples.length / channels;
    this.totalSamplesDuration += samples.length / channels / SAMPLE_RATE;
  }
  get samples() {
    return this.#samples;
  }
  values() {
    const { totalAudioEnergy, totalSamplesDuration } = this;
    return { audioLevel: this.#audioLevel, totalAudioEnergy, totalSamplesDuration };
  }
}

/** Size, number and pace of pictures. */
class VideoMeter {
  #frames = 0;
  #width = 0;
  #height = 0;
  #recent = []; // when the pictures of the last second came

  add(width, height) {
    this.#frames++;
    this.#width = width;
    this.#height = height;
    this.#recent.push(performance.now());
    this.#forget();
  }
  #forget() {
    const since = performance.now() - WINDOW_MS;
    while (this.#recent.length > 0 && this.#recent[0] <= since) this.#recent.shift();
  }
  values() {
    this.#forget();
    const size = this.#frames === 0 ? {} : { width: this.#width, height: this.#height };
    return { ...size, frames: this.#frames, framesPerSecond: this.#recent.length };
  }
}

module.exports = { AudioMeter, VideoMeter };
