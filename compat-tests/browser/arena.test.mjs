// The example arena, in Chromium, over each transport.
//
//	node --test compat-tests/browser/arena.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { artifacts, build, running, stopwatch } from "./program.mjs";
import { desktop, launch, phone, Visitor, ways } from "./visitor.mjs";

let built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("arena"), launch(), artifacts()]);
});

after(() => Promise.all([browser?.close(), built?.remove()]));

// Somebody who plays.
class Sailor extends Visitor {
  async rename(name) {
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByLabel("Your name").press("Enter");
  }

  // here waits until a boat is in the list.
  here(name) {
    return this.page.locator("#crew .name", { hasText: name }).waitFor();
  }

  // sails holds a key until somebody else has seen this one's boat far enough on.
  async sails(key, name, seenBy, ashore) {
    await this.page.locator("#canvas").focus();
    await this.page.keyboard.down(key);
    await seenBy.page.waitForFunction(
      ([name, ashore]) => {
        const found = document.getElementById("canvas").textContent.match(new RegExp(`${name} at (\\d+), (\\d+)`));
        return found && (ashore.x ? Number(found[1]) * ashore.x > ashore.at : Number(found[2]) * ashore.y > ashore.at);
      },
      [name, ashore],
    );
    await this.page.keyboard.up(key);
  }

  // scores returns the last ones by their numbers, newest first.
  async scores() {
    const rows = await this.page.locator("#log li").evaluateAll((all) => all.map((li) => [li.firstChild.textContent, li.lastChild.textContent]));
    return new Map(rows.map(([n, text]) => [Number(n), text]));
  }

  // more waits for so many scores more than there are.
  async more(count) {
    const newest = Math.max(0, ...(await this.scores()).keys());
    await this.page.waitForFunction((want) => Number(document.querySelector("#log li span")?.textContent) >= want, newest + count);
  }
}

describe("all are in the same game", { concurrency: 2 }, () => {
  // The first way is over a WebSocket too.
  for (const way of [ways[0], ...ways.slice(2)]) test(way.title, (t) => play(t, way));
});

async function play(t, { query, transport, after }) {
  const done = stopwatch(t);
  const program = await running(t, built.binary);
  const [ann, ben] = await Promise.all([desktop, phone].map((device) => Sailor.arrive(browser, device, program.url + query)));
  t.after(() => Promise.all([ann.leave(), ben.leave()]));
  await Promise.all([ann.connected(transport), ben.connected(transport)]);
  await Promise.all([ann.rename("Ann"), ben.rename("Ben")]);
  await Promise.all([ann.here("Ben"), ben.here("Ann"), ann.here("Ann (you)"), ben.here("Ben (you)")]);
  done("two meet");

  await ann.sails("ArrowRight", "Ann", ben, { x: 1, at: 700 });
  await ben.sails("ArrowLeft", "Ben", ann, { x: -1, at: -300 });
  done("each sees the other sail");

  // Cuts lose no score, and no boat.
  await Promise.all([ann.more(1), ben.more(1)]);
  const before = Math.max(...(await ann.scores()).keys());
  for (const v of [ben, ann]) {
    await v.cut();
    await v.more(1);
  }
  await Promise.all([ann.connected(after), ben.connected(after)]);
  await Promise.all([ann.here("Ben"), ben.here("Ann")]);
  await ben.sails("ArrowRight", "Ben", ann, { x: 1, at: 700 });
  const [hers, his] = [await ann.scores(), await ben.scores()];
  const both = [...hers.keys()].filter((n) => his.has(n));
  assert.ok(both.length > 0, "they have seen the same scores");
  for (const n of both) assert.equal(his.get(n), hers.get(n));
  for (const all of [hers, his]) {
    const numbers = [...all.keys()].filter((n) => n >= before).reverse();
    assert.deepEqual(numbers, numbers.map((_, i) => before + i), "from before the cuts on, each");
  }
  for (const v of [ann, ben]) assert.equal(await v.page.evaluate(() => document.body.dataset.gaps), "0");
  done("cuts");

  if (!query) await pictures(ann, ben);
  for (const v of [ann, ben]) {
    assert.ok(await v.fits());
    assert.deepEqual(v.problems, []);
  }
}

// tour has a boat sail for a while.
async function tour(v, keys) {
  for (const key of keys) {
    await v.page.keyboard.down(key);
    await v.page.waitForTimeout(450);
    await v.page.keyboard.up(key);
  }
}

async function pictures(ann, ben) {
  const around = ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"];
  for (const v of [ann, ben]) await v.page.locator("#canvas").focus();
  await ann.page.mouse.move(300, 400);
  await Promise.all([tour(ann, around), tour(ben, around.toReversed())]);
  await ben.page.locator("#cheer").waitFor({ state: "hidden" });
  await ben.page.evaluate(() => scrollTo(0, 0));
  await ben.page.screenshot({ path: join(folder, "arena-phone.png") });
  await ann.page.locator("#cheer").waitFor({ state: "hidden" });
  await ann.page.keyboard.down("ArrowUp");
  await ann.more(1);
  await ann.page.screenshot({ path: join(folder, "arena-desktop.png") });
  await ann.cards(folder, "arena");
}
