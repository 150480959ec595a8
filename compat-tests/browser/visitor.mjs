// Somebody who uses an example in a browser of their own, and notices whatever goes wrong
// there.

import { join } from "node:path";

import { chromium } from "playwright-core";

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const desktop = { viewport: { width: 1280, height: 800 }, colorScheme: "dark" };
export const phone = { viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// The ways that tests go: what the page's address asks for, what is in use then, and what is
// in use after trouble.
export const ways = [
  { title: "whatever gets through first", query: "", transport: "websocket", after: undefined },
  { title: "over WebSocket alone", query: "?transport=websocket", transport: "websocket", after: "websocket" },
  { title: "over SSE alone", query: "?transport=sse", transport: "sse", after: "sse" },
  { title: "over polling alone", query: "?transport=polling", transport: "polling", after: "polling" },
];

// What Chromium says when the page itself closes a WebSocket that is not open yet: on a busy
// machine another leg of the race was first.
const givenUp = /WebSocket is closed before the connection is established/;

export class Visitor {
  problems = []; // console errors, page errors, requests to elsewhere
  #settled = true; // false: requests may have failed

  static async arrive(browser, options, url) {
    const v = new this();
    v.context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
    v.context.setDefaultTimeout(60_000);
    v.page = await v.context.newPage();
    v.#watch(new URL(url).host);
    await v.page.goto(url);
    return v;
  }

  #watch(host) {
    const elsewhere = (address) => {
      if (new URL(address).host !== host) this.problems.push("requested " + address);
    };
    this.page.on("request", (r) => elsewhere(r.url()));
    this.page.on("websocket", (w) => elsewhere(w.url()));
    this.page.on("pageerror", (err) => this.problems.push(String(err)));
    this.page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      if (givenUp.test(message.text())) return;
      if (!this.#settled && /ERR_|status of (400|50[234])|WebSocket connection/.test(message.text())) return;
      this.problems.push(message.text());
    });
  }

  // unsettled does something that makes requests fail, from then on: the server is away, or
  // a connection is cut. The browser tells of it in its own time.
  unsettled(run) {
    this.#settled = false;
    return run();
  }

  // ---- the bar above the page

  // connected waits until the session is on a connection, of that transport if one is named.
  connected(transport) {
    const over = transport ? `[data-transport=${transport}]` : "";
    return this.page.locator(`#wire[data-state=up]${over}`).waitFor();
  }

  // cut has the server cut this page's connection, and waits until the session goes on.
  async cut() {
    const acts = Number(await this.page.locator("#wire").getAttribute("data-acts"));
    await this.unsettled(async () => {
      await this.press("Cut");
      await this.page.locator(`#wire[data-acts="${acts + 1}"]`).waitFor();
      await this.connected();
    });
  }

  // press presses a button of the bar.
  async press(name) {
    const more = this.page.getByRole("button", { name: "Network" });
    const folded = await more.isVisible();
    if (folded) await more.click();
    await this.page.locator("#wire-tools").getByRole("button", { name, exact: true }).click();
    if (folded) await more.click();
  }

  // cards takes the pictures for the example's card in the gallery, light and dark;
  // pictures.mjs puts them there.
  async cards(folder, name) {
    const viewport = this.page.viewportSize();
    await this.page.setViewportSize({ width: 1160, height: 725 });
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme });
      // A canvas takes a moment to follow.
      await this.page.evaluate(async () => {
        for (let i = 0; i < 15; i++) await new Promise(requestAnimationFrame);
      });
      const path = join(folder, `${name}-${colorScheme}.jpg`);
      await this.page.screenshot({ path, type: "jpeg", quality: 75, animations: "disabled" });
    }
    await this.page.setViewportSize(viewport);
  }

  // fits throws if something of the page sticks out to the right. On a phone the page's own
  // innerWidth would grow with what sticks out.
  async fits() {
    const { width } = this.page.viewportSize();
    const out = await this.page.evaluate((width) => {
      const scrolls = (e) => e && e !== document.body && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
      const sticks = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().right > width + 1;
      const parts = [...document.querySelectorAll("h1, h2, a, button, input, textarea")].filter((e) => sticks(e) && !scrolls(e.parentElement));
      const names = parts.map((e) => e.textContent || e.id || e.tagName);
      return document.documentElement.scrollWidth > width ? ["the page", ...names] : names;
    }, width);
    if (out.length) throw new Error(`${this.page.url()} at ${width} pixels: ${out.join(", ")}: sticks out`);
    return true;
  }

  // squeeze looks whether the page fits the smallest screens.
  async squeeze() {
    const viewport = this.page.viewportSize();
    await this.page.setViewportSize({ width: 320, height: 568 });
    await this.fits();
    await this.page.setViewportSize(viewport);
  }

  shows(text) {
    return this.page.getByText(text).first().waitFor();
  }

  leave() {
    return this.context.close();
  }
}
