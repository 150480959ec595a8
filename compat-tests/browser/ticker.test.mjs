// The example ticker, in Chromium, over each transport.
//
//	node --test compat-tests/browser/ticker.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { artifacts, build, running, stopwatch } from "./program.mjs";
import { desktop, launch, phone, Visitor, ways } from "./visitor.mjs";

let built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("ticker"), launch(), artifacts()]);
});

after(() => Promise.all([browser?.close(), built?.remove()]));

// Somebody who looks at prices.
class Trader extends Visitor {
  // counts returns how many ticks came, and how many were left out before them.
  counts() {
    return this.page.evaluate(() => ({ got: Number(document.body.dataset.got ?? 0), spared: Number(document.body.dataset.spared ?? 0) }));
  }

  // receives waits for some ticks more than there are, or for some more to be left out.
  async receives(got, spared = 0) {
    const now = await this.counts();
    await this.page.waitForFunction(
      (want) => Number(document.body.dataset.got) >= want.got && Number(document.body.dataset.spared) >= want.spared,
      { got: now.got + got, spared: now.spared + spared },
    );
  }

  // prices returns those of the large chart, oldest first; they stand in it as text.
  async prices() {
    return (await this.page.locator("#chart").textContent()).split(", ");
  }

  // saw waits until these prices are in the chart, in a row.
  saw(prices) {
    return this.page.waitForFunction((prices) => document.getElementById("chart").textContent.includes(prices), prices.join(", "));
  }

  turn(name) {
    return this.page.getByLabel(name).click();
  }
}

describe("prices are live", { concurrency: 2 }, () => {
  // The first way is over a WebSocket too.
  for (const way of [ways[0], ...ways.slice(2)]) test(way.title, (t) => trade(t, way));
});

async function trade(t, { query, transport, after }) {
  const done = stopwatch(t);
  const ticker = await running(t, built.binary);
  const [ann, ben] = await Promise.all([desktop, phone].map((device) => Trader.arrive(browser, device, ticker.url + query)));
  t.after(() => Promise.all([ann.leave(), ben.leave()]));
  await Promise.all([ann.connected(transport), ben.connected(transport)]);
  await Promise.all([ann.receives(20), ben.receives(20)]);

  done("both have prices");

  // Who wants every tick gets every tick, whatever becomes of the connection, and so both
  // see the same. The chart holds as many prices as come in most of a minute.
  await Promise.all([ann.turn("Send every tick"), ben.turn("Send every tick")]);
  await Promise.all([ann.receives(20), ben.receives(20)]);
  const before = await ben.counts();
  for (let i = 0; i < 2; i++) {
    await ben.cut();
    await ben.receives(30);
  }
  await ben.connected(after);
  await ann.receives(100);
  const seen = (await ann.prices()).slice(-20);
  assert.equal(seen.length, 20);
  await ben.saw(seen);
  assert.equal((await ben.counts()).spared, before.spared);
  await Promise.all([ann.turn("Send every tick"), ben.turn("Send every tick")]);

  done("every tick, the same ones, through two cuts");

  // Whose line is slow gets the latest.
  await ben.turn("Slow line");
  await ben.receives(20, 20);
  await ben.turn("Slow line");

  done("a slow line");

  // What is to be seen is watched.
  await ann.page.locator("#rows").evaluate((e) => e.scrollTo(0, e.scrollHeight));
  const last = ann.page.locator("#space li").last().locator(".cents");
  await ann.page.waitForFunction(() => /\d/.test([...document.querySelectorAll(".row .cents")].at(-1).textContent));
  const price = await last.textContent();
  await ann.page.waitForFunction((price) => [...document.querySelectorAll(".row .cents")].at(-1).textContent !== price, price);
  await ann.page.getByLabel("Search").fill("lantern r");
  assert.equal(await ann.page.locator(".row").count(), 2);
  await ann.page.getByRole("button", { name: "Lantern Rail" }).click();
  await ann.page.getByRole("heading", { name: "Lantern Rail" }).waitFor();
  await ann.receives(5);

  done("other rows");

  if (!query) await pictures(ann, ben);
  assert.ok(await ann.fits());
  assert.ok(await ben.fits());
  for (const v of [ann, ben]) assert.deepEqual(v.problems, []);
}

async function pictures(ann, ben) {
  await ann.page.getByLabel("Search").fill("");
  await ann.page.getByRole("button", { name: "Harbour Grid" }).click();
  await ann.turn("Slow line");
  await ann.receives(60, 100);
  await ann.page.screenshot({ path: join(folder, "ticker-desktop.png") });
  await ann.turn("Slow line");
  await ann.cards(folder, "ticker");
  await ben.page.evaluate(() => scrollTo(0, 0));
  await ben.page.screenshot({ path: join(folder, "ticker-phone.png") });
}
