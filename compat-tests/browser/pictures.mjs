// Takes the pictures of the examples anew: those in their README.md, and those on the cards of the
// gallery. It runs their browser tests, which take screenshots, and puts these together.
//
//	node compat-tests/browser/pictures.mjs            all
//	node compat-tests/browser/pictures.mjs chat arena  some

import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch } from "./visitor.mjs";

const most = 200_000; // bytes of a picture
const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

// What each test has: a picture is made of screenshots side by side.
const pictures = Object.fromEntries(
  ["chat", "ticker", "notifications", "whiteboard", "arena", "cluster"].map((name) => [
    name,
    { file: `${name}/screenshot.png`, height: 480, of: [`${name}-desktop`, `${name}-phone`], cards: true },
  ]),
);
pictures.arena.height = 440; // gradients take room
pictures.engines = { file: "chat/engines.png", height: 400, of: ["engines-chromium", "engines-firefox", "engines-phantomjs"] };
pictures.gallery = { file: "gallery/screenshot.png", height: 520, of: ["gallery-desktop", "gallery-phone"] };

// retake runs a test, and puts together what it has taken.
async function retake(browser, name, folder) {
  const { file, height, of, cards } = pictures[name];
  const test = fileURLToPath(new URL(`${name}.test.mjs`, import.meta.url));
  const { status } = spawnSync("node", ["--test", "--test-reporter=dot", test], { env: { ...process.env, ARTIFACTS: folder }, stdio: "inherit" });
  if (status !== 0) throw new Error(`${name}: its test has failed`);
  await compose(browser, of.map((shot) => join(folder, shot + ".png")), height, join(examples, file));
  for (const scheme of cards ? ["light", "dark"] : []) {
    await copyFile(join(folder, `${name}-${scheme}.jpg`), join(examples, "gallery/web", `${name}-${scheme}.jpg`));
  }
}

async function compose(browser, shots, height, output) {
  const images = await Promise.all(shots.map(async (path) => `<img src="data:image/png;base64,${await readFile(path, "base64")}">`));
  const page = await browser.newPage();
  await page.setContent(`<!doctype html><style>
    body { margin: 0; display: flex; gap: 20px; padding: 20px; background: #e8ecef; width: max-content; }
    img { height: ${height}px; border-radius: 12px; box-shadow: 0 6px 24px #1c273333; }
  </style>${images.join("")}`);
  await page.locator("body").screenshot({ path: output });
  await page.close();
  const { size } = await stat(output);
  if (size > most) throw new Error(`${output} has ${size} bytes, ${most} are allowed`);
  console.log(`\n${output}: ${Math.round(size / 1000)} kB`);
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !pictures[name]);
if (unknown) throw new Error(`${unknown}: there are ${Object.keys(pictures).join(", ")}`);
const folder = await mkdtemp(join(tmpdir(), "everwire-pictures-"));
const browser = await launch();
try {
  for (const name of names.length ? names : Object.keys(pictures)) await retake(browser, name, folder);
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
