// People talk in the example chat, in Chromium, over each transport.
//
//	node --test compat-tests/browser/chat.test.mjs
//
// Screenshots go to artifacts/, or to the folder that ARTIFACTS names.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { ChatVisitor } from "./chat-visitor.mjs";
import { artifacts, build, running, Wire } from "./program.mjs";
import { desktop, launch, phone, ways } from "./visitor.mjs";

let built, browser, folder;

before(async () => {
  [built, browser, folder] = await Promise.all([build("chat"), launch(), artifacts()]);
});

after(() => Promise.all([browser?.close(), built?.remove()]));

// meet starts a chat to which Ann and Ben come, Ben over a wire.
async function meet(t, { query }) {
  const chat = await running(t, built.binary);
  const visitors = [];
  const arrive = async (options, base = chat.url, hash = "") => {
    const v = await ChatVisitor.arrive(browser, options, base + query + hash);
    visitors.push(v);
    t.after(() => v.leave());
    return v;
  };
  const step = async (what, run) => {
    const begin = Date.now();
    try {
      await run();
      t.diagnostic(`${what}: ${Date.now() - begin} ms`);
    } catch (err) {
      const problems = visitors.flatMap((v) => v.problems);
      throw new Error([`${what}: ${err.message}`, ...problems].join("\n"), { cause: err });
    }
  };
  const picture = async (v, name) => {
    if (query) return; // they would look alike
    await v.page.screenshot({ path: join(folder, `chat-${name}.png`), animations: "disabled" });
  };
  const outage = (during) => visitors.reduceRight((run, v) => () => v.unsettled(run), during)();

  const ann = await arrive(desktop);
  const wire = await Wire.to(chat); // Ben's
  t.after(() => wire.remove());
  const ben = await arrive(phone, wire.url);
  return { chat, visitors, step, arrive, outage, picture, ann, ben, wire };
}

test("people talk, over " + ways[0].title, async (t) => {
  const { chat, visitors, step, arrive, outage, picture, ann, ben, wire } = await meet(t, ways[0]);
  const { transport } = ways[0];

  await step("a name is asked for, and has to be free", async () => {
    await ann.enter("Ann Marlow");
    await ann.connected(transport);
    await ann.here("Ann Marlow");
    await ben.unsettled(async () => {
      await ben.enter("   ");
      await ben.shows("Please choose a name.");
      await ben.enter("ann marlow");
      await ben.shows("ann marlow is taken.");
      await picture(ben, "name-phone");
      await ben.enter("Ben Okafor");
      await ben.connected(transport);
    });
  });

  await step("people see who is here", async () => {
    await ann.here("Ann Marlow", "Ben Okafor");
    await ben.here("Ben Okafor", "Ann Marlow");
    await ann.shows("Ben Okafor joined");
  });

  await step("what one says, the other reads, and the first sees that it came", async () => {
    await ann.say("Morning! Did anyone see the sunrise over the harbour?");
    await ben.sees("Morning!");
    await ann.tick("Morning!", "Received");
    await ben.say("I did, from the 6:40 ferry. Best seat in town.");
    await ann.sees("Best seat in town.");
    await ben.tick("Best seat in town.", "Received");
  });

  await step("addresses can be clicked", async () => {
    await ann.say("The summer timetable is out, by the way: https://ferry.example/times?day=sat.");
    const link = ben.message("timetable").getByRole("link");
    assert.equal(await link.getAttribute("href"), "https://ferry.example/times?day=sat");
  });

  await step("people see who is typing, until the message is there", async () => {
    await ben.writes("That one goes ");
    await ann.shows("Ben Okafor is typing");
    await ben.say("That one goes straight on the fridge, thanks.");
    await ann.sees("on the fridge");
    await ann.nobodyTypes();
  });

  await step("a message alone in a room has one tick, and two when someone comes", async () => {
    await ann.openRoom("coffee");
    await ann.say("Flat white or filter?");
    await ann.tick("Flat white", "Sent");
    await ben.openRoom("coffee");
    await ben.sees("Flat white");
    await ann.tick("Flat white", "Received");
  });

  await step("in two rooms at once, the other one counts what is unread", async () => {
    await ben.openRoom("lobby");
    await ann.say("I am asking for a friend.");
    await ann.say("The friend is me.");
    await ben.unread("coffee", 2);
    await picture(ben, "phone");
    await ben.page.getByRole("button", { name: "Rooms", exact: true }).click();
    await picture(ben, "rooms-phone");
    await ben.page.getByRole("link", { name: "coffee" }).click();
    await ben.sees("The friend is me.");
    await ben.unread("coffee", 0);
  });

  await step("text stays text", async () => {
    await ben.say('Filter. <b>Always</b> <img src="x" onerror="alert(1)">');
    await ann.sees('<b>Always</b> <img src="x" onerror="alert(1)">');
  });

  await step("who comes late reads what was said", async () => {
    const cleo = await arrive(desktop, chat.url, "#coffee");
    await cleo.enter("Cleo");
    await cleo.sees("<b>Always</b>");
    assert.deepEqual(await cleo.texts(), await ann.texts());
    await cleo.rename("Cleo Tan");
    await ann.shows("Cleo is now Cleo Tan");
    await ann.here("Ann Marlow", "Ben Okafor", "Cleo Tan");
    await cleo.newRoom("Tea & cake");
    await cleo.page.getByRole("heading", { name: "tea-cake" }).waitFor();
    await ann.page.getByRole("link", { name: "tea-cake" }).waitFor();

    await ann.openRoom("lobby");
    await cleo.openRoom("coffee");
    await cleo.say("Filter, and nobody gets hurt.");
    await ann.unread("coffee", 1);
    await ben.openRoom("lobby");
    await ben.writes("Sunday ");
    await ann.shows("Ben Okafor is typing");
    await picture(ann, "desktop");
    await ann.cards(folder, "chat");
    await cleo.leave();
    await ann.here("Ann Marlow", "Ben Okafor");
    await ann.shows("Cleo Tan left");
  });

  await step("who was cut off catches up, without doubles", async () => {
    await ben.unsettled(async () => {
      wire.cut();
      await ben.shows("No connection.");
      await ann.say("Ferry or bus on Sunday?");
      await ann.tick("Ferry or bus", "Sent");
      await ben.say("Sunday is mine: breakfast at eight.");
      wire.mend();
      await ben.connected();
    });
    await ben.sees("Ferry or bus");
    await ann.sees("breakfast at eight");
    await ann.tick("Ferry or bus", "Received");
    assert.deepEqual(await ben.texts(), await ann.texts());
  });

  await step("a transport that is blocked leaves the session to the next one", async () => {
    await ann.unsettled(async () => {
      await ann.press("Block WebSocket");
      await ann.connected("sse");
    });
    await ann.say("The bridge is closed, I came by SSE.");
    await ben.sees("I came by SSE.");
    await ben.say("All roads lead to the ferry.");
    await ann.sees("All roads lead");
    assert.deepEqual(await ben.texts(), await ann.texts());
    await ann.press("Auto"); // a new session
    await ann.connected();
    await ann.here("Ann Marlow", "Ben Okafor");
  });

  await step("pages go on after the server was restarted", async () => {
    await outage(async () => {
      assert.equal(await chat.stop(), 0);
      await Promise.all([ann.shows("No connection."), ben.shows("No connection.")]);
      await ann.say("Did we just lose the harbour mast?");
      await ann.tick("harbour mast", "Waiting to be sent");
      await ann.say("Looks like it. This will arrive later.");
      await picture(ann, "offline-desktop");
      await picture(ben, "offline-phone");
      await chat.start();
      await Promise.all([ann.connected(), ben.connected()]);
    });
    await ben.sees("harbour mast", "arrive later");
    await ann.tick("arrive later", "Received");
    await Promise.all([ann.here("Ann Marlow", "Ben Okafor"), ben.here("Ben Okafor", "Ann Marlow")]);
    await ben.say("And we are back.");
    await ann.sees("And we are back.");
    const texts = await ben.texts();
    assert.deepEqual(texts, await ann.texts());
    assert.deepEqual(texts, [...new Set(texts)], "nothing comes twice");
    assert.equal(texts.length, 11);
  });

  await step("nothing overflows, even on a small phone", async () => {
    await ben.page.setViewportSize({ width: 360, height: 640 });
    await picture(ben, "small-phone");
    for (const v of [ann, ben]) {
      assert.ok(await v.fits());
    }
  });

  for (const v of visitors) assert.deepEqual(v.problems, []);
});

