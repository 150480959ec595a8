// Puts the screenshots of a desktop and of a phone into the picture of an example's README:
//
//	node compat-tests/browser/compose.mjs chat
//
// reads artifacts/chat-desktop.png and chat-phone.png, and writes examples/chat/screenshot.png.
// With a list of names behind that of the output, it puts those side by side:
//
//	node compat-tests/browser/compose.mjs chat/engines engines-chromium engines-firefox

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { artifacts } from "./program.mjs";
import { launch } from "./visitor.mjs";

const [to, ...names] = process.argv.slice(2);
const from = names.length ? names : [to + "-desktop", to + "-phone"];
const output = fileURLToPath(new URL(`../../examples/${names.length ? to : to + "/screenshot"}.png`, import.meta.url));
const folder = await artifacts();
const images = await Promise.all(
  from.map(async (name) => `<img src="data:image/png;base64,${await readFile(join(folder, name + ".png"), "base64")}">`),
);
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: names.length ? 664 * names.length + 24 : 1264, height: 640 } });
  await page.setContent(`<!doctype html><style>
    body { margin: 0; display: flex; gap: 24px; padding: 24px; background: #e8ecef; width: max-content; }
    img { height: ${names.length ? 400 : 576}px; border-radius: 12px; box-shadow: 0 6px 24px #1c273333; }
  </style>${images.join("")}`);
  await page.locator("body").screenshot({ path: output });
} finally {
  await browser.close();
}
