// The example cluster, in Chromium, over each transport: three nodes, of which one is killed.
//
//	node --test compat-tests/browser/cluster.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { artifacts, build, running, stopwatch } from "./program.mjs";
import { desktop, launch, phone, Visitor, ways } from "./visitor.mjs";

let built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("cluster"), launch(), artifacts()]);
});

after(() => Promise.all([browser?.close(), built?.remove()]));

const refusal = /status of (400|50[234])|WebSocket connection/;

// Somebody who talks, and kills nodes.
class Operator extends Visitor {
  // arrive gives the page the name of that number. Of a race whose legs have reached several
  // nodes, one may be refused when the nodes are slow to agree: the browser tells of it.
  static async arrive(browser, { tab, ...options }, url) {
    const origin = { origin: new URL(url).origin, localStorage: [{ name: "cluster-tabs", value: String(tab) }] };
    const v = await super.arrive(browser, { ...options, storageState: { cookies: [], origins: [origin] } }, url);
    v.unsettled(() => {});
    v.problems = v.problems.filter((problem) => !refusal.test(problem));
    return v;
  }

  // session waits for one that is on a node that will do, and returns the node. One that is
  // not is given up for a new one.
  async session(will = () => true, choice = "Auto") {
    for (;;) {
      const node = await this.page.waitForFunction(() => document.body.dataset.session).then((h) => h.jsonValue());
      if (will(node)) return node;
      await this.page.evaluate(() => delete document.body.dataset.session);
      await this.unsettled(() => this.press(choice));
    }
  }

  // comesBack waits for a session on a node that is not the one that was killed.
  async comesBack(killed) {
    await this.page.waitForFunction((killed) => document.body.dataset.session !== killed, killed);
    await this.connected();
  }

  // hush ends what pages do by themselves: talking.
  hush() {
    return this.page.getByLabel("Keep talking").click();
  }

  async say(text) {
    await this.page.getByLabel("Message", { exact: true }).fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  // ids returns author/number of all messages, in the order of their lines.
  ids() {
    return this.page.locator("li.message").evaluateAll((all) => all.map((li) => li.dataset.id));
  }

  // more waits for so many messages more than there are.
  async more(n) {
    const now = (await this.ids()).length;
    await this.page.waitForFunction((want) => document.querySelectorAll("li.message").length >= want, now + n);
  }

  // settled waits until all that was said here was taken by a node.
  settled() {
    return this.page.waitForFunction(() => !document.querySelector(".waiting") && document.getElementById("missing").textContent === "0");
  }

  order(node, what) {
    return this.page.locator(`[data-node="${node}"]`).getByRole("button", { name: `${what} ${node}` }).click();
  }

  node(name, status) {
    return this.page.locator(`[data-node="${name}"][data-status="${status}"]`).waitFor();
  }
}

describe("three nodes are one server", { concurrency: 3 }, () => {
  // The first way is over a WebSocket too.
  for (const way of [ways[0], ...ways.slice(2)]) test(way.title, (t) => story(t, way));
});

async function story(t, { query, transport, after, choice = { sse: "SSE", polling: "Polling" }[after] }) {
  const done = stopwatch(t);
  const cluster = await running(t, built.binary);
  const visitors = [];
  const arrive = async (options) => {
    const v = await Operator.arrive(browser, options, cluster.url + query);
    visitors.push(v);
    t.after(() => v.leave());
    return v;
  };
  const all = (run) => Promise.all(visitors.map(run));

  const ann = await arrive({ ...desktop, tab: 0 });
  const doomed = await ann.session();
  const ben = await arrive({ ...phone, tab: 1 });
  const other = await ben.session((node) => node !== doomed, choice);
  await all((v) => v.connected(transport));
  const news = (v) => v.page.getByText("New session").count();
  const [annNews, benNews] = await all(news);
  done(`Ann's session is on ${doomed}, Ben's on ${other}`);

  // All that both say reaches both, through cuts in the middle.
  await ann.say("Good morning from Ann.");
  await ben.shows("Good morning from Ann.");
  await ben.say("Good morning from Ben.");
  await ann.shows("Good morning from Ben.");
  const caught = (v) => v.page.locator("#caught").textContent();
  const begun = await all(caught);
  for (let i = 0; i < 2; i++) {
    await all((v) => v.cut());
    await all((v) => v.more(4));
  }
  assert.equal(await ann.session(), doomed);
  assert.equal(await ben.session(), other);
  assert.deepEqual(await all(caught), begun, "the sessions have it all");
  assert.deepEqual(await all(news), [annNews, benNews]);
  done("two cuts each, in the same session");

  const guests = query ? [] : await Promise.all([2, 3, 4].map((tab) => Operator.arrive(browser, { ...desktop, tab }, cluster.url)));
  await Promise.all(guests.map((v) => v.session()));

  // A node is killed. Its page gets a new session, the other one keeps its own.
  for (const v of [...visitors, ...guests]) v.unsettled(() => {});
  await ann.order(doomed, "Kill");
  await ann.node(doomed, "down");
  await ben.more(5);
  await ann.comesBack(doomed);
  await ann.more(5);
  done(`${doomed} was killed, Ann is on ${await ann.session()}`);
  await ann.shows(/New session, on node/);
  assert.equal(await ben.session(), other, "Ben's session");
  assert.equal(await news(ben), benNews, "Ben's sessions");
  await ben.connected(after);
  if (!query) await pictures(ann, ben, guests);

  // It is started again, and knows what was said.
  const cleo = query ? null : await returns(ben, ann, doomed, () => arrive({ ...desktop, tab: 2 }));
  await all((v) => v.hush());
  await all((v) => v.settled());
  const said = await same(ann, ben, visitors.length + guests.length);
  for (const id of (await cleo?.ids())?.slice(0, 20) ?? []) assert.ok(said.includes(id), id);
  done(`all have the same ${said.length} messages`);

  for (const v of visitors) {
    assert.ok(await v.fits());
    assert.deepEqual(v.problems, []);
  }
}

// returns has a node started again, and returns somebody whose session is there.
async function returns(ben, ann, node, arrive) {
  await ben.order(node, "Start");
  await ann.node(node, "up");
  const cleo = await arrive();
  await cleo.session((at) => at === node);
  await cleo.page.locator("li.message").nth(20).waitFor();
  return cleo;
}

// same waits until two pages have the same messages, and returns them. Of each author they
// have all, each once.
async function same(ann, ben, pages) {
  let one = [], two = [];
  do {
    [one, two] = await Promise.all([ann.ids(), ben.ids()]);
  } while ([...one].sort().join() !== [...two].sort().join());
  const authors = [...new Set(one.map((id) => id.split("/")[0]))];
  assert.ok(authors.length >= 2 && authors.length <= pages, "Ann and Ben have talked, and no more pages than there are");
  for (const author of authors) {
    const numbers = one.filter((id) => id.startsWith(author + "/")).map((id) => Number(id.split("/")[1]));
    assert.deepEqual(numbers.sort((a, b) => a - b), numbers.map((_, i) => i + 1), "each once, none missing");
  }
  return one;
}

async function pictures(ann, ben, guests) {
  await Promise.all(guests.map((v) => v.connected()));
  await ann.more(2);
  await ben.page.evaluate(() => scrollTo(0, 0));
  await ann.page.screenshot({ path: join(folder, "cluster-desktop.png") });
  await ben.page.screenshot({ path: join(folder, "cluster-phone.png") });
  await ann.cards(folder, "cluster");
  for (const v of guests) {
    assert.deepEqual(v.problems, [], "a guest");
    await v.leave();
  }
}
