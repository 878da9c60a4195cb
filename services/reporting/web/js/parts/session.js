// Who is signed in, and the way in and out. Where nobody can sign in there is nothing here.
import { el, link, write } from "../dom.js";
import { areaOf } from "/look/js/session.js";
import { t } from "../words.js";

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
