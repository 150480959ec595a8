// start.mjs <url>: two windows of the page of docs/start.md. Prints what they show.
import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function open() {
  const page = await browser.newPage();
  page.on("pageerror", (err) => console.log("error:", String(err)));
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await page.locator("span", { hasText: "connected" }).waitFor();
  return page;
}

const other = await open();
const page = await open();
console.log("state:", await page.locator("span").textContent());
for (const text of ["hello", ""]) {
  const lines = await page.locator("li").count();
  await page.locator("input").fill(text);
  await page.locator("button").click();
  await page.locator("li").nth(lines).waitFor();
  console.log("mine:", await page.locator("li").nth(lines).textContent());
}
await other.locator("li").first().waitFor();
console.log("other:", (await other.locator("li").allTextContents()).join("; "));
await browser.close();
