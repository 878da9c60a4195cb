// Numbers, days and ages as text. Pure: the language and every moment come in from outside.

const CHINA = "Asia/Shanghai";
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const made = new Map();
const locale = (tongue) => (tongue === "zh" ? "zh-CN" : "en-GB");

export const number = (n) => grouped.format(n).replace("-", "−");

// A difference, with its sign.
export const signed = (n) => (n > 0 ? `+${number(n)}` : number(n));

// A share between 0 and 1, exact enough that 99.95 % is not 100 %; what is not all is never rounded up to all.
export function percent(share, digits = 2) {
  if (share === null || !Number.isFinite(share)) return "–";
  const most = share < 1 ? 100 - 10 ** -digits : Infinity;
  return `${Math.min(share * 100, most).toFixed(digits)}%`;
}

// Formatters are dear to make and asked for all the time: one of each kind.
function formatter(Kind, tongue, options) {
  const key = Kind.name + tongue + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Kind(tongue, options));
  return made.get(key);
}

// A day (YYYY-MM-DD) or a moment (RFC 3339) as the day that it is in China.
export function day(text, tongue, style = "long") {
  const moment = new Date(text.length === 10 ? `${text}T12:00:00+08:00` : text);
  const parts = style === "short" ? { month: "2-digit", day: "2-digit" } : { year: "numeric", month: style === "long" ? "long" : "short", day: "numeric" };
  const said = formatter(Intl.DateTimeFormat, style === "short" ? "en-CA" : locale(tongue), { timeZone: CHINA, ...parts }).format(moment);
  return style === "short" ? said.replace("/", "-") : said;
}

export const year = (text) => text.slice(0, 4);

// Whole fen as yuan, shortened as the language does it (万, 亿; K, M).
export function money(fen, tongue) {
  const style = { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol", notation: "compact", maximumFractionDigits: 1 };
  return formatter(Intl.NumberFormat, locale(tongue), style).format(fen / 100);
}

// An age in seconds: which words tell it, and the number in them.
export function age(seconds) {
  if (seconds < 10) return ["age.seconds", seconds.toFixed(1)];
  if (seconds < 120) return ["age.seconds", String(Math.floor(seconds))];
  if (seconds < 7200) return ["age.minutes", String(Math.floor(seconds / 60))];
  return ["age.hours", String(Math.floor(seconds / 3600))];
}
