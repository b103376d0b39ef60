// What every program of bench/ shares: run the contenders in turn (A B A B …, so that a drifting machine is fair to all), take
// medians, print a table of figures and ratios, with --json one object {"ratios": {label: number}}, and with --markdown the
// rows of docs/performance.md (`make figures`).
//
//   const bench = new Comparison('startup', { unit: 'ms', better: 'less' });
//   await bench.measure('empty script', { parley: async () => ms, node: async () => ms }, { reference: 'node', rounds: 15 });
//   bench.report();
//
// A ratio is the contender's figure divided by the reference's.
import { parseArgs } from 'node:util';

const OPTIONS = {
  rounds: { type: 'string' },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
  help: { type: 'boolean' },
};
const HELP = `
  --rounds N   of each contender, instead of as many as the program thinks enough
  --json       print the ratios as one JSON object
  --markdown   print rows of docs/performance.md
  --help       print this text
`;

/** The command line of bench/`title`, which may keep to some of `cases`. `--help`, and what is not understood, end the program. */
function readCommandLine(title, cases) {
  const refuse = (why) => {
    console.error(`bench/${title}: ${why}; --help lists the options`);
    process.exit(2);
  };
  let line;
  try {
    line = parseArgs({ options: OPTIONS, allowPositionals: cases.length > 0 });
  } catch (error) {
    refuse(error.message.split('. ')[0]);
  }
  const { values, positionals: words } = line;
  const isMeant = (name, word) => name.toLowerCase().includes(word.toLowerCase());
  const unknown = words.find((word) => !cases.some((name) => isMeant(name, word)));
  if (unknown !== undefined) refuse(`there is no case '${unknown}'`);
  if (values.rounds !== undefined && !/^[1-9]\d{0,2}$/.test(values.rounds)) refuse('--rounds wants 1 to 999');
  if (values.help) {
    const [word, list] = cases.length > 0 ? [' [case …]', `\nCases: ${cases.join(', ')}\n`] : ['', ''];
    process.stdout.write(`Usage: bench/${title} [options]${word}\n${HELP}${list}`);
    process.exit(0);
  }
  const wanted = cases.filter((name) => words.length === 0 || words.some((word) => isMeant(name, word)));
  return { ...values, rounds: values.rounds && Number(values.rounds), wanted };
}

export class Comparison {
  #rows = [];

  /**
   * @param {string} title the program's name
   * @param {{unit: string, better: 'less' | 'more', cases?: string[]}} about what the figures are, and the names of which the command
   *   line may choose some, or parts of them
   */
  constructor(title, { unit, better, cases = [] }) {
    this.title = title;
    this.unit = unit;
    this.better = better;
    const { rounds, json, markdown, wanted } = readCommandLine(title, cases);
    this.rounds = rounds;
    this.json = json;
    this.markdown = markdown;
    /** @type {string[]} the names that were chosen, or all */
    this.cases = wanted;
  }

  /**
   * @param {string | string[]} label of one row, or of several that each run gives a figure for
   * @param {Record<string, () => Promise<number | number[]>>} contenders each call gives one figure, or one for each label
   * @param {{reference: string, rounds?: number, warmups?: number, unit?: string, better?: 'less' | 'more', optional?: string[]}}
   *   options with what the figures are where they are not what the others are, and the contenders that are left out, with a
   *   word on why, when they fail
   */
  async measure(label, contenders, options) {
    const { reference, warmups = 1, unit = this.unit, better = this.better, optional = [] } = options;
    const rounds = this.rounds ?? options.rounds ?? 5;
    const labels = [label].flat();
    const running = new Set(Object.keys(contenders));
    const figures = labels.map(() => Object.fromEntries([...running].map((name) => [name, []])));
    for (let round = -warmups; round < rounds; round++) {
      this.#progress(`\r${labels[0]}: round ${Math.max(0, round + 1)} of ${rounds} `);
      for (const name of running) {
        try {
          const results = [await contenders[name]()].flat();
          if (round >= 0) results.forEach((figure, i) => figures[i][name].push(figure));
        } catch (error) {
          if (!optional.includes(name)) throw error;
          process.stderr.write(`${labels[0]}: without ${name}: ${error.message.split('\n')[0]}\n`);
          running.delete(name);
          for (const row of figures) delete row[name];
        }
      }
    }
    this.#progress('\r\x1b[K');
    const medians = figures.map((row) => mapValues(row, median));
    labels.forEach((each, i) => {
      this.#rows.push({ label: each, medians: medians[i], figures: figures[i], reference, unit, better });
    });
    return medians[0];
  }

  #progress(text) {
    if (!this.json && process.stderr.isTTY) process.stderr.write(text);
  }

  /** Prints the table, the JSON object or the rows in Markdown. */
  report() {
    if (this.json) {
      const ratios = {};
      for (const { label, medians, reference } of this.#rows) {
        for (const name of Object.keys(medians)) {
          if (name !== reference)
            ratios[`${label}: ${name} / ${reference}`] = round(medians[name] / medians[reference]);
        }
      }
      console.log(JSON.stringify({ ratios }));
      return;
    }
    if (this.markdown) {
      for (const row of this.#rows) console.log(markdownRow(this.title, row));
      return;
    }
    console.log(`${this.title} (medians in ${this.unit}; ${this.better} is better; [min–max])`);
    for (const { label, medians, figures, reference, unit, better } of this.#rows) {
      const other = unit === this.unit ? '' : ` (${unit}, ${better} is better)`;
      for (const [name, value] of Object.entries(medians)) {
        const ratio = name === reference ? `   –${other}` : (value / medians[reference]).toFixed(2);
        const range = `[${format(Math.min(...figures[name]))}–${format(Math.max(...figures[name]))}]`;
        console.log(
          `  ${label.padEnd(36)} ${name.padEnd(12)} ${format(value).padStart(12)}  ${range.padEnd(24)} ratio ${ratio}`,
        );
      }
    }
  }
}

const mapValues = (object, fn) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, fn(value)]));

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// | what | Parley | beside | ratio | program |, a line for each of Parley's contenders against the reference, which may be alone.
function markdownRow(title, { label, medians, reference, unit, better }) {
  const beside = `${reference}: ${format(medians[reference])}`;
  if (Object.keys(medians).length === 1)
    return `| ${label} | ${format(medians[reference])} ${unit} | – | (${better} is better) | \`bench/${title}\` |`;
  return Object.keys(medians)
    .filter((name) => name !== reference)
    .map((name) => {
      const what = name === 'parley' ? label : `${label} (${name})`;
      const ratio = (medians[name] / medians[reference]).toFixed(2);
      return `| ${what} | ${format(medians[name])} ${unit} | ${beside} | **${ratio}** (${better} is better) | \`bench/${title}\` |`;
    })
    .join('\n');
}

const round = (value) => Number(value.toFixed(3));
const format = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(4));
