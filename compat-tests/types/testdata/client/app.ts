// A chat as one is written against the official client: its store, its way to log in, its calls with answers.

import client, { connect, io, Manager, protocol, Socket } from "PACKAGE";
import type { DisconnectDescription, ExtendedError, ManagerOptions, SocketOptions } from "PACKAGE";
import type { ClientToServer, Message, Result, ServerToClient } from "./events.js";

type Chat = Socket<ServerToClient, ClientToServer>;
type Status = "connecting" | "online" | "offline" | { refused: string };

const defaults: Partial<ManagerOptions & SocketOptions> = {
  path: "/socket.io/",
  autoConnect: false,
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  upgrade: true,
  rememberUpgrade: true,
  reconnection: true,
  reconnectionAttempts: Infinity,
  reconnectionDelay: 500,
  reconnectionDelayMax: 5_000,
  randomizationFactor: 0.5,
  timeout: 10_000,
  requestTimeout: 5_000,
  withCredentials: true,
  extraHeaders: { "x-app": "chat" },
  query: { version: 3, locale: "en" },
  closeOnBeforeunload: false,
  forceBase64: false,
  timestampRequests: true,
  timestampParam: "t",
  rejectUnauthorized: false,
  ackTimeout: 10_000,
  retries: 2,
};

export class Store {
  readonly messages = new Map<number, Message>();
  status: Status = "connecting";
  private readonly socket: Chat;
  private readonly listeners = new Set<(status: Status) => void>();

  constructor(url: string | undefined, token: () => Promise<string>) {
    this.socket = io(url, {
      ...defaults,
      auth: (give) => {
        token().then((t) => give({ token: t }), () => give({}));
      },
    });
    this.socket
      .on("connect", () => this.change("online"))
      .on("connect_error", (err) => {
        const data: unknown = err.data;
        if (!this.socket.active) this.change({ refused: err.message + String(data) });
      })
      .on("disconnect", this.lost)
      .on("message", (message) => this.messages.set(message.id, message))
      .on("typing", (who, on) => console.log(who.toUpperCase(), on ? "types" : "rests"))
      .on("presence", (online) => console.log(online.length))
      .on("ping_me", (answer) => answer(Date.now()))
      .on("bytes", (data) => console.log(data.byteLength));
    this.socket.io.on("reconnect_attempt", (n) => console.log(n.toFixed()));
    this.socket.io.on("reconnect", (n) => console.log(n.toFixed()));
    this.socket.io.on("reconnect_error", (err) => console.log(err.message));
    this.socket.io.on("reconnect_failed", () => this.change("offline"));
    this.socket.io.on("error", (err) => console.log(err.message));
    this.socket.io.on("ping", () => {});
    this.socket.onAny((event: string, ...args: any[]) => console.debug("<", event, args));
    this.socket.onAnyOutgoing((event: string, ...args: unknown[]) => console.debug(">", event, args));
  }

  private lost = (reason: Socket.DisconnectReason, details?: DisconnectDescription) => {
    this.change("offline");
    if (details instanceof Error) console.warn(details.message);
    else if (details) console.warn(details.description, details.context);
    switch (reason) {
      case "io server disconnect":
        this.socket.connect();
        break;
      case "io client disconnect":
      case "ping timeout":
      case "transport close":
      case "transport error":
      case "parse error":
        break;
    }
  };

  private change(status: Status) {
    this.status = status;
    for (const f of this.listeners) f(status);
  }

  subscribe(f: (status: Status) => void): () => void {
    this.listeners.add(f);
    return () => void this.listeners.delete(f);
  }

  async say(room: string, text: string): Promise<Message> {
    const result: Result<Message> = await this.socket.timeout(5_000).emitWithAck("say", room, text);
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }

  history(room: string): Promise<Message[]> {
    return new Promise((resolve, reject) => {
      this.socket.timeout(1_000).emit("history", room, null, (err, messages, more) => {
        if (err) return reject(err);
        const last: boolean = !more;
        resolve(last ? messages : messages.slice(0, 50));
      });
    });
  }

  upload(name: string, data: Blob, done: (url: string) => void) {
    this.socket.emit("upload", name, data, (err, url) => {
      if (!err && url) done(url);
    });
  }

  typing(room: string, on: boolean) {
    this.socket.volatile.emit("typing", room, on);
    this.socket.volatile.compress(false).emit("typing", room, on);
  }

  open(): this {
    this.socket.connect();
    const { engine } = this.socket.io;
    console.log(engine.transport.name, engine.id, engine.readyState);
    engine.once("upgrade", (transport) => console.log(transport.name.length));
    engine.on("packet", ({ type, data }) => console.log(type, data));
    engine.on("packetCreate", ({ type, data }) => console.log(type, data));
    engine.on("drain", () => {});
    engine.on("close", (reason) => console.log(reason.length));
    return this;
  }

  close() {
    this.socket.off("message").off("disconnect", this.lost);
    this.socket.offAny();
    this.socket.offAnyOutgoing();
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }
}

/** Waits for one event, whatever its type. */
export function once<E extends keyof ServerToClient>(socket: Chat, event: E): Promise<Parameters<ServerToClient[E]>> {
  return new Promise((resolve) => socket.once<any>(event, (...args: any) => resolve(args)));
}

// Several namespaces over one connection.
const manager = new Manager("https://chat.example", { ...defaults, multiplex: true, parser: undefined });
const admin: Socket = manager.socket("/admin", { auth: { token: "t" } });
admin.on("anything", (a, b) => console.log(a.deep.member, b));
admin.emit("whatever", 1, "two", { three: [3] }, (answer: string) => console.log(answer));
admin.send("hello").connect().compress(true).emit("x");
admin.auth = { token: "other" };
(admin.auth as { token: string }).token = "third";
manager.reconnectionDelay(100).reconnectionDelayMax(1_000).randomizationFactor(0).timeout(3_000).reconnection(false);
const delay: number = manager.reconnectionDelay();
manager.open((err) => console.log(err?.message));
manager.engine.close();

// Without types of events, in all the ways in which a client is made.
const plain: Socket[] = [io(), io("/chat"), io({ forceNew: true }), connect("https://a.example"), client("/c", { query: { a: 1 } })];
for (const s of plain) {
  const flags: boolean[] = [s.connected, s.disconnected, s.active, s.recovered];
  const id: string | undefined = s.id;
  console.log(flags, id, s.listeners("x").length, s.hasListeners("x"), s.listenersAny().length, s.sendBuffer.length, s.receiveBuffer.length);
}
const made: ReturnType<typeof io> = io();
const failure: (err: ExtendedError) => void = (err) => console.log(err.data, err.message);
made.on("connect_error", failure);
console.log(protocol.toFixed(), delay, new Socket(manager, "/own", { auth: {} }).active);
