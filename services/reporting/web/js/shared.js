// The worker that all pages of one browser share: one stream for all areas that somebody looks at, and none while nobody does.
//
// A browser opens six connections to a server at most, and a stream holds one for as long as it lasts: with a stream for every
// page, the next page would wait for ever. A page says {area} again and again; one that says nothing any more is gone.
import { AREAS_AT_MOST, Stream } from "./stream.js";

const SAY_EVERY = 5000;
const GONE_AFTER = 3 * SAY_EVERY;

const followers = new Map();
const known = new Map();
let streams = [];
let followed = "";

function hear(port, area) {
  const before = followers.get(port)?.area;
  if (area === null) followers.delete(port);
  else followers.set(port, { area, at: performance.now() });
  settle();
  if (area !== null && area !== before && known.has(area)) port.postMessage(known.get(area));
}

// Opens anew where the areas are others than those that are followed.
function settle() {
  const areas = [...new Set([...followers.values()].map(({ area }) => area))].sort();
  if (areas.join() === followed) return;
  followed = areas.join();
  for (const stream of streams) stream.close();
  for (const area of known.keys()) if (!areas.includes(area)) known.delete(area);
  streams = [];
  for (let at = 0; at < areas.length; at += AREAS_AT_MOST) streams.push(new Stream(areas.slice(at, at + AREAS_AT_MOST), tell));
}

function tell(said) {
  if (said.document) known.set(said.area, said);
  for (const [port, { area }] of followers) if (said.area === null || said.area === area) port.postMessage(said);
}

addEventListener("connect", ({ ports: [port] }) => {
  port.addEventListener("message", ({ data }) => hear(port, data.area));
  port.start();
});
setInterval(() => {
  for (const [port, { at }] of followers) if (performance.now() - at > GONE_AFTER) followers.delete(port);
  settle();
}, SAY_EVERY);
