// What an officer recorded and the server has not taken yet. It is kept on the device, so that a lost connection or a closed page loses nothing, and
// each is sent under a key of its own, by which the server does it once however often it is sent. No name of a child is ever kept here.
import { ask, drawn } from "./api.js";

const AGAIN = 4_000;
const SOON = 1_500;
const AWAY = (status) => status === undefined || status === 401 || status === 429 || status >= 500;

export class Outbox {
  #place;
  #told;
  #timer = null;
  #sending = false;

  // office: whose records these are; told: is called after every change.
  constructor(office, told) {
    this.#place = `baoxue-desk-outbox ${office}`;
    this.#told = told;
    addEventListener("online", () => this.send());
    addEventListener("storage", (event) => event.key === this.#place && told());
  }

  all() {
    return JSON.parse(localStorage.getItem(this.#place) ?? "[]");
  }

  of(student) {
    return this.all().filter((each) => each.student === student);
  }

  // seen: the version of the file that the officer has before them.
  add(student, body, seen) {
    this.#keep([...this.all(), { key: drawn(), student, body, seen, trouble: null }]);
    return this.send();
  }

  // Records again what was refused because the file had changed, now that the officer has seen how it stands.
  again(key, seen) {
    this.#keep(this.all().map((each) => (each.key === key ? { ...each, key: drawn(), seen, trouble: null } : each)));
    return this.send();
  }

  drop(key) {
    this.#keep(this.all().filter((each) => each.key !== key));
  }

  // Sends what waits, one after the other, oldest first, and in one page of the browser at a time.
  async send() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    const turn = navigator.locks ? (work) => navigator.locks.request(this.#place, work) : (work) => work();
    const pause = await turn(() => this.#sendAll()).finally(() => (this.#sending = false));
    if (pause) this.#timer = setTimeout(() => this.send(), pause);
  }

  async #sendAll() {
    for (const each of this.all().filter((one) => one.trouble === null)) {
      try {
        const headers = { "idempotency-key": each.key, ...(each.seen ? { "if-match": each.seen } : {}) };
        const { status, document } = await ask(`/v1/cases/${each.student}`, { method: "POST", body: each.body, headers });
        // 202: it is in the log, and not decided yet. The same key asks what became of it.
        if (status === 202) return SOON;
        this.drop(each.key);
        this.#told({ sent: each, file: document });
      } catch (error) {
        if (AWAY(error.status)) return AGAIN;
        this.#trouble(each.key, { status: error.status, why: error.message });
      }
    }
    return 0;
  }

  #trouble(key, trouble) {
    this.#keep(this.all().map((each) => (each.key === key ? { ...each, trouble } : each)));
  }

  #keep(entries) {
    if (entries.length) localStorage.setItem(this.#place, JSON.stringify(entries));
    else localStorage.removeItem(this.#place);
    this.#told();
  }
}

// What is being typed into the form of a file, kept until it is sent.
export const drafts = {
  of: (office, student) => JSON.parse(localStorage.getItem(`baoxue-desk-draft ${office} ${student}`) ?? "null"),
  keep: (office, student, draft) => localStorage.setItem(`baoxue-desk-draft ${office} ${student}`, JSON.stringify(draft)),
  drop: (office, student) => localStorage.removeItem(`baoxue-desk-draft ${office} ${student}`),
};
