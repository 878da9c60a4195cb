// How old the numbers are, and what follows from that. Pure.
//
// An event tells how far the count was behind the record when it was sent (`lag_seconds`); from then on every second
// without an event is a second of age. A stopped worker lets the lag grow, a lost connection the silence.

export const WAITING = "waiting";
export const LIVE = "live";
export const LATE = "late";
export const GONE = "gone";

export const HEARTBEAT = 5;
// Seconds without any event from which on a connection is not believed any more, whatever the browser says of it.
export const SILENCE = 2.5 * HEARTBEAT;

// heard: {lag, at} of the last event or null; connected: whether the stream is open; now, at: seconds of one clock.
export function ageOf(heard, connected, now, limits) {
  if (heard === null) return { state: WAITING, seconds: null, away: !connected };
  const silent = Math.max(0, now - heard.at);
  const seconds = heard.lag + silent;
  const away = !connected || silent > SILENCE;
  if (seconds >= limits.gone_after || (away && silent >= limits.late_after)) return { state: GONE, seconds, away };
  if (seconds >= limits.late_after || away) return { state: LATE, seconds, away };
  return { state: LIVE, seconds, away };
}
