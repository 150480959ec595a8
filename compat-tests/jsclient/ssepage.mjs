// The official client with the SSE transport class in Chromium: ssepage.mjs <url>. Each line that it prints is a case.
import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const name of ["script", "module"]) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (err) => problems.push(String(err)));
  page.on("console", (m) => m.type() === "error" && problems.push(`${m.text()} ${m.location().url}`));
  await page.goto(url);
  const result = await page.evaluate(run, name).catch((err) => ({ wrong: [String(err)] }));
  await page.close();
  // The stream that the test cuts is a line in the console of every client.
  console.log(JSON.stringify({ name, problems: problems.filter((p) => !p.includes("ERR_INCOMPLETE_CHUNKED_ENCODING")), ...result }));
}
await browser.close();

// run is run in the page.
async function run(name) {
  let io, SSE;
  if (name === "module") {
    ({ io } = await import("/official/socket.io.esm.min.js"));
    ({ SSE } = await import("/socket.io/everwire-sse.esm.min.js"));
  } else {
    for (const src of ["/official/socket.io.min.js", "/socket.io/everwire-sse.min.js"]) {
      await new Promise((done, fail) => {
        const script = document.createElement("script");
        Object.assign(script, { src, onload: done, onerror: fail });
        document.head.append(script);
      });
    }
    ({ io, EverwireSSE: SSE } = window);
  }
  const { exchange } = await import("/ssecase.mjs");
  const hex = (x) => x instanceof ArrayBuffer && [...new Uint8Array(x)].map((b) => b.toString(16).padStart(2, "0")).join("");
  return exchange(io, undefined, { transports: [SSE], forceNew: true, reconnectionDelay: 10 }, hex);
}
