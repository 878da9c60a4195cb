// What the page works out of the documents that it is sent. Pure.

// A delta has new values, never differences; of the children and of all counties' numbers only those that changed.
export function merged(document, delta) {
  const changed = new Map((delta.children ?? []).map((child) => [child.code, child]));
  const children = document.children.map((child) => changed.get(child.code) ?? child);
  const known = new Set(children.map((child) => child.code));
  const counties = { ...document.counties, ...delta.counties };
  return { ...document, ...delta, counties, children: children.concat((delta.children ?? []).filter((child) => !known.has(child.code))) };
}

// Most children out of school first; those that never reported last, for they have no number at all.
export function ranked(lines) {
  const silent = (line) => line.out_of_school === null;
  return [...lines].sort((a, b) => silent(a) - silent(b) || b.out_of_school - a.out_of_school || a.code.localeCompare(b.code));
}

// An area by the numbers of its counties: how many children, null where none of them ever reported, and how many counties did.
export function summed(counties, codes) {
  const numbers = codes.map((code) => counties[code] ?? null).filter((n) => n !== null);
  const out_of_school = numbers.length ? numbers.reduce((sum, n) => sum + n, 0) : null;
  return { out_of_school, counties: codes.length, reporting: numbers.length };
}

// The parts of a whole, largest first, each with its share (null where there is no whole).
export function parts(counts) {
  const whole = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const lines = Object.entries(counts).map(([key, n]) => ({ key, n, share: whole > 0 ? n / whole : null }));
  return { whole, lines: lines.sort((a, b) => b.n - a.n) };
}

// Changes newest first by the day on which they happened; those of a day stay in the order in which they were learned of.
export const inOrderOfTime = (changes) => [...changes].sort((a, b) => b.day.localeCompare(a.day));

// The days of the ledger: from the last of the days on which it was loaded on, for until then its stock was still growing.
export function ofTheLedger(days) {
  const loaded = days.findIndex((day) => day.opening === 0);
  return loaded < 0 ? days.slice(-1) : days.slice(Math.max(0, loaded - 1));
}

// Why a number is not shown though it is known: there are so few children that it would tell of one of them, or it would give such a number away.
export const FEW = 5;
export function withheld(counts) {
  if (!counts.suppressed) return null;
  return counts.out_of_school < FEW ? "few" : "cover";
}
