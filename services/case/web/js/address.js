// The address keeps the view: which queue or file, which county, reason, school and who answers, in which order, from where on, in which language. Pure.
export const QUEUES = [
  "overdue", "escalated", "today", "soon", "coming", "incoming", "confirm", "watched", "second", "no-place", "flagged", "recheck", "sent", "ageing", "unowned", "all", "closed",
];
const [FIRST_QUEUE, FIRST_TONGUE] = [QUEUES[0], "zh"];
// What chooses and orders the files of a queue, and a page of them.
const CHOOSING = ["county", "reason", "answers", "school", "order", "after"];
const FIELDS = [...CHOOSING, "file"];
export const ORDERS = ["due", "reason", "out", "attempts"];

export function viewOf(search) {
  const query = new URLSearchParams(search);
  const queue = query.get("queue");
  return {
    queue: QUEUES.includes(queue) ? queue : FIRST_QUEUE,
    areas: query.get("view") === "areas",
    flags: query.get("view") === "flags",
    places: query.get("view") === "places",
    lang: query.get("lang") === "en" ? "en" : FIRST_TONGUE,
    ...Object.fromEntries(FIELDS.map((name) => [name, query.get(name) ?? ""])),
  };
}

export function addressOf(view) {
  const query = new URLSearchParams();
  if (view.areas) query.set("view", "areas");
  else if (view.flags) query.set("view", "flags");
  else if (view.places) query.set("view", "places");
  if (view.queue !== FIRST_QUEUE) query.set("queue", view.queue);
  for (const name of FIELDS) if (view[name]) query.set(name, view[name]);
  if (view.lang !== FIRST_TONGUE) query.set("lang", view.lang);
  const text = query.toString();
  return text ? `?${text}` : "./";
}

// What the api is asked for, for a view of a queue.
export function asked(view, more = {}) {
  const query = new URLSearchParams({ queue: view.queue });
  for (const name of CHOOSING) if (view[name]) query.set(name, view[name]);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return query;
}
