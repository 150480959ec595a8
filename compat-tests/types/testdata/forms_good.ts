// forms_good.ts: events and calls with any number of arguments, in both directions.

import { io, type Socket } from "socket.io-client";
import type * as kinds from "./kinds.js";
import type * as uses from "./uses.js";

const socket: Socket<kinds.ServerToClientEvents, kinds.ClientToServerEvents> = io();
const small: Socket<uses.ServerToClientEvents, uses.ClientToServerEvents> = io();

socket.emit("none");
socket.emit("two", 1, "b");
socket.emit('a "quoted": name', true);
socket.emit("ask0", (answer) => {
  if (Array.isArray(answer)) console.log(answer[0]?.length);
});
socket.emit("ask", "green", (answer) => console.log(answer));
socket.emit("ask2", { any: "thing" }, { state: "closed", Error: { Message: "" } }, (answer) => {
  if (answer.error) console.log(answer.error.code);
});
for (const bytes of [new ArrayBuffer(1), new Uint8Array(1), null]) {
  socket.emit("ask3", { id: "u" }, bytes, [[], null], (answer) => console.log(answer));
}

socket.on("none", () => undefined);
socket.on("two", (a, b) => console.log(a.toFixed(), b.length));
socket.on("variable", ({ bytes }) => console.log(bytes && new Uint8Array(bytes).length));
socket.on("plain", (e) => {
  const color: "red" | "green" | "blue" = e.enums.color;
  const nested: number | undefined = e.self?.self?.tree?.[0]?.[0]?.length;
  console.log(color, nested, e.maps.colors?.red, e.maps.strings?.anything?.toFixed(), e.embedding.Tagged);
});

// The page answers.
small.on("called", (n, ack) => ack(n > 0 ? "yes" : { error: { message: "no", code: "negative", data: n } }));
small.on("called all", (ack) => ack("here"));
small.emitWithAck("answered", 1, 2).then((answer) => console.log(typeof answer === "string" ? answer : answer.error));
