// Firefox, driven over WebDriver BiDi.

import puppeteer from "puppeteer-core";

// launchFirefox returns the browser, and what opens a page and collects what goes wrong there.
export async function launchFirefox() {
  const firefox = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
  });
  const open = async (url, viewport = { width: 1280, height: 800 }) => {
    const problems = [];
    const page = await firefox.newPage();
    page.setDefaultTimeout(60_000);
    await page.setViewport(viewport);
    page.on("console", (m) => {
      if (["error", "warn"].includes(m.type())) problems.push(m.text());
    });
    page.on("pageerror", (err) => problems.push(String(err)));
    page.on("request", (r) => {
      const { protocol, host } = new URL(r.url());
      if (protocol !== "data:" && host !== new URL(url).host) problems.push("requested " + r.url()); // the browser has fonts of its own as data
    });
    await page.goto(url);
    return { page, problems };
  };
  return { firefox, open };
}
