// Somebody who uses the chat.

import { Visitor } from "./visitor.mjs";

export class ChatVisitor extends Visitor {
  // ---- what a visitor does

  async enter(name) {
    await this.page.getByLabel("Your name", { exact: true }).fill(name);
    await this.page.getByRole("button", { name: "Come in" }).click();
  }

  async say(text) {
    await this.#enter("Message", text);
  }

  writes(text) {
    return this.page.getByLabel("Message", { exact: true }).pressSequentially(text);
  }

  async openRoom(name) {
    await this.#drawer("Rooms", () => this.page.getByRole("link", { name: new RegExp(`^${name}\\b`) }).click());
    await this.page.getByRole("heading", { name, exact: true }).waitFor();
  }

  async newRoom(name) {
    await this.#drawer("Rooms", () => this.#enter("Name of a new room", name));
  }

  async rename(name) {
    await this.page.getByRole("button", { name: "Change your name" }).click();
    await this.page.getByLabel("Your name", { exact: true }).fill(name);
    await this.page.getByRole("button", { name: "Save" }).click();
    await this.undisturbed();
  }

  // undisturbed waits until no dialog is open: behind one, fields can be filled but not
  // focused, and when it closes the focus moves.
  undisturbed() {
    return this.page.locator("dialog[open]").waitFor({ state: "detached" });
  }

  // #enter fills a field and presses Enter in it, wherever the focus is.
  async #enter(label, text) {
    await this.undisturbed();
    const field = this.page.getByLabel(label, { exact: true });
    await field.fill(text);
    await field.press("Enter");
  }

  async #drawer(name, action) {
    const button = this.page.getByRole("button", { name, exact: true });
    if (await button.isVisible()) await button.click();
    await action();
  }

  // ---- what a visitor sees; each resolves when it is to be seen

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
}
