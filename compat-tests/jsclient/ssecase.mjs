// What the SSE transport class must do in the official client, in Node and in a page.

export const once = (emitter, event) => new Promise((done) => emitter.once(event, (...args) => done(args)));

// exchange talks with a server, and returns what was wrong. hex tells the bytes of what came, as the platform has them.
export async function exchange(io, url, options, hex) {
  const wrong = [];
  const check = (name, got, want) => JSON.stringify(got) === JSON.stringify(want) || wrong.push(`${name}: ${JSON.stringify(got).slice(0, 80)}`);
  const socket = io(url, options);
  const ask = (...args) => new Promise((done) => socket.emit("same", ...args, (...got) => done(got)));
  await once(socket, "connect");
  check("transport", socket.io.engine.transport.name, "sse");

  for (const text of ["plain", "", "line\r\nline\rline\n", "Grüße 👋 👩‍👩‍👧", "\u2028\u2029\u0000\u001e\ufeff", "x".repeat(100_000)]) {
    check("text", await ask(text), [text]);
  }
  check("nested", await ask({ "": false, a: [1, { b: null }] }, 2), [{ "": false, a: [1, { b: null }] }, 2]);
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const want = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  for (const form of [bytes, bytes.buffer, ...(typeof window === "object" ? [new Blob([bytes])] : [])]) {
    const [{ deep: [got] }, tail] = await ask({ deep: [form] }, "tail");
    check("binary", [hex(got), tail], [want, "tail"]);
  }

  const order = [];
  const all = new Promise((done) => socket.on("number", (n) => order.push(n) === 1000 && done()));
  for (let n = 0; n < 1000; n++) socket.emit("number", n);
  await all;
  check("order", order.filter((n, i) => n !== i), []);

  // More at once than the server takes in one POST.
  const large = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(i, "é".repeat(50_000))));
  check("large", large.map(([i, text]) => [i, text.length]), large.map((_, i) => [i, 50_000]));
  check("once", await ask("still", "there"), ["still", "there"]);

  // Each side closes the session, and the client comes back to it or not.
  const first = socket.id;
  let end = once(socket, "disconnect");
  socket.io.engine.close();
  check("closed by the client", (await end)[0], "forced close");
  await once(socket, "connect");
  check("another session", socket.id === first, false);
  check("after that", await ask("back"), ["back"]);
  end = once(socket, "disconnect");
  socket.emit("drop");
  check("closed by the server", (await end)[0], "io server disconnect");
  socket.connect();
  await once(socket, "connect");
  check("connected again", await ask("again"), ["again"]);
  end = once(socket, "disconnect");
  socket.emit("cut");
  check("cut", (await end)[0].split(" ")[0], "transport"); // the stream or a POST is the first to notice
  await once(socket, "connect");
  check("after the cut", await ask("on"), ["on"]);
  const last = socket.id;
  socket.disconnect();
  return { wrong, last };
}
