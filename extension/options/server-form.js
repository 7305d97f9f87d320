/** Whose cards are shown: the address of the server. */

import { mayReach } from "../lib/platform.js";
import { serverOrigin } from "../lib/settings.js";
import { the } from "../pages/page.js";

/**
 * @param {import("../lib/texts.js").Texts} texts
 * @param {(changes: {server: string}) => Promise<void>} change
 */
export function wireServer({ say }, change) {
  const server = the("server", HTMLInputElement);

  /** @returns {Promise<string>} name of what is to be said of it */
  async function save() {
    const origin = serverOrigin(server.value);
    server.setAttribute("aria-invalid", String(origin === null));
    if (origin === null) return "serverInvalid";
    if (!(await mayReach(origin))) return "serverRefused";
    await change({ server: origin });
    return "serverSaved";
  }

  the("server-form", HTMLFormElement).addEventListener("submit", async (event) => {
    event.preventDefault();
    the("server-state", HTMLElement).textContent = say(await save());
  });
}
