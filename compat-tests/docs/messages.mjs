// messages.mjs <http> <refusing> <cutting> <https>: what Chromium says of WebSockets that fail. One line of JSON each.
import { chromium } from "playwright-core";

const [web, refusing, cutting, secure] = process.argv.slice(2);
const insecure = web.replace("127.0.0.1", "insecure.example"); // loopback would be trusted
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.example 127.0.0.1"],
});

async function console_of(name, address, run, arg) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const said = [];
  page.on("console", (m) => said.push(m.text()));
  await page.goto(address);
  const result = await page.evaluate(run, arg);
  for (const end = Date.now() + 20_000; Date.now() < end && !said.some((m) => m.includes("WebSocket")); ) {
    await new Promise((done) => setTimeout(done, 20));
  }
  await context.close();
  console.log(JSON.stringify({ name, result, said }));
}

// fails opens a WebSocket and tells with what it ends.
const fails = (url) => new Promise((done) => {
  try {
    const ws = new WebSocket(url);
    ws.onclose = (e) => done(String(e.code));
  } catch (err) {
    done(String(err));
  }
});

await console_of("closing", web, (url) => new Promise((done) => {
  const ws = new WebSocket(url);
  ws.onopen = () => ws.close();
  ws.onclose = () => done(ws.send("late"));
}), web.replace("http", "ws") + "socket.io/?EIO=4&transport=websocket");
await console_of("refused", web, fails, `ws://${refusing}/`);
await console_of("dropped", web, fails, `ws://${cutting}/`);
await console_of("404", web, fails, web.replace("http", "ws") + "nothing-here");
await console_of("mixed", secure, fails, insecure.replace("http", "ws"));
await browser.close();
