// Where the tiles go: people as large as the window allows, in tiles neither wider than a camera's picture nor much narrower, so that
// little of it is cut off; beside shared screens, which are there to be read and get most of the room.

const GAP = 10; // pixels
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
const STAGE = 0.76; // of the longer side, for screens

/** The largest tiles of these limits; a box each: { left, top, width, height }. */
function gridOf(count, area, { widest, narrowest }) {
  let best = { size: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (area.width - GAP * (columns - 1)) / columns;
    const down = (area.height - GAP * (rows - 1)) / rows;
    const width = Math.max(0, Math.min(across, down * widest));
    const height = Math.max(0, Math.min(down, width / narrowest));
    if (width * height > best.size) best = { size: width * height, columns, rows, width, height };
  }
  const { columns, rows, width, height } = best;
  const start = (span, n, size) => (span - n * size - (n - 1) * GAP) / 2; // so that n of them are in the middle
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    return {
      left: area.left + start(area.width, inRow, width) + (i % columns) * (width + GAP),
      top: area.top + start(area.height, rows, height) + row * (height + GAP),
      width,
      height,
    };
  });
}

const PEOPLE = { widest: WIDEST, narrowest: NARROWEST };
const SCREENS = { widest: Infinity, narrowest: 0 }; // a screen is fitted into whatever there is

/**
 * Boxes in a window of that size.
 * @param {{width: number, height: number}} size
 * @returns {{people: object[], screens: object[]}}
 */
export function layOut({ width, height }, people, screens) {
  const whole = { left: 0, top: 0, width, height };
  if (screens === 0) return { people: gridOf(people, whole, PEOPLE), screens: [] };
  const wide = width >= height;
  const stage = Math.round((wide ? width : height) * STAGE);
  const areas = wide
    ? [
        { ...whole, width: stage },
        { ...whole, left: stage + GAP, width: width - stage - GAP },
      ]
    : [
        { ...whole, height: stage },
        { ...whole, top: stage + GAP, height: height - stage - GAP },
      ];
  return { screens: gridOf(screens, areas[0], SCREENS), people: gridOf(people, areas[1], PEOPLE) };
}
