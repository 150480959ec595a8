// chat_good.ts: what a page of the chat does.

import { io, type Socket } from "socket.io-client";
import type { ClientToServerEvents, ErrorAnswer, Message, Person, RoomView, ServerToClientEvents } from "./chat.js";

const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({ auth: { name: "Ann", key: "k" } });

// Events of the server, with what they carry.
socket.on("welcome", (lobby) => {
  const you: Person = lobby.you;
  const names: string[] = lobby.rooms.map((room) => room.name);
  console.log(you.id.length, names);
});
socket.on("people", ({ here, line }) => console.log(here.length, line?.toUpperCase()));
socket.once("message", (m: Message) => console.log(m.from.name, m.id + 1));
socket.on("room:typing", (note) => console.log(note.room, note.who?.name));
socket.off("message:ticks", (ticks) => console.log(ticks.ids?.length));
socket.on("connect", () => undefined);
socket.on("disconnect", (reason) => console.log(reason.length));
socket.onAny((name: string) => console.log(name));

// Events of the page.
socket.emit("room:leave", { room: "tea" });
socket.emit("room:typing", { room: "tea" });
socket.emit("room:typing", { room: "tea", who: { id: "1", name: "Ann" } });
socket.volatile.emit("message:received", { room: "tea", id: 1 });

// Calls, whose answer may be an error.
function failed(answer: object): answer is ErrorAnswer {
  return "error" in answer;
}
socket.emit("room:join", { room: "tea" }, (answer) => {
  if ("error" in answer) {
    const code: string | undefined = answer.error.code;
    console.log(code, answer.error.message.length, answer.error.data);
    return;
  }
  const view: RoomView = answer;
  console.log(view.messages.length);
});
socket.timeout(1000).emit("name:change", { name: "Bo" }, (err: Error, answer) => {
  if (!err && !failed(answer)) console.log(answer.name);
});
async function post(): Promise<Message | undefined> {
  const answer = await socket.timeout(1000).emitWithAck("message:post", { room: "tea", key: "k", text: "hello" });
  return failed(answer) ? undefined : answer;
}
void post();
