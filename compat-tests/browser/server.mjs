// The chat of examples/chat as a child process.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import net from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

// buildChat returns the path of a fresh binary, and how to remove it.
export async function buildChat() {
  const dir = await mkdtemp(join(tmpdir(), "everwire-chat-"));
  const binary = join(dir, "chat");
  await promisify(execFile)("go", ["build", "-o", binary, "./chat"], { cwd: examples });
  return { binary, remove: () => rm(dir, { recursive: true }) };
}

// A Chat runs the binary on a free port, and keeps the port when restarted.
export class Chat {
  #binary;
  #process;
  port = 0;

  constructor(binary) {
    this.#binary = binary;
  }

  get url() {
    return `http://localhost:${this.port}/`;
  }

  // start resolves when the chat listens.
  async start() {
    const env = { ...process.env, HOST: "localhost", PORT: String(this.port) };
    this.#process = spawn(this.#binary, { cwd: examples, env, stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: this.#process.stdout })) {
      const found = line.match(/^Chat: http:\/\/localhost:(\d+)\/$/);
      if (found) {
        this.port = Number(found[1]);
        return;
      }
    }
    throw new Error("the chat ended before it listened");
  }

  // stop ends the chat as an operator would, and returns its exit code.
  async stop() {
    if (!this.#process || this.#process.exitCode !== null) return this.#process?.exitCode;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const [code] = await gone;
    return code;
  }
}

// A Wire leads to a chat, and can be cut.
export class Wire {
  #ends = new Set();
  #cut = false;
  #server;

  static async to(chat) {
    const wire = new Wire();
    wire.#server = net.createServer((near) => wire.#join(near, chat.port)).listen(0, "localhost");
    await once(wire.#server, "listening");
    return wire;
  }

  get url() {
    return `http://localhost:${this.#server.address().port}/`;
  }

  #join(near, port) {
    if (this.#cut) return near.destroy();
    const far = net.connect(port, "localhost");
    for (const [end, other] of [[near, far], [far, near]]) {
      this.#ends.add(end);
      end.pipe(other);
      end.on("error", () => {});
      end.on("close", () => {
        this.#ends.delete(end);
        other.destroy();
      });
    }
  }

  cut() {
    this.#cut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend() {
    this.#cut = false;
  }

  remove() {
    this.cut();
    this.#server.close();
  }
}
