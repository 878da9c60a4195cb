// What the server is asked. An answer that is no success is an error with its status and with what the server says of it.
const PATIENCE = 15_000;

// Draws the key of what is sent; `crypto.randomUUID` is not there where a page comes without TLS.
export const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const documentOf = (answer) => answer.json().catch(() => ({}));

async function answered(path, { method = "GET", body, headers }) {
  const sent = { accept: "application/json", "accept-language": document.documentElement.lang, ...headers };
  const answer = await fetch(path, { method, headers: sent, body, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok) return answer;
  const told = await documentOf(answer);
  throw Object.assign(new Error(told.detail ?? String(answer.status)), { status: answer.status, told });
}

const asJson = (body) => (body === undefined ? [{}] : [{ "content-type": "application/json" }, JSON.stringify(body)]);

export async function ask(path, { method, body, headers = {} } = {}) {
  const [type, text] = asJson(body);
  const answer = await answered(path, { method, body: text, headers: { ...type, ...headers } });
  return { status: answer.status, document: await documentOf(answer) };
}

export const read = async (path) => (await ask(path)).document;
export const post = async (path, body) => (await ask(path, { method: "POST", body })).document;

// Sends a command a line. Returns what became of them, as the server tells it; a 202 tells how many are not decided yet.
export async function sendLines(path, lines, key) {
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  return documentOf(await answered(path, { method: "POST", body, headers: { "content-type": "application/x-ndjson", "idempotency-key": key } }));
}

// Sends a file as it is, under the type that the browser says it has.
export const sendFile = (path, file) => answered(path, { method: "POST", body: file, headers: { "content-type": file.type } });

// Saves a file that the server makes. Nothing of it is shown in the page.
export async function save(path, name, { method, body } = {}) {
  const [type, text] = asJson(body);
  const answer = await answered(path, { method, body: text, headers: { accept: "*/*", ...type } });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await answer.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
