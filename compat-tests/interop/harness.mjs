// What the clients in Node share: the table's rows, each run with a deadline and cleaned up behind, and waits.
// Their arguments: <url> <control url> <polling | websocket | upgrade | sse | race> [extra…]

export const [url, control, mode, ...extra] = process.argv.slice(2);

// official tells that the server is the control.
export const official = process.env.EVERWIRE_SERVER === "official";

// In the mode "race", which the bundled client knows, the client chooses.
export const transports = { upgrade: ["polling", "websocket"], race: ["websocket", "sse", "polling"] }[mode] ?? [mode];

export const finalTransport = mode === "race" ? "websocket" : transports.at(-1);

const features = [];
const cleanups = [];

// feature registers a row of the table. What run returns, if anything, is what the cell says instead of "ok":
// { pending }, what the server has not got yet, or { absent, reason }, that the client does not have the feature.
export function feature(name, run) {
  features.push({ name, run });
}

// cleanup has something done behind the feature that runs.
export function cleanup(run) {
  cleanups.push(run);
}

// runAll runs the features one after the other and prints a JSON line for each.
export async function runAll() {
  const only = process.env.EVERWIRE_FEATURE ?? "";
  for (const { name, run } of features.filter(({ name }) => name.includes(only))) {
    console.log(JSON.stringify({ name, ...(await outcomeOf(run)) }));
  }
  process.exit(0);
}

async function outcomeOf(run) {
  try {
    return (await within(run(), 60_000, "the feature")) ?? { ok: true };
  } catch (err) {
    return { error: err.stack };
  } finally {
    for (const clean of cleanups.splice(0)) clean();
  }
}

export function within(promise, ms, what) {
  const result = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
  result.catch(() => {}); // a feature that has failed already does not wait for it
  return result;
}

// next resolves with the arguments of the emitter's next such event.
export function next(emitter, event, ms = 8000) {
  const heard = new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
  return within(heard, ms, `event "${event}"`);
}

// many resolves with the arguments of the emitter's next n such events.
export function many(emitter, event, n, ms = 8000) {
  const got = [];
  const heard = new Promise((resolve) => {
    emitter.on(event, function listen(...args) {
      if (got.push(args) < n) return;
      emitter.off(event, listen);
      resolve(got);
    });
  });
  return within(heard, ms, `${n} events "${event}"`);
}

// upgraded waits until the engine's socket is on the transport of this mode. On a busy machine it may try for it more than
// once, with seconds between. A session that cannot be resumed has no way from SSE, if that has won a race.
export async function upgraded(engine) {
  const stays = engine.transport.name === "sse" && process.env.EVERWIRE_RESUME === "stock";
  if (!stays && engine.transport.name !== finalTransport) await next(engine, "upgrade", 30_000);
}

// ask has the server beside the one under test do something with it, and returns the answer.
export async function ask(what, query = {}) {
  return (await fetch(`${control}/${what}?${new URLSearchParams(query)}`)).json();
}

// outcome asks what the server recorded under the key, and waits until it has.
export function outcome(key) {
  return ask("outcome", { key });
}