describe("people lose nothing", { concurrency: 2 }, () => {
  for (const way of ways.slice(1)) test(way.title, (t) => cuts(t, way));
});

async function cuts(t, way) {
  const { chat, visitors, step, outage, ann, ben } = await meet(t, way);
  const { transport, after } = way;

  await step("two meet", async () => {
    await Promise.all([ann.enter("Ann Marlow"), ben.enter("Ben Okafor")]);
    await Promise.all([ann.connected(transport), ben.connected(transport)]);
    await ann.here("Ann Marlow", "Ben Okafor");
    await ann.say("Morning! Did anyone see the sunrise?");
    await ann.tick("Morning!", "Received");
  });

  await step("a connection that is cut in the middle of a conversation loses nothing", async () => {
    const said = Array.from({ length: 20 }, (_, i) => `${i + 1} of 20`);
    const talking = (async () => {
      for (const text of said) await ann.say(text);
    })();
    for (let i = 0; i < 3; i++) await ben.cut();
    await ben.say("Twenty ferries?");
    await talking;
    await ben.sees(said.at(-1));
    await ann.sees("Twenty ferries?");
    await ben.connected(after);
    const texts = await ben.texts();
    assert.deepEqual(texts.filter((text) => said.includes(text)), said);
    assert.deepEqual([...texts].sort(), [...(await ann.texts())].sort());
  });

  await step("so does a server that is killed", async () => {
    const before = await ann.texts();
    await outage(async () => {
      await chat.stop("SIGKILL");
      await ann.say("Did we just lose the harbour mast?");
      await chat.start();
      await Promise.all([ann.connected(after), ben.connected(after)]);
    });
    await ben.sees("harbour mast");
    await ann.tick("harbour mast", "Received");
    await ben.page.reload();
    await ben.sees("harbour mast");
    assert.deepEqual((await ben.texts()).sort(), [...before, "Did we just lose the harbour mast?"].sort());
  });

  for (const v of visitors) assert.deepEqual(v.problems, []);
}
