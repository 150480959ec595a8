// One connected client in a process of its own, to be stopped or killed. When it prints its id it is connected, and
// with long-polling its next request is on the way: the round trip to another server outlasts the writing of it.
import { control, mode, next, open } from "./harness.mjs";

const socket = await open();
if (mode === "polling") await next(socket.io.engine.transport, "poll");
await fetch(control);
console.log(socket.id);
