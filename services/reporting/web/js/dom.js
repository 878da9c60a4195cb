// Builds elements. Text is always text: nothing that was sent ever becomes markup.

// attributes: `class`, `text`, `on` ({event: listener}), `vars` (custom properties, set as the policy allows: not inline); the rest as they are.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "vars") for (const [key, each] of Object.entries(value)) node.style.setProperty(`--${key}`, each);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A number that is told: what is no longer to be relied on is crossed out wherever this class is.
export const told = (text, more = "") => el("span", { class: `n ${more}`, text });

export const still = matchMedia("(prefers-reduced-motion: reduce)");

// Writes text only where it changed, and lets a changed number light up for a moment.
export function write(node, text, { flash = false } = {}) {
  const before = node.textContent;
  if (before === text) return;
  node.textContent = text;
  if (flash && before !== "" && !still.matches) node.animate([{ color: "var(--back)" }, {}], { duration: 900, easing: "ease-out" });
}

export const link = (address, attributes, ...children) => el("a", { href: address, ...attributes }, ...children);

// Puts other children into a list; the focus stays at the link of the same key, or else in the list.
export function refill(root, ...nodes) {
  const held = root.contains(document.activeElement) ? (document.activeElement.dataset.key ?? "") : null;
  root.replaceChildren(...nodes);
  if (held === null) return;
  const links = [...root.querySelectorAll("a[data-key]")];
  (links.find((link) => link.dataset.key === held) ?? links.at(-1))?.focus({ preventScroll: true });
}
