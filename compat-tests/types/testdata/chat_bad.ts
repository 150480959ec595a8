// chat_bad.ts: what a page of the chat must not do. Each line that ends with the number of an error has exactly this one.

import { io, type Socket } from "socket.io-client";
import type { ClientToServerEvents, Message, ServerToClientEvents } from "./chat.js";

const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io();

// Wrong payloads.
socket.emit("room:leave", { room: 1 }); // TS2322
socket.emit("room:leave", {}); // TS2741
socket.emit("room:leave", { room: "tea", more: 1 }); // TS2353
socket.emit("room:leave", "tea"); // TS2345
socket.emit("room:leave"); // TS2554
socket.emit("room:leave", { room: "tea" }, 1); // TS2554
socket.emit("room:leave", null); // TS2345
socket.emit("room:typing", { room: "tea", who: { id: "1" } }); // TS2741
socket.emit("message:post", { room: "tea", key: "k" }, () => undefined); // TS2741

// Wrong names and directions.
socket.emit("room:left", { room: "tea" }); // TS2345
socket.emit("welcome", { you: { id: "", name: "" }, rooms: [] }); // TS2345
socket.on("room:leave", () => undefined); // TS2345

// Wrong listeners.
socket.on("message", (m: string) => console.log(m)); // TS2345
socket.on("message", (m) => console.log(m.sender)); // TS2339
socket.on("people", (p) => console.log(p.line.length)); // TS18048
socket.on("message", (m: Message, more: number) => console.log(m, more)); // TS2345

// Wrong answers.
socket.emit("room:join", { room: "tea" }); // TS2554
socket.emit("room:join", { room: "tea" }, (answer) => console.log(answer.room)); // TS2339
socket.emit("room:join", { room: "tea" }, (answer: Message) => console.log(answer)); // TS2345
export const own: Promise<Message> = socket.emitWithAck("message:post", { room: "tea", key: "k", text: "hi" }); // TS2322
