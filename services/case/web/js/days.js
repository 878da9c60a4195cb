// Days as YYYY-MM-DD, counted in whole days. Pure.
const DAY = 86_400_000;
// How many days ahead a visit may be agreed or planned at most.
export const FARTHEST = 183;

export const between = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / DAY);
export const plus = (day, days) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
