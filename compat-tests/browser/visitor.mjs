// Somebody who uses the chat in a browser of their own, and notices whatever
// goes wrong there.

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

export class Visitor {
  problems = []; // console errors, page errors, requests to elsewhere
  #settled = true; // false: requests may fail

  static async arrive(browser, options, url) {
    const v = new Visitor();
    v.context = await browser.newContext({ locale: "en-GB", ...options });
    v.context.setDefaultTimeout(20_000);
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
      if (message.type() !== "error") return;
      if (!this.#settled && /ERR_|status of 400|WebSocket connection/.test(message.text())) return;
      this.problems.push(message.text());
    });
  }

  // unsettled does something during which requests may fail: the server is
  // away, or the client drops a connection that was refused, and may ask for
  // more of it once more.
  async unsettled(run) {
    this.#settled = false;
    await run();
    this.#settled = true;
  }

  // ---- what a visitor does

  async enter(name) {
    await this.page.getByLabel("Your name", { exact: true }).fill(name);
    await this.page.getByRole("button", { name: "Come in" }).click();
  }

  async say(text) {
    await this.page.getByLabel("Message", { exact: true }).fill(text);
    await this.page.keyboard.press("Enter");
  }

  writes(text) {
    return this.page.getByLabel("Message", { exact: true }).pressSequentially(text);
  }

  async openRoom(name) {
    await this.#drawer("Rooms", () => this.page.getByRole("link", { name: new RegExp(`^${name}\\b`) }).click());
    await this.page.getByRole("heading", { name, exact: true }).waitFor();
  }

  async newRoom(name) {
    await this.#drawer("Rooms", async () => {
      await this.page.getByLabel("Name of a new room").fill(name);
      await this.page.keyboard.press("Enter");
    });
  }

  async rename(name) {
    await this.page.getByRole("button", { name: "Change your name" }).click();
    await this.page.getByLabel("Your name", { exact: true }).fill(name);
    await this.page.getByRole("button", { name: "Save" }).click();
  }

  async #drawer(name, action) {
    const button = this.page.getByRole("button", { name, exact: true });
    if (await button.isVisible()) await button.click();
    await action();
  }

  // ---- what a visitor sees; each resolves when it is to be seen

  connected(transport) {
    return this.page.locator("#link.up", { hasText: transport }).waitFor({ state: "attached" });
  }

  shows(text) {
    return this.page.getByText(text).first().waitFor();
  }

  sees(...texts) {
    return Promise.all(texts.map((text) => this.message(text).waitFor()));
  }

  message(text) {
    return this.page.locator("li.message", { hasText: text });
  }

  // tick waits until a message of this visitor's own is "Sent", "Received", …
  tick(text, state) {
    return this.message(text).getByRole("img", { name: state, exact: true }).waitFor();
  }

  here(...names) {
    return this.page.waitForFunction(
      (want) => [...document.querySelectorAll("#people .name")].map((e) => e.textContent).join() === want,
      names.join(),
    );
  }

  nobodyTypes() {
    return this.page.waitForFunction(() => document.getElementById("typing").textContent === "");
  }

  unread(room, count) {
    const link = this.page.locator("#joined-rooms a", { hasText: room });
    const badge = link.locator(".badge", { hasText: String(count) });
    return count ? badge.waitFor({ state: "attached" }) : link.locator(".badge").waitFor({ state: "detached" });
  }

  // texts returns all messages in the open room.
  texts() {
    return this.page.locator("li.message .text").allTextContents();
  }

  leave() {
    return this.context.close();
  }
}
