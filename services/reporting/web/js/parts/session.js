// Who is signed in, and the way in and out. Where nobody can sign in there is nothing here.
import { el, link, write } from "../dom.js";
import { t } from "../words.js";

const AREA = /^\/(?:provinces|prefectures|counties)\/(\d{2,6})$/;

// The code of an office's area; null for a school, whose county its code does not tell.
export const areaOf = (office) => (office === "/nation" ? "100000" : (AREA.exec(office)?.[1].padEnd(6, "0") ?? null));

export function session(root, { leave }) {
  const inwards = link("/sign-in", { class: "in" });
  const [who, out] = [el("span", { class: "who" }), el("button", { class: "out", type: "button", on: { click: leave } })];
  root.append(inwards, who, out);
  return ({ session: now, tree }) => {
    const signedIn = Boolean(now?.office);
    root.hidden = !now?.possible;
    inwards.hidden = signedIn;
    who.hidden = out.hidden = !signedIn;
    write(inwards, t("session.in"));
    write(out, t("session.out"));
    inwards.href = `/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`;
    if (!signedIn) return;
    const code = areaOf(now.office);
    const place = code !== null && tree?.has(code) ? tree.name(code) : now.office;
    write(who, `${place} · ${now.roles.map((role) => t(`role.${role}`)).join(" ")}`);
    root.title = who.textContent;
  };
}

// Ends the session, and returns where the browser goes on; it stays where it is unless the issuer has to be asked too.
export async function signOut() {
  const answer = await fetch("/sign-out", { method: "POST" });
  if (!answer.ok) throw new Error(`sign-out: ${answer.status}`);
  const { next } = await answer.json();
  if (next === "/") location.reload();
  else location.assign(next);
}
