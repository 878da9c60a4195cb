// What every page knows of who is signed in: of which area an office is, and how a session ends.
const AREA = /^\/(?:provinces|prefectures|counties)\/(\d{2,6})$/;

// The code of an office's area; null for a school, whose county its code does not tell.
export const areaOf = (office) => (office === "/nation" ? "100000" : (AREA.exec(office)?.[1].padEnd(6, "0") ?? null));

// Ends the session, and goes on where the server says; it stays where it is unless the issuer has to be asked too.
export async function signOut() {
  const answer = await fetch("/sign-out", { method: "POST" });
  if (!answer.ok) throw new Error(`sign-out: ${answer.status}`);
  const { next } = await answer.json();
  if (next === "/") location.reload();
  else location.assign(next);
}
