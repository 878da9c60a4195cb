// Keeps something as new as the log: asks again every few seconds while the page is seen, and at once when it is seen again.
import { useEffect, useRef, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { read } from "./api.js";

const EVERY = 4_000;

// path: what is asked for; null for nothing. Returns the newest answer of this path, the error of the last question, and what asks at once.
export function useLive(path, every = EVERY) {
  const [held, hold] = useState({ path: null, document: null, error: null });
  const again = useRef(() => {});
  useEffect(() => {
    if (path === null) return undefined;
    let [over, timer] = [false, 0];
    async function turn() {
      clearTimeout(timer);
      const found = await read(path).then((document) => ({ document, error: null }), (error) => ({ error }));
      if (over) return;
      hold((before) => ({ path, document: found.document ?? (before.path === path ? before.document : null), error: found.error }));
      timer = setTimeout(() => document.visibilityState === "visible" && turn(), every);
    }
    const seen = () => document.visibilityState === "visible" && turn();
    again.current = turn;
    document.addEventListener("visibilitychange", seen);
    turn();
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [path, every]);
  const here = held.path === path ? held : { document: null, error: null };
  return { document: here.document, error: here.error, again: () => again.current() };
}
