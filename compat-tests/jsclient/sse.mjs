// The official client with the SSE transport class: sse.mjs <url> <fetch | EventSource>. It prints what was wrong, as JSON.
import { io } from "socket.io-client";
import { SSE } from "../../client-js/sse.js";
import { exchange, once } from "./ssecase.mjs";

// A small EventSource, as a package would bring it: like that of browsers, but that it does not retry.
class EventSource {
  #control = new AbortController();
  #heard = {};

  constructor(url) {
    this.#read(url).catch(() => {}).then(() => this.#control.signal.aborted || this.onerror?.({ type: "error" }));
  }

  addEventListener(type, listener) {
    this.#heard[type] = listener;
  }

  close() {
    this.#control.abort();
  }

  async #read(url) {
    let rest = "";
    const answer = await fetch(url, { signal: this.#control.signal });
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + text).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const lines = event.split("\n");
        const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const type = field("event") ?? "message";
        const e = { type, data: field("data") ?? "", lastEventId: field("id") ?? "" };
        if (this.#control.signal.aborted || !e.data) continue;
        (type === "message" ? this.onmessage : this.#heard[type])?.(e);
      }
    }
  }
}

const [url, way] = process.argv.slice(2);
const options = { transports: [SSE], forceNew: true, reconnectionDelay: 10, ...(way === "EventSource" && { EventSource }) };
const result = await exchange(io, url, options, (x) => Buffer.isBuffer(x) && x.toString("hex"));

// No such server: the error is one, and the client goes on trying.
const lost = io("http://127.0.0.1:1", options);
const [err] = await once(lost, "connect_error");
if (err.message !== "sse error" || err.type !== "TransportError") result.wrong.push(`error: ${err}`);
await once(lost, "connect_error");
lost.disconnect();
console.log(JSON.stringify(result));
