// The server's events: snapshots, deltas and heartbeats of one area. The one place that knows EventSource.
import { merged } from "./counts.js";
import { SILENCE } from "./age.js";

const AGAIN_AFTER = 1000;
const AGAIN_AT_MOST = 5000;

// Follows an area until `close` is called. tell({document, as_of, connected}) is called for every event and every loss.
export class Stream {
  #source = null;
  #timer = null;
  #silence = null;
  #wait = AGAIN_AFTER;
  #document = null;
  #closed = false;

  constructor(area, tell) {
    this.area = area;
    this.tell = tell;
    this.#open();
  }

  close() {
    this.#closed = true;
    this.#drop();
  }

  #open() {
    this.#source = new EventSource(`v1/stream?area=${encodeURIComponent(this.area)}`);
    this.#source.addEventListener("snapshot", (event) => this.#hear(event, (said) => said));
    this.#source.addEventListener("delta", (event) => this.#hear(event, (said) => this.#document && merged(this.#document, said)));
    this.#source.addEventListener("heartbeat", (event) => this.#hear(event, () => this.#document));
    this.#source.addEventListener("error", () => this.#lost());
    this.#listen();
  }

  #hear(event, take) {
    const said = JSON.parse(event.data);
    const fresh = event.type !== "heartbeat";
    this.#document = take(said);
    this.#wait = AGAIN_AFTER;
    this.#listen();
    this.tell({ document: fresh ? this.#document : null, as_of: said.as_of, connected: true });
  }

  // The browser goes on by itself where the connection broke; an answer that is no stream ends it, and so does long silence.
  #lost() {
    this.tell({ document: null, as_of: null, connected: false });
    if (this.#source.readyState === EventSource.CLOSED) this.#again();
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.tell({ document: null, as_of: null, connected: false });
      this.#again();
    }, SILENCE * 1000);
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
