// The server's events: snapshots, deltas and heartbeats of some areas over one connection. The one place that knows EventSource.
import { merged } from "./counts.js";
import { SILENCE } from "./age.js";

const AGAIN_AFTER = 1000;
const AGAIN_AT_MOST = 5000;
// As many areas as the server takes in one stream.
export const AREAS_AT_MOST = 16;

// Follows areas until `close` is called. tell({area, document, as_of, connected}) is called for every event and every loss;
// area is null for what concerns all of them.
export class Stream {
  #source = null;
  #timer = null;
  #silence = null;
  #wait = AGAIN_AFTER;
  #documents = new Map();
  #closed = false;

  constructor(areas, tell) {
    this.areas = areas;
    this.tell = tell;
    this.#open();
  }

  close() {
    this.#closed = true;
    this.#drop();
  }

  #open() {
    this.#source = new EventSource(`/v1/stream?area=${this.areas.map(encodeURIComponent).join(",")}`);
    this.#source.addEventListener("snapshot", (event) => this.#hear(event, (said) => said));
    this.#source.addEventListener("delta", (event) => this.#hear(event, (said, known) => known && merged(known, said)));
    this.#source.addEventListener("heartbeat", (event) => this.#beat(JSON.parse(event.data)));
    this.#source.addEventListener("error", () => this.#lost());
    this.#listen();
  }

  #hear(event, take) {
    const said = JSON.parse(event.data);
    const area = said.area.code;
    const document = take(said, this.#documents.get(area));
    if (document) this.#documents.set(area, document);
    this.#heard();
    this.tell({ area, document: document ?? null, as_of: said.as_of, connected: true });
  }

  #beat({ as_of }) {
    this.#heard();
    this.tell({ area: null, document: null, as_of, connected: true });
  }

  #heard() {
    this.#wait = AGAIN_AFTER;
    this.#listen();
  }

  // The browser goes on by itself where the connection broke; an answer that is no stream ends it, and so does long silence.
  #lost() {
    this.#away();
    if (this.#source.readyState === EventSource.CLOSED) this.#again();
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#away();
      this.#again();
    }, SILENCE * 1000);
  }

  #away() {
    this.tell({ area: null, document: null, as_of: null, connected: false });
  }

  #again() {
    this.#drop();
    this.#timer = setTimeout(() => this.#closed || this.#open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, AGAIN_AT_MOST);
  }

  #drop() {
    this.#source?.close();
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
  }
}
