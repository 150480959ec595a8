// The example whiteboard, in Chromium, over each transport.
//
//	node --test compat-tests/browser/whiteboard.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { artifacts, build, running, stopwatch } from "./program.mjs";
import { desktop, launch, phone, Visitor, ways } from "./visitor.mjs";

let built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("whiteboard"), launch(), artifacts()]);
});

after(() => Promise.all([browser?.close(), built?.remove()]));

// Somebody who draws.
class Artist extends Visitor {
  // at turns a place on the sheet, as parts of what is on the screen, into one of the page.
  async at([x, y]) {
    const box = await this.page.locator("#canvas").boundingBox();
    return [box.x + x * box.width, box.y + y * box.height];
  }

  // draw moves the mouse along places, its button pressed. between is done in the middle.
  async draw(places, between) {
    const { mouse } = this.page;
    const [first, ...rest] = await Promise.all(places.map((place) => this.at(place)));
    await mouse.move(...first);
    await mouse.down();
    for (const [i, place] of rest.entries()) {
      if (i === Math.floor(rest.length / 2)) await between?.();
      await mouse.move(...place);
    }
    await mouse.up();
  }

  use(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  // sheet returns what is on the sheet in words. There are none while it changes.
  sheet() {
    return this.page.locator("#canvas").textContent();
  }

  here(...names) {
    return this.page.waitForFunction(
      (want) => [...document.querySelectorAll("#people li")].map((e) => e.title.replace(" (you)", "")).join() === want,
      names.join(),
    );
  }

  async rename(name) {
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByLabel("Your name").press("Enter");
  }
}

const line = (from, to, n = 12) =>
  Array.from({ length: n }, (_, i) => [0, 1].map((k) => from[k] + ((to[k] - from[k]) * i) / (n - 1)));
const wave = (x, y, width, high, turns = 3, n = 40) =>
  Array.from({ length: n }, (_, i) => [x + (width * i) / (n - 1), y + high * Math.sin((i / (n - 1)) * turns * 2 * Math.PI)]);
const circle = (x, y, r, n = 24) =>
  Array.from({ length: n + 1 }, (_, i) => [x + r * Math.cos((i / n) * 2 * Math.PI), y + 1.6 * r * Math.sin((i / n) * 2 * Math.PI)]);

// same waits until all have the same sheet, with so many strokes on it.
async function same(strokes, ...artists) {
  const end = Date.now() + 60_000;
  for (;;) {
    const sheets = await Promise.all(artists.map((v) => v.sheet()));
    if (sheets[0].startsWith(strokes + " strokes,") && sheets.every((sheet) => sheet === sheets[0])) return;
    assert.ok(Date.now() < end, `not the same sheet: ${sheets.join(" / ")}`);
    await artists[0].page.waitForTimeout(50);
  }
}

describe("all see the same sheet", { concurrency: 2 }, () => {
  // The first way is over a WebSocket too.
  for (const way of [ways[0], ...ways.slice(2)]) test(way.title, (t) => session(t, way));
});

async function session(t, { query, transport, after }) {
  const done = stopwatch(t);
  const program = await running(t, built.binary);
  const visitors = [];
  const arrive = async (name, device) => {
    const v = await Artist.arrive(browser, device, program.url + query);
    visitors.push(v);
    t.after(() => v.leave());
    await v.connected(transport);
    await v.rename(name);
    return v;
  };
  // A guest draws for the first who comes. The second one comes in the middle of that.
  const ann = await arrive("Ann", desktop);
  const ben = await arrive("Ben", phone);
  await same(6, ann, ben);
  await Promise.all([ann.here("Ann", "Ben"), ben.here("Ann", "Ben")]);
  await ann.use("Clear");
  await same(0, ann, ben);
  done("two meet, and see the same drawing");

  await ann.draw(wave(0.3, 0.5, 0.4, 0.08, 2, 14));
  await same(1, ann, ben);
  await ben.page.locator(".hand", { hasText: "Ann" }).waitFor();
  await ben.use("Blue");
  await ben.draw(line([0.2, 0.3], [0.8, 0.4]));
  await same(2, ann, ben);
  done("each sees the other draw");

  // A connection that is cut in the middle of a stroke loses none of it, on either side.
  await ann.draw(wave(0.2, 0.7, 0.6, 0.05, 3, 24), () => ben.cut());
  await ben.unsettled(() => ben.draw(wave(0.2, 0.6, 0.6, 0.05, 3, 24), () => ben.page.evaluate(() => wire.act("cut"))));
  await ann.cut();
  await same(4, ann, ben);
  await Promise.all([ann.connected(after), ben.connected(after)]);
  done("cuts");

  const cleo = await arrive("Cleo", desktop);
  await same(4, ann, ben, cleo);
  await ben.use("Undo");
  await same(3, ann, ben, cleo);
  await cleo.use("Eraser");
  await cleo.draw(line([0.5, 0.64], [0.5, 0.76], 12));
  await same(2, ann, ben, cleo);
  await cleo.use("Clear");
  await same(0, ann, ben, cleo);
  done("who comes late has it all, and erases it");

  if (!query) await pictures(ann, ben, cleo);
  for (const v of visitors) {
    assert.ok(await v.fits());
    assert.deepEqual(v.problems, []);
  }
}

// What is in the pictures, in parts of the sheet.
const harbour = [
  ["marker", 2, circle(0.76, 0.24, 0.05)],
  ["marker", 2, circle(0.76, 0.24, 0.035)],
  ["marker", 2, circle(0.76, 0.24, 0.017)],
  ["marker", 4, wave(0.1, 0.68, 0.8, 0.012, 6, 60)],
  ["marker", 4, wave(0.07, 0.75, 0.83, 0.012, 7, 60)],
  ["marker", 4, wave(0.12, 0.82, 0.78, 0.012, 6, 60)],
  ["pen", 4, wave(0.1, 0.64, 0.8, 0.01, 13, 120)],
  ["marker", 3, [[0.09, 0.6], [0.14, 0.5], [0.19, 0.55], [0.24, 0.46], [0.31, 0.6]]],
  ["pen", 3, [[0.07, 0.62], [0.13, 0.48], [0.185, 0.53], [0.24, 0.43], [0.33, 0.62]]],
  ["marker", 1, line([0.41, 0.585], [0.545, 0.585])],
  ["pen", 1, [[0.37, 0.55], [0.385, 0.59], [0.4, 0.63], [0.42, 0.645], [0.48, 0.645], [0.54, 0.645], [0.56, 0.62], [0.585, 0.55], [0.48, 0.55], [0.37, 0.55]]],
  ["pen", 0, line([0.47, 0.55], [0.47, 0.17])],
  ["pen", 0, [[0.478, 0.19], [0.52, 0.32], [0.565, 0.44], [0.57, 0.5], [0.52, 0.51], [0.478, 0.51], [0.478, 0.4], [0.478, 0.19]]],
  ["pen", 0, [[0.461, 0.23], [0.43, 0.36], [0.39, 0.47], [0.39, 0.51], [0.42, 0.51], [0.461, 0.51], [0.461, 0.4], [0.461, 0.23]]],
  ["marker", 5, line([0.5, 0.42], [0.54, 0.47])],
  ["pen", 1, [[0.47, 0.17], [0.49, 0.155], [0.51, 0.185], [0.53, 0.17]]],
  ["pen", 5, circle(0.76, 0.24, 0.085, 40)],
  ["pen", 5, [[0.68, 0.47], [0.7, 0.44], [0.725, 0.41], [0.74, 0.385]]],
  ["pen", 5, [[0.717, 0.395], [0.73, 0.388], [0.743, 0.38], [0.746, 0.4], [0.748, 0.425]]],
  ...[[0.25, 0.24], [0.31, 0.29], [0.62, 0.17]].map(([x, y]) => ["pen", 0, [[x, y], [x + 0.01, y - 0.015], [x + 0.02, y], [x + 0.03, y - 0.015], [x + 0.04, y]]]),
];

async function pictures(ann, ben, cleo) {
  await cleo.page.evaluate(async (strokes) => {
    const hand = io(wire.options({ auth: { key: "a key of the pictures" }, forceNew: true }));
    for (const [id, [pen, colour, places]] of strokes.entries()) {
      const points = places.flatMap(([x, y]) => [Math.round(6400 * x), Math.round(4000 * y)]);
      await hand.emitWithAck("draw", { id: "picture " + id, pen, colour, from: 0, points });
    }
    hand.disconnect();
  }, harbour);
  await same(harbour.length, ann, ben, cleo);
  await ann.here("Ann", "Ben", "Cleo");
  for (const [v, ...places] of [[ben, [0.95, 0.58], [0.96, 0.58]], [cleo, [0.7, 0.47], [0.71, 0.47]]]) {
    for (const place of places) await v.page.mouse.move(...(await v.at(place)));
    await ann.page.waitForTimeout(50); // the page sends no two places sooner
  }
  await ann.page.locator(".hand", { hasText: "Cleo" }).waitFor();
  await ann.page.screenshot({ path: join(folder, "whiteboard-desktop.png") });
  await ann.cards(folder, "whiteboard");
  await ann.page.mouse.move(...(await ann.at([0.58, 0.75])));
  await ben.page.locator(".hand", { hasText: "Ann" }).waitFor();
  await ben.page.screenshot({ path: join(folder, "whiteboard-phone.png") });
}
