// The map's colours: from how many children on a county has the next of them. Pure.
//
// The steps follow the numbers of all counties of the nation, whichever part of it is shown: so one colour says the same everywhere
// at one time, and there is always something to see.

export const SHADES = 5;
// Which share of the counties with any children lies below the second and each further step.
const SHARES = [0.5, 0.8, 0.95, 0.99];
const ROUND = [1, 2, 3, 5];

// Gives the least number of children of each step, ascending from 1, at most SHADES of them.
export function stepsOf(numbers) {
  const some = numbers.filter((n) => n > 0).sort((a, b) => a - b);
  const steps = [1];
  for (const share of SHARES) {
    const least = rounded(some[Math.floor(some.length * share)] ?? 0);
    if (least > steps.at(-1)) steps.push(least);
  }
  return steps;
}

export const stepOf = (n, steps) => steps.filter((least) => n >= least).length;

// Spreads however many steps there are over all shades: 0 for no children, SHADES for the highest step.
export const shadeOf = (step, steps) => Math.ceil((step * SHADES) / steps.length);

// "3–9" for a step, and "30+" put into words by `more` for the last.
export const rangeOf = (at, steps, more) => (at === steps.length - 1 ? more(steps[at]) : steps[at + 1] - 1 === steps[at] ? String(steps[at]) : `${steps[at]}–${steps[at + 1] - 1}`);

// The largest round number that is not above n.
function rounded(n) {
  if (n < 1) return 0;
  const power = 10 ** Math.floor(Math.log10(n));
  return ROUND.map((each) => each * power).findLast((each) => each <= n);
}
