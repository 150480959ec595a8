// forms_bad.ts: wrong uses of the forms. Each line that ends with the number of an error has exactly this one.

import { io, type Socket } from "socket.io-client";
import type * as kinds from "./kinds.js";
import type * as uses from "./uses.js";

const socket: Socket<kinds.ServerToClientEvents, kinds.ClientToServerEvents> = io();
const small: Socket<uses.ServerToClientEvents, uses.ClientToServerEvents> = io();

socket.emit("none", 1); // TS2554
socket.emit("two", 1); // TS2554
socket.emit("two", "b", 1); // TS2345
socket.emit("ask", "yellow", () => undefined); // TS2345
socket.emit("ask2", 1, { state: "open", Error: { Message: "" } }, () => undefined); // TS2322
socket.emit("ask3", { id: "u" }, "bytes", null, () => undefined); // TS2345
socket.emit("ask3", { id: "u" }, [1, 2], null, () => undefined); // TS2345
socket.on("plain", (e) => console.log(e.self.int)); // TS18047
socket.on("plain", (e) => console.log(e.any.length)); // TS18046
socket.on("plain", (e) => console.log(e.hidden)); // TS2339
socket.on("variable", (l) => console.log(l.bytes.byteLength)); // TS18047
socket.on("variable", (l) => console.log(l.left.byteLength)); // TS18048

small.on("called", (n, ack) => ack(n)); // TS2345
small.on("called", (n, ack) => ack({ error: { code: "c" } })); // TS2741
small.emit("called", 1, () => undefined); // TS2345
small.on("handled", () => undefined); // TS2345
small.emit("handled", "1"); // TS2345
