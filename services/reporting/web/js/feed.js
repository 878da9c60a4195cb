// What a page follows: by the worker that all pages of the browser share, or by a stream of its own where there is no such worker.
// A page that is hidden or left follows nothing.
import { SILENCE } from "./age.js";
import { Stream } from "./stream.js";

const SAY_EVERY = 5000;

// tell({area, document, as_of, connected}) as a stream tells it, of the area that is followed. `whose`: who is signed in, "" for nobody:
// pages share a stream with those of the same, whose numbers are the same.
export class Feed {
  #area = null;
  #way = null;
  #patience = null;

  constructor(tell, whose) {
    this.tell = tell;
    this.#way = "SharedWorker" in globalThis ? new Shared(whose, this.#hear, () => this.#alone()) : new Own(this.#hear);
    document.addEventListener("visibilitychange", () => this.#say());
    addEventListener("pagehide", () => this.#way.follow(null));
    addEventListener("pageshow", () => this.#say());
    setInterval(() => this.#say(), SAY_EVERY);
  }

  follow(area) {
    this.#area = area;
    this.#say();
  }

  #say() {
    const area = document.visibilityState === "hidden" ? null : this.#area;
    this.#way.follow(area);
    if (area === null) this.#wait(null);
    else if (this.#patience === null) this.#wait(2 * SILENCE * 1000);
  }

  #hear = (said) => {
    this.#wait(2 * SILENCE * 1000);
    if (said.area === null || said.area === this.#area) this.tell(said);
  };

  // A worker says at least that it has no connection; one that says nothing at all has died.
  #wait(time) {
    clearTimeout(this.#patience);
    this.#patience = time === null ? null : setTimeout(() => this.#alone(), time);
  }

  #alone() {
    if (this.#way instanceof Own) return;
    this.#way.follow(null);
    this.#way = new Own(this.#hear);
    this.#say();
  }
}

class Shared {
  constructor(whose, hear, failed) {
    const worker = new SharedWorker(new URL("shared.js", import.meta.url), { type: "module", name: `baoxue ${whose}`.trim() });
    worker.addEventListener("error", failed);
    this.port = worker.port;
    this.port.addEventListener("message", ({ data }) => hear(data));
    this.port.start();
  }

  follow(area) {
    this.port.postMessage({ area });
  }
}

class Own {
  #stream = null;
  #area = null;

  constructor(hear) {
    this.hear = hear;
  }

  follow(area) {
    if (area === this.#area) return;
    this.#area = area;
    this.#stream?.close();
    this.#stream = area === null ? null : new Stream([area], this.hear);
  }
}
