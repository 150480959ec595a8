// start.mjs <url>: two windows of the page of docs/start.md, one of them offline for a while, and the page over other
// transports. Prints what they show.
import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function open(query = "") {
  const page = await browser.newPage(); // in a context of its own
  page.on("pageerror", (err) => console.log("error:", String(err)));
  page.on("console", (m) => {
    if (m.type() === "error" && !m.text().includes("ERR_INTERNET_DISCONNECTED")) console.log("error:", m.text());
  });
  page.setDefaultTimeout(60_000);
  await page.goto(url + query);
  await page.locator("span", { hasText: "connected over" }).waitFor();
  return page;
}

async function say(page, text) {
  await page.locator("input").fill(text);
  await page.locator("button").click();
}

const other = await open();
const page = await open();
await page.locator("span", { hasText: "connected over websocket" }).waitFor();
for (const text of ["hello", ""]) {
  const lines = await page.locator("li").count();
  await say(page, text);
  await page.locator("li").nth(lines).waitFor();
  console.log("mine:", await page.locator("li").nth(lines).textContent());
}
await other.locator("li").first().waitFor();
console.log("other:", (await other.locator("li").allTextContents()).join("; "));

// Step 3.
await page.context().setOffline(true);
await page.locator("span", { hasText: "no connection" }).waitFor();
await say(page, "from afar");
await say(other, "to afar");
await page.context().setOffline(false);
await page.locator("li", { hasText: "to afar" }).waitFor();
await other.locator("li", { hasText: "from afar" }).waitFor();
for (const over of ["sse", "polling"]) {
  const third = await open("?over=" + over);
  await say(third, "over " + over);
  await other.locator("li", { hasText: "over " + over }).waitFor();
  console.log("state:", await third.locator("span").textContent());
  await third.close();
}
console.log("other, at last:", (await other.locator("li").allTextContents()).map((line) => line.replace(/^\d+\. /, "")).join("; "));
await browser.close();
