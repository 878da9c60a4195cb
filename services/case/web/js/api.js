// What the server is asked. An answer that is no success is an error with its status and with what the server says of it.
const PATIENCE = 15_000;

// Draws the key of what is sent; `crypto.randomUUID` is not there where a page comes without TLS.
export const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function ask(path, { method = "GET", body, headers = {} } = {}) {
  const sent = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await fetch(path, {
    method,
    headers: { accept: "application/json", "accept-language": document.documentElement.lang, ...sent, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const document_ = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(document_.detail ?? String(answer.status)), { status: answer.status, told: document_ });
  return { status: answer.status, document: document_ };
}

export const read = async (path) => (await ask(path)).document;
export const post = async (path, body) => (await ask(path, { method: "POST", body })).document;

// Sends a command a line. Returns what became of them, as the server tells it; a 202 tells how many are not decided yet.
export async function sendLines(path, lines, key) {
  const headers = { "content-type": "application/x-ndjson", "idempotency-key": key, accept: "application/json", "accept-language": document.documentElement.lang };
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  const answer = await fetch(path, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE) });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail ?? String(answer.status));
  return told;
}

// Sends a file as it is, under the type that the browser says it has.
export async function sendFile(path, file) {
  const headers = { "content-type": file.type, accept: "application/json", "accept-language": document.documentElement.lang };
  const answer = await fetch(path, { method: "POST", headers, body: file, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? String(answer.status));
}

// Saves a file that the server makes. Nothing of it is shown in the page.
export async function save(path, name, { method = "GET", body } = {}) {
  const headers = { "accept-language": document.documentElement.lang, ...(body ? { "content-type": "application/json" } : {}) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? String(answer.status));
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await answer.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
