// Features for harness_test.go, one for each way in which a feature ends.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import {
  cleanup, control, extra, feature, finalTransport, many, mode, next, official, runAll, transports, upgraded, url, within,
} from "../harness.mjs";

let cleaned = 0;

feature("arguments", async () => {
  cleanup(() => cleaned++);
  assert.deepEqual([url, control, ...extra], ["url", "control", "more", "and more"]);
  assert.deepEqual(transports, mode === "upgrade" ? ["polling", "websocket"] : [mode]);
  assert.equal(finalTransport, { polling: "polling", websocket: "websocket", upgrade: "websocket" }[mode]);
  assert.equal(official, true);
});

feature("failing", async () => {
  cleanup(() => cleaned++);
  throw new Error("no good");
});

feature("cleaned up", async () => assert.equal(cleaned, 2));

feature("pending", async () => ({ pending: "recovery" }));

feature("absent", async () => ({ absent: "not in 1.0", reason: "too old" }));

feature("late", () => within(new Promise(() => {}), 1, "an answer"));

feature("waits", async () => {
  const emitter = Object.assign(new EventEmitter(), { transport: { name: transports[0] } });
  const heard = [next(emitter, "said"), many(emitter, "said", 2), upgraded(emitter)];
  for (const what of ["one", "two", "three"]) emitter.emit("said", what);
  emitter.emit("upgrade");
  assert.deepEqual(await Promise.all(heard), [["one"], [["one"], ["two"]], undefined]);
  assert.equal(emitter.listenerCount("said"), 0);
});

await runAll();
