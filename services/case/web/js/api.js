// What the server is asked. An answer that is no success is an error with its status and with what the server says of it.
const PATIENCE = 15_000;

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
