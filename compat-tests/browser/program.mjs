// An example as a child process, and a wire to it that can be cut.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import net from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

// artifacts returns the folder for screenshots: artifacts/, or what ARTIFACTS names.
export async function artifacts() {
  const folder = process.env.ARTIFACTS ?? fileURLToPath(new URL("../../artifacts", import.meta.url));
  await mkdir(folder, { recursive: true });
  return folder;
}

// build makes a fresh binary of an example, and returns its path and how to remove it.
export async function build(name) {
  const dir = await mkdtemp(join(tmpdir(), `everwire-${name}-`));
  const binary = join(dir, name);
  await promisify(execFile)("go", ["build", "-o", binary, "./" + name], { cwd: examples });
  return { binary, remove: () => rm(dir, { recursive: true }) };
}

// running starts a binary for as long as the test lasts.
export async function running(t, binary) {
  const program = new Program(binary);
  await program.start();
  t.after(() => program.remove());
  return program;
}

// stopwatch returns what to call when something is done: the test tells how long it took.
export function stopwatch(t) {
  let begin = Date.now();
  return (what) => {
    t.diagnostic(`${what}: ${Date.now() - begin} ms`);
    begin = Date.now();
  };
}

// A Program runs a binary in a folder of its own, on a free port, and keeps both when it
// is started again.
export class Program {
  #binary;
  #folder;
  #process;
  port = 0;

  constructor(binary) {
    this.#binary = binary;
  }

  get url() {
    return `http://localhost:${this.port}/`;
  }

  // start resolves when the program listens.
  async start() {
    this.#folder ??= await mkdtemp(join(tmpdir(), "everwire-run-"));
    const env = { ...process.env, HOST: "localhost", PORT: String(this.port) };
    this.#process = spawn(this.#binary, { cwd: this.#folder, env, stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: this.#process.stdout })) {
      const found = line.match(/^\w+: http:\/\/localhost:(\d+)\/$/);
      if (found) {
        this.port = Number(found[1]);
        return;
      }
    }
    throw new Error("the program ended before it listened");
  }

  // stop ends the program as an operator would, and returns its exit code.
  async stop(signal = "SIGTERM") {
    if (!this.#process || this.#process.exitCode !== null) return this.#process?.exitCode;
    const gone = once(this.#process, "exit");
    this.#process.kill(signal);
    const [code] = await gone;
    return code;
  }

  async remove() {
    await this.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true });
  }
}

// A Wire leads to a program, and can be cut.
export class Wire {
  #ends = new Set();
  #cut = false;
  #server;

  static async to(program) {
    const wire = new Wire();
    wire.#server = net.createServer((near) => wire.#join(near, program.port)).listen(0, "localhost");
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
