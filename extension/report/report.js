/** A report of a wrong card, made here and sent by nobody but the shopper. */

import { loadTab } from "../lib/tabs.js";
import { loadSettings } from "../lib/settings.js";
import { saveFile } from "../pages/file.js";
import { fillWords, the } from "../pages/page.js";

const { say } = await fillWords("report");
const { server } = await loadSettings();
const tab = await loadTab(Number(new URLSearchParams(location.search).get("tab")));
const wrong = the("wrong", HTMLTextAreaElement);
const text = the("text", HTMLTextAreaElement);

function write() {
  const report = { wrong: wrong.value, site: tab?.host, product: tab?.product?.title, card: tab?.card };
  text.value = JSON.stringify(report, null, 2);
}

the("hint", HTMLElement).textContent = say("reportHint", { server });
write();
wrong.addEventListener("input", write);
the("copy", HTMLButtonElement).addEventListener("click", async () => {
  await navigator.clipboard.writeText(text.value);
  the("state", HTMLElement).textContent = say("copied");
});
the("save", HTMLButtonElement).addEventListener("click", () => saveFile("trendguard-report.json", text.value));
