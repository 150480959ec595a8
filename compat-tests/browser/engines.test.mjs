// People with very different browsers talk in the example chat: Chromium, Firefox, and
// PhantomJS, whose engine is of 2016 and knows ECMAScript 5.
//
//	node --test compat-tests/browser/engines.test.mjs

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { ChatVisitor } from "./chat-visitor.mjs";
import { launchFirefox } from "./firefox.mjs";
import { Phantom } from "./phantom.mjs";
import { artifacts, build, running } from "./program.mjs";
import { desktop, launch } from "./visitor.mjs";

// messages returns what the page shows, as every engine here understands it.
function messages() {
  return Array.prototype.map.call(document.querySelectorAll("li.message .text"), function (e) { return e.textContent; });
}

const skip = Phantom.missing();

test("Chromium, Firefox and PhantomJS talk with each other", { skip }, async (t) => {
  const [built, browser, { firefox, open }, folder] = await Promise.all([build("chat"), launch(), launchFirefox(), artifacts()]);
  t.after(() => Promise.all([browser.close(), firefox.close(), built.remove()]));
  const chat = await running(t, built.binary);

  const ann = await ChatVisitor.arrive(browser, { ...desktop, colorScheme: "light" }, chat.url);
  await ann.enter("Ann, Chromium");
  const fox = await open(chat.url);
  await fox.page.locator("#name").fill("Finn, Firefox");
  await fox.page.locator("#name-ok").click();
  await fox.page.locator("#text:not(:disabled)").wait();
  const old = await Phantom.open(chat.url);
  t.after(() => old.close());
  await old.type("#name", "Olga, PhantomJS");
  await old.until(function () { return !document.getElementById("text").disabled; });
  await ann.shows("Olga, PhantomJS joined");

  const everybodySees = async (...texts) => {
    await ann.sees(...texts);
    for (const text of texts) {
      await fox.page.waitForFunction((text) => [...document.querySelectorAll("li.message .text")].some((e) => e.textContent === text), {}, text);
    }
    await old.until(function (texts) {
      var all = Array.prototype.map.call(document.querySelectorAll("li.message .text"), function (e) { return e.textContent; });
      return texts.every(function (text) { return all.indexOf(text) >= 0; });
    }, texts);
  };

  await ann.say("Hello from a browser of this year.");
  await fox.page.locator("#text").fill("And from another one, over https://sse.example/ if need be.");
  await fox.page.keyboard.press("Enter");
  await old.type("#text", "Hello from 2016: no promises here, no fetch, and all arrives.");
  await everybodySees(
    "Hello from a browser of this year.",
    "And from another one, over https://sse.example/ if need be.",
    "Hello from 2016: no promises here, no fetch, and all arrives.",
  );
  await ann.tick("Hello from a browser", "Received");

  // The old one goes through all transports, with the bar.
  for (const [label, transport] of [["SSE", "sse"], ["Polling", "polling"], ["WebSocket", "websocket"]]) {
    await old.evaluate(function (label) {
      Array.prototype.filter.call(document.querySelectorAll(".wire-button"), function (b) { return b.textContent === label; })[0].click();
    }, label);
    await old.until(function (t) {
      return document.getElementById("wire").getAttribute("data-transport") === t && !document.getElementById("rename").disabled;
    }, transport);
    await old.type("#text", `Over ${label} now.`);
    await ann.say(`Seen, over ${label}.`);
    await everybodySees(`Over ${label} now.`, `Seen, over ${label}.`);
  }

  await ann.page.screenshot({ path: join(folder, "engines-chromium.png") });
  await fox.page.screenshot({ path: join(folder, "engines-firefox.png") });
  await old.screenshot(join(folder, "engines-phantomjs.png"));
  const texts = await ann.texts();
  assert.equal(texts.length, 9);
  assert.deepEqual(await fox.page.evaluate(messages), texts);
  assert.deepEqual(await old.evaluate(messages), texts);
  assert.deepEqual([ann.problems, fox.problems, await old.problems()], [[], [], []]);
});
