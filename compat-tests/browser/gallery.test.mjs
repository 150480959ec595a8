// The gallery: all examples in one process, in Chromium and Firefox.
//
//	node --test compat-tests/browser/gallery.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { artifacts, build, Program } from "./program.mjs";
import { launchFirefox } from "./firefox.mjs";
import { desktop, launch, phone, Visitor } from "./visitor.mjs";

let gallery, built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("gallery"), launch(), artifacts()]);
  gallery = new Program(built.binary);
  await gallery.start();
});

after(async () => {
  await browser?.close();
  await gallery?.remove();
  await built?.remove();
});

// enter is what some examples ask for before they connect, in what the drivers of both
// browsers understand.
const enter = {
  async Chat(page, who) {
    await page.locator("#name").fill(who);
    await page.locator("#name-ok").click();
  },
  async Notifications(page) {
    await page.locator("#logins [data-user=ann]").click();
  },
};

for (const [name, options] of Object.entries({ desktop, phone })) {
  test("Chromium, " + name + ": each card leads to an example that works", async (t) => {
    const v = await Visitor.arrive(browser, { ...options, reducedMotion: "reduce" }, gallery.url);
    t.after(() => v.leave());
    const titles = await v.page.locator(".card h2").allTextContents();
    assert.ok(titles.length > 0);
    await v.fits();
    await v.squeeze();
    await v.page.screenshot({ path: join(folder, `gallery-${name}.png`), fullPage: name === "desktop" });
    for (const title of titles) {
      await v.page.getByRole("link", { name: title }).first().click();
      await enter[title]?.(v.page, name);
      await v.connected("websocket");
      await v.fits();
      await v.squeeze();
      await v.unsettled(async () => { // leaving may cut an answer short
        await v.page.getByRole("link", { name: "Gallery" }).click();
        await v.page.locator(".card").first().waitFor();
      });
    }
    assert.deepEqual(v.problems, []);
  });
}

test("Firefox, desktop: each example works", async () => {
  const { firefox, open } = await launchFirefox();
  try {
    const { page, problems } = await open(gallery.url);
    await page.locator(".card").wait();
    await page.screenshot({ path: join(folder, "gallery-firefox.png") });
    const cards = await page.$$eval(".card", (all) => all.map((card) => ({ url: card.href, title: card.querySelector("h2").textContent })));
    for (const { url, title } of cards) {
      await page.goto(url);
      await enter[title]?.(page, "Finn");
      await page.locator("#wire[data-state=up][data-transport=websocket]").wait();
      await page.screenshot({ path: join(folder, `firefox-${title.toLowerCase()}.png`) });
    }
    assert.deepEqual(problems, []);
  } finally {
    await firefox.close();
  }
});
