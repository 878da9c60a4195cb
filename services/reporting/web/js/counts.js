// What the page works out of the documents that it is sent. Pure.

// A delta has new values, never differences, and of the children only those that changed.
export function merged(document, delta) {
  const changed = new Map((delta.children ?? []).map((child) => [child.code, child]));
  const children = document.children.map((child) => changed.get(child.code) ?? child);
  const known = new Set(children.map((child) => child.code));
  return { ...document, ...delta, children: children.concat((delta.children ?? []).filter((child) => !known.has(child.code))) };
}

// Most children out of school first; those that never reported last, for they have no number at all.
export function ranked(children) {
  const silent = (child) => child.out_of_school === null || child.silent === true;
  return [...children].sort((a, b) => silent(a) - silent(b) || b.out_of_school - a.out_of_school || a.code.localeCompare(b.code));
}

export const isSilent = (child) => child.out_of_school === null || child.silent === true;

// The parts of a whole, largest first, each with its share (null where there is no whole).
export function parts(counts) {
  const whole = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const lines = Object.entries(counts).map(([key, n]) => ({ key, n, share: whole > 0 ? n / whole : null }));
  return { whole, lines: lines.sort((a, b) => b.n - a.n) };
}

// Steps of the map's colours: the least number of children of each. They are the same for ever, so that a map that grows
// dark has fewer children on it.
export const STEPS = [1, 5, 20, 100, 500];
export const step = (n) => STEPS.filter((least) => n >= least).length;
