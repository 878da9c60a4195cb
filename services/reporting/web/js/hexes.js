// Where the hexagons of some counties go in a box. Pure; the places are those of atlas.json: rows of hexagons, odd rows half a step right.

const ROW = Math.sqrt(3) / 2;
const SIZE = 1 / Math.sqrt(3);
const CORNERS = [0, 1, 2, 3, 4, 5].map((n) => [Math.sin((n * Math.PI) / 3), Math.cos((n * Math.PI) / 3)]);

const centre = ([x, y]) => [x + (y % 2) / 2, y * ROW];

// Fits the places of `codes` into a box of width and height, with a margin in pixels around them.
export function fitted(places, codes, { width, height, margin }) {
  const centres = codes.filter((code) => code in places).map((code) => [code, centre(places[code])]);
  const xs = centres.map(([, [x]]) => x);
  const ys = centres.map(([, [, y]]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [across, down] = [right - left + 1, bottom - top + 2 * SIZE];
  const step = Math.min((width - 2 * margin) / across, (height - 2 * margin) / down, 132);
  const [dx, dy] = [(width - across * step) / 2 + step / 2, (height - down * step) / 2 + SIZE * step];
  return { step, at: new Map(centres.map(([code, [x, y]]) => [code, [dx + (x - left) * step, dy + (y - top) * step]])) };
}

export const corners = ([x, y], step, share = 0.92) => CORNERS.map(([sin, cos]) => [x + sin * SIZE * step * share, y + cos * SIZE * step * share]);

// The middle of some hexagons, for a label.
export function middle(at, codes) {
  const found = codes.map((code) => at.get(code)).filter(Boolean);
  return [0, 1].map((axis) => found.reduce((sum, point) => sum + point[axis], 0) / found.length);
}
