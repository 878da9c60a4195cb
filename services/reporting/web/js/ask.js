// What is asked for beside the stream: never oftener than every few seconds, never twice at once, again after a failure.

const REST = 4000;
const PATIENCE = 10_000;
const AGAIN = 2000;

export async function ask(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer.json();
}

// Asks until there is an answer.
export async function patiently(path) {
  for (;;) {
    const answer = await ask(path).catch(() => null);
    if (answer !== null) return answer;
    await new Promise((goOn) => setTimeout(goOn, AGAIN));
  }
}

// Keeps one document as new as `want` asks for; `take(document)` is called with each.
export class Kept {
  #path = null;
  #wanted = false;
  #busy = false;
  #timer = null;
  #rested = 0;

  constructor(take) {
    this.take = take;
  }

  // Says that there is something new. Another path is asked for at once, and what was under way is forgotten.
  want(path) {
    if (path !== this.#path) {
      clearTimeout(this.#timer);
      [this.#path, this.#busy, this.#timer, this.#rested] = [path, false, null, 0];
    }
    this.#wanted = true;
    this.#plan();
  }

  #plan() {
    if (this.#busy || this.#timer !== null || !this.#wanted) return;
    this.#timer = setTimeout(() => this.#fetch(this.#path), Math.max(0, this.#rested - performance.now()));
  }

  async #fetch(path) {
    [this.#timer, this.#busy, this.#wanted] = [null, true, false];
    this.#rested = performance.now() + REST;
    const document = await ask(path).catch(() => null);
    if (path !== this.#path) return;
    this.#busy = false;
    if (document === null) this.#wanted = true;
    else this.take(document);
    this.#plan();
  }
}
