// The example notifications, in Chromium, over each transport.
//
//	node --test compat-tests/browser/notifications.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { artifacts, build, running, stopwatch } from "./program.mjs";
import { desktop, launch, phone, Visitor, ways } from "./visitor.mjs";

let built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("notifications"), launch(), artifacts()]);
});

after(() => Promise.all([browser?.close(), built?.remove()]));

// Somebody of the team.
class Colleague extends Visitor {
  login(name) {
    return this.page.getByRole("button", { name }).click();
  }

  // tab opens a section on a phone; elsewhere both are open.
  async tab(name) {
    const tab = this.page.getByLabel("Sections").getByRole("button", { name });
    if (await tab.isVisible()) await tab.click();
  }

  async send(names, kind, title, text = "") {
    await this.tab("Send");
    for (const name of names) {
      const b = this.page.getByLabel("Send to").getByRole("button", { name });
      if ((await b.getAttribute("aria-pressed")) === "false") await b.click();
    }
    await this.page.getByLabel("Kind").getByRole("button", { name: kind }).click();
    await this.page.getByLabel("Details").fill(text);
    await this.page.getByLabel("Title").fill(title);
    await this.page.getByLabel("Title").press("Enter");
  }

  // reads presses the button of a notification, when that is there.
  async reads(title) {
    await this.tab("Inbox");
    await this.page.locator("#notes li", { hasText: title }).getByRole("button", { name: "Mark as read" }).click();
  }

  // unread waits until so many are unread.
  unread(count) {
    const text = count ? `${count} unread` : "All read";
    return this.page.waitForFunction((text) => document.getElementById("unread").textContent === text, text);
  }

  // receipt waits until what this one sent has been read, or has not.
  receipt(title, text) {
    return this.page.locator("#sent li", { hasText: title }).getByText(text).waitFor({ state: "attached" });
  }

  titles(list) {
    return this.page.locator(`#${list} h3`).allTextContents();
  }
}

// A script is a program without a browser: it knows the REST endpoints alone.
class Script {
  static async login(url, user) {
    const s = new Script();
    s.url = url;
    s.token = (await s.post("login", { user })).token;
    return s;
  }

  async post(path, body) {
    const headers = { "Content-Type": "application/json", Authorization: "Bearer " + this.token };
    const res = await fetch(`${this.url}api/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(res.ok, `${path}: ${res.status}`);
    return res.json();
  }

  send(to, title, kind = "deploy", text = "") {
    return this.post("notifications", { to: [to], kind, title, text });
  }
}

describe("what is sent is read, and the sender knows", { concurrency: 2 }, () => {
  // The first way is over a WebSocket too.
  for (const way of [ways[0], ...ways.slice(2)]) test(way.title, (t) => work(t, way));
});

async function work(t, { query, transport, after }) {
  const done = stopwatch(t);
  const program = await running(t, built.binary);
  const [ann, ben] = await Promise.all([desktop, phone].map((device) => Colleague.arrive(browser, device, program.url + query)));
  t.after(() => Promise.all([ann.leave(), ben.leave()]));
  if (!query) await ben.page.screenshot({ path: join(folder, "notifications-login-phone.png") });
  await Promise.all([ann.login("Ann Marlow"), ben.login("Ben Okafor")]);
  await Promise.all([ann.connected(transport), ben.connected(transport)]);
  for (const v of [ann, ben]) {
    await v.unread(1);
    await v.reads("Welcome");
    await v.unread(0);
  }
  done("two log in, and are welcomed");

  await ann.send(["Ben Okafor"], "Review", "Second pair of eyes on the ferry timetable", "The winter schedule starts on Sunday, and I would rather not ship it alone.");
  await ben.unread(1);
  await ann.receipt("ferry timetable", "Ben has not read it");
  await ben.reads("ferry timetable");
  await ann.receipt("ferry timetable", "Read by Ben on a phone");
  await ben.send(["Ann Marlow"], "Mention", "You were right about the winter schedule");
  await ann.unread(1);
  await ann.reads("winter schedule");
  await ben.receipt("winter schedule", "Read by Ann on a computer");
  done("each reads what the other sends");

  // A connection that is cut in the middle loses neither notifications nor receipts.
  const script = await Script.login(program.url, "ann");
  const sent = Array.from({ length: 12 }, (_, i) => `Harbour build ${i + 1} of 12 has passed`);
  const sending = (async () => {
    for (const title of sent) await script.send("ben", title);
  })();
  await Promise.all([ben.cut(), ann.cut()]);
  await sending;
  await ben.unread(sent.length);
  await ben.tab("Inbox");
  const cut = ann.cut();
  await ben.page.getByRole("button", { name: "Mark all as read" }).click();
  await Promise.all([ben.cut(), cut]);
  for (const title of sent) await ann.receipt(title, "Read by Ben");
  assert.deepEqual((await ben.titles("notes")).slice(0, sent.length), sent.toReversed());
  assert.deepEqual((await ann.titles("sent")).slice(0, sent.length), sent.toReversed());
  await Promise.all([ann.connected(after), ben.connected(after)]);
  done("cuts");

  // What is unread stays so, whatever page it is read on.
  await script.send("ben", "The night ferry is late", "alert");
  await ben.unread(1);
  await ben.unsettled(() => ben.page.reload());
  await ben.unread(1);
  await ben.reads("night ferry");
  await ann.receipt("night ferry", "Read by Ben");
  await ben.unread(0);
  done("a page that is loaded anew");

  if (!query) await pictures(program, ann, ben);
  assert.ok(await ann.fits());
  assert.ok(await ben.fits());
  for (const v of [ann, ben]) assert.deepEqual(v.problems, []);
}

async function pictures(program, ann, ben) {
  const cleo = await Colleague.arrive(browser, desktop, program.url);
  await cleo.login("Cleo Tan");
  await cleo.connected();
  const [dara, other] = await Promise.all([Script.login(program.url, "dara"), Script.login(program.url, "cleo")]);
  await dara.send("ann", "Harbour 2.4 is live", "deploy", "All three regions, no errors in the first ten minutes.");
  await ann.reads("Harbour 2.4");
  await other.send("ann", "New icons for the timetable", "review", "Drawn at 16 and 24 pixels. The anchor is the one I am unsure about.");
  await dara.send("ann", "Disk of berth-7 is 91 % full", "alert", "It was 74 % on Friday. Old charts are the likely cause; I have paused the importer.");
  await other.send("ann", "Cleo mentioned you in “Winter schedule”", "mention");
  await dara.send("ben", "Disk of berth-7 is 91 % full", "alert", "It was 74 % on Friday. Old charts are the likely cause; I have paused the importer.");
  await other.send("ben", "New icons for the timetable", "review", "Drawn at 16 and 24 pixels. The anchor is the one I am unsure about.");
  await ann.send(["Ben Okafor", "Cleo Tan"], "Deploy", "Freeze begins at noon");
  await cleo.reads("Freeze begins");
  await ann.receipt("Freeze begins", "Read by Cleo");
  await ben.unread(3);
  await cleo.leave();
  await ann.unread(3);
  await ann.page.screenshot({ path: join(folder, "notifications-desktop.png") });
  await ann.cards(folder, "notifications");
  await ben.page.locator("#notes").evaluate((e) => e.scrollTo(0, 0));
  await ben.page.screenshot({ path: join(folder, "notifications-phone.png") });
  await ben.tab("Send");
  await ben.page.screenshot({ path: join(folder, "notifications-send-phone.png") });
}
