/** All that is kept of the shopper: to take along, and to erase. */

import { takeBack } from "../lib/outcomes.js";
import { forgetAll, loadAll } from "../lib/platform.js";
import { loadSettings } from "../lib/settings.js";
import { loadShops, removeShop } from "../lib/shops.js";
import { saveFile } from "../pages/file.js";
import { the } from "../pages/page.js";

/**
 * @param {import("../lib/texts.js").Texts} texts
 * @param {() => Promise<void>} show
 */
export function wireMyData({ say }, show) {
  const erase = the("erase", HTMLButtonElement);
  let isSure = false;

  /** @param {boolean} sure */
  function askWhetherSure(sure) {
    isSure = sure;
    erase.textContent = say(sure ? "eraseSure" : "dataErase");
  }

  async function eraseAll() {
    const isTakenBack = await takeBack((await loadSettings()).server).then(() => true, () => false);
    await Promise.all((await loadShops()).map(removeShop));
    await forgetAll();
    await show();
    the("data-state", HTMLElement).textContent = say(isTakenBack ? "dataErased" : "dataErasedHere");
  }

  the("export", HTMLButtonElement).addEventListener("click", async () =>
    saveFile("trendguard-my-data.json", JSON.stringify(await loadAll(), null, 2)),
  );
  erase.addEventListener("blur", () => askWhetherSure(false));
  erase.addEventListener("click", async () => {
    if (!isSure) return askWhetherSure(true);
    await eraseAll();
    askWhetherSure(false);
  });
}
