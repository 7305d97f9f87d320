/** Asks the server: little, without cookies, and not for long. */

export const PATIENCE_MS = 1000;
const LARGEST_ANSWER = 4_000_000;

/** The server answered, but not what was asked for. */
export class ServerError extends Error {}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {{method?: string, body?: object}} [what] to send; nothing by default
 * @returns {Promise<any>} null where there is no such thing
 */
export async function fetchJson(url, signal, { method = "GET", body } = {}) {
  const response = await fetch(url, {
    method,
    signal,
    body: body && JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
    headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
  });
  if (response.status === 404) return null;
  if (!response.ok || !response.body) throw new ServerError(`the server answered ${response.status}`);
  return JSON.parse(await textOf(response.body));
}

/** @param {ReadableStream<Uint8Array>} body @returns {Promise<string>} */
async function textOf(body) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
    if (text.length > LARGEST_ANSWER) {
      await reader.cancel();
      throw new ServerError("the server's answer is too large");
    }
  }
  return text + decoder.decode();
}
