// People in headless Chromium or Firefox with fake cameras, each in a browser context of their own.
import { chromium } from 'playwright-core';
import { launchFirefox } from './bidi.mjs';
import { PATIENCE_MS } from './patience.mjs';

const CHROMIUM_ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
];

const FIREFOX_PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.devices.insecure.enabled': true,
  'media.getusermedia.insecure.enabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'media.cubeb.backend': 'null', // a machine without a sound card
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'widget.windows.window_occlusion_tracking.enabled': false,
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.tabs.warnOnClose': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': '',
  'toolkit.telemetry.enabled': false,
  'extensions.update.enabled': false,
};

/**
 * @param {'chromium' | 'firefox'} [name]
 * @param {{args?: string[], preferences?: object}} [options] more arguments for Chromium, more preferences for Firefox
 */
export function launchBrowser(name = 'chromium', { args = [], preferences = {} } = {}) {
  return name === 'firefox'
    ? launchFirefox('/usr/bin/firefox-esr', { ...FIREFOX_PREFERENCES, ...preferences })
    : chromium.launch({ executablePath: '/usr/bin/chromium', args: [...CHROMIUM_ARGUMENTS, ...args] });
}

/** A person at the page's lobby. */
export class Person {
  static async open(browser, url, name) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 720 } });
    const page = await context.newPage();
    const person = new Person(context, page, name);
    page.on('console', (message) => person.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => person.console.push(`uncaught: ${error.message}`));
    await page.goto(url);
    return person;
  }

  console = [];

  constructor(context, page, name) {
    this.context = context;
    this.page = page;
    this.name = name;
  }

  /**
   * Fills in the lobby and joins; resolves when the page says so. As people do, tries again when the lobby says that the server did not
   * answer in time: a busy machine.
   */
  async join(room) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      await this.fillIn(room);
      await this.page.click('#join');
      const refusal = await this.#whenJoinedOrRefused(end - Date.now());
      if (refusal === '') return;
      console.log(`# ${this.name} could not join: ${refusal}`);
      if (Date.now() > end || !/cannot be reached|in time/.test(refusal))
        throw new Error(`${this.name} could not join: ${refusal}\n${this.console.join('\n')}`);
    }
  }

  /** Resolves with '' when the page says who is in the room, or with what the lobby says instead. */
  async #whenJoinedOrRefused(timeout) {
    const hasText = (ids) => ids.some((id) => document.getElementById(id).textContent !== '');
    await this.page.waitForFunction(hasText, ['people', 'lobby-error'], { timeout }).catch((error) => {
      throw new Error(`${this.name} is not in the room: ${error.message}\n${this.console.join('\n')}`);
    });
    if (await this.page.evaluate(hasText, ['people'])) return '';
    return this.page.evaluate(() => document.getElementById('lobby-error').textContent);
  }

  async fillIn(room) {
    await this.page.fill('#name', this.name);
    await this.page.fill('#room', room);
  }

  /**
   * Joins and measures, in the page, from the click until a frame of each of `names` has been shown.
   * @returns {Promise<number>} milliseconds
   */
  async joinAndTimeFirstFrames(room, names) {
    await this.fillIn(room);
    return this.page.evaluate(
      async ([expected, patience]) => {
        const start = performance.now();
        document.getElementById('join').click();
        const shown = (name) => {
          const video = document.querySelector(`.tile[data-name="${CSS.escape(name)}"] video`);
          return video?.videoWidth > 0 && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
        };
        while (!expected.every(shown)) {
          if (performance.now() - start > patience) return Infinity;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return performance.now() - start;
      },
      [names, PATIENCE_MS],
    );
  }

  leave() {
    return this.page.click('#leave');
  }

  /** Joins without a camera. */
  async joinToWatch(room) {
    await this.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException('watches only', 'NotFoundError'));
    });
    await this.join(room);
  }

  close() {
    return this.context.close();
  }

  /** Waits until every one of `names` is seen moving. */
  async waitForVideoOf(names) {
    await this.page
      .waitForFunction(
        (expected) =>
          expected.every((name) => {
            const video = document.querySelector(`.tile[data-name="${CSS.escape(name)}"] video`);
            return video?.videoWidth > 0 && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
          }),
        names,
        { timeout: PATIENCE_MS, polling: 50 },
      )
      .catch(async (error) => {
        throw new Error(`${this.name} does not see ${names}: ${error.message}\n${this.console.join('\n')}`);
      });
  }

  /**
   * What this person's browser receives, from the statistics of the subscribing connection.
   * @returns {Promise<{video: object[], audio: object[], localType: string, remotePort: number, protocol: string}>}
   */
  statistics() {
    return this.page.evaluate(async () => {
      const connection = window.parley.session?.connections.subscribe;
      const report = (await connection?.getStats()) ?? new Map();
      const all = [...report.values()];
      // Not by the pair's state: in Chromium it is 'in-progress' again while each check is under way.
      const transport = all.find((s) => s.type === 'transport');
      const pair = report.get(transport?.selectedCandidatePairId);
      const inbound = (kind) => all.filter((s) => s.type === 'inbound-rtp' && s.kind === kind);
      return {
        video: inbound('video').map((s) => ({
          mid: s.mid,
          codec: report.get(s.codecId)?.mimeType,
          framesDecoded: s.framesDecoded ?? 0,
          keyFramesDecoded: s.keyFramesDecoded,
          freezeCount: s.freezeCount ?? 0,
          totalFreezesDuration: s.totalFreezesDuration ?? 0,
          packetsLost: s.packetsLost,
          bytesReceived: s.bytesReceived,
          width: s.frameWidth,
          height: s.frameHeight,
          nackCount: s.nackCount,
          fecPacketsReceived: s.fecPacketsReceived ?? 0,
          pliCount: s.pliCount,
        })),
        audio: inbound('audio').map((s) => ({
          mid: s.mid,
          codec: report.get(s.codecId)?.mimeType,
          energy: s.totalAudioEnergy ?? 0,
          packets: s.packetsReceived,
          discarded: s.packetsDiscarded ?? 0,
        })),
        localType: report.get(pair?.localCandidateId)?.candidateType,
        localPort: report.get(pair?.localCandidateId)?.port,
        remoteAddress: report.get(pair?.remoteCandidateId)?.address,
        remotePort: report.get(pair?.remoteCandidateId)?.port,
        protocol: report.get(pair?.remoteCandidateId)?.protocol,
      };
    });
  }

  /** The scalability mode in which this person's video is sent (W3C webrtc-svc), and whether the browser's senders know such a thing. */
  scalabilityMode() {
    return this.page.evaluate(async () => {
      const { publish } = window.parley.session.connections;
      const sender = publish.getSenders().find(({ track }) => track?.kind === 'video');
      const all = [...(await publish.getStats()).values()];
      const sent = all.find((s) => s.type === 'outbound-rtp' && s.kind === 'video')?.scalabilityMode;
      return { sent, known: 'scalabilityMode' in sender.getParameters().encodings[0] };
    });
  }

  /** The pairs of candidates of the subscribing connection, a line each, the selected one with a star: for a log. */
  candidatePairs() {
    return this.page.evaluate(async () => {
      const report = (await window.parley.session?.connections.subscribe?.getStats()) ?? new Map();
      const all = [...report.values()];
      const selected = all.find((s) => s.type === 'transport')?.selectedCandidatePairId;
      const end = (id) => {
        const { protocol, address, port, networkType = '' } = report.get(id) ?? {};
        return `${protocol} ${address}:${port} ${networkType}`;
      };
      return all
        .filter((s) => s.type === 'candidate-pair')
        .map((pair) => {
          const { localCandidateId, remoteCandidateId, state, requestsSent, responsesReceived } = pair;
          const checks = `${state}, ${responsesReceived} of ${requestsSent} checks answered`;
          const star = pair.id === selected ? '*' : ' ';
          return `${star} ${end(localCandidateId)} to ${end(remoteCandidateId)}: ${checks}`;
        });
    });
  }

  /** Of the publishing connection's selected pair: 'udp' or 'tcp'. */
  sendingProtocol() {
    return this.page.evaluate(async () => {
      const report = await window.parley.session.connections.publish.getStats();
      const transport = [...report.values()].find((s) => s.type === 'transport');
      return report.get(report.get(transport?.selectedCandidatePairId)?.remoteCandidateId)?.protocol;
    });
  }

  /** Asks for the statistics until they satisfy `test`; resolves with them. */
  async whenStatistics(test, what) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const statistics = await this.statistics();
      if (test(statistics)) return statistics;
      if (Date.now() > end)
        throw new Error(
          `${this.name}: not ${what} in ${PATIENCE_MS} ms: ${JSON.stringify(statistics)}\n${this.console.join('\n')}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Resolves with Date.now() of the moment `name`'s tile goes. Ask before the other one leaves. */
  whenTileGoes(name) {
    return this.page.evaluate(
      ([gone, patience]) =>
        new Promise((resolve, reject) => {
          const selector = `.tile[data-name="${CSS.escape(gone)}"]`;
          const timer = setTimeout(() => reject(new Error(`${gone}'s tile stays`)), patience);
          const look = () => {
            if (document.querySelector(selector)) return;
            observer.disconnect();
            clearTimeout(timer);
            resolve(Date.now());
          };
          const observer = new MutationObserver(look);
          observer.observe(document.getElementById('tiles'), { childList: true });
          look(); // a busy page may hear of the departure before it is asked
        }),
      [name, PATIENCE_MS],
    );
  }
}
