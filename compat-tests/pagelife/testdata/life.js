// A page that exchanges numbers with its server, and counts what becomes of them: /life?transports=sse,polling.
"use strict";

const life = {
  connects: 0, disconnects: [], suspends: 0, resumes: 0, restored: 0, sent: 0, received: 0, wrong: 0,
  heard: 0, // what the server has got, as far as it has told

  mark() {
    life.marked = [life.received, life.heard];
  },
  moved() {
    return life.received > life.marked[0] + 1 && life.heard > life.marked[1] + 1;
  },
  async stop() {
    clearInterval(life.ticking);
    const [serverSent, serverGot, serverWrong] = await new Promise((done) => life.socket.emit("stop", (...counts) => done(counts)));
    return { ...life, socket: undefined, transport: life.transport(), serverSent, serverGot, serverWrong };
  },
  transport() {
    return life.socket.io.engine.transport?.name;
  },
};

const transports = new URLSearchParams(location.search).get("transports");
const socket = life.socket = io(transports ? { transports: transports.split(",") } : {});
socket.on("connect", () => life.connects++);
socket.on("disconnect", (reason) => life.disconnects.push(reason));
socket.on("down", (n, heard) => {
  if (n !== life.received) life.wrong++;
  life.received++;
  life.heard = heard;
});
socket.io.on("suspend", () => life.suspends++);
socket.io.on("resume", () => life.resumes++);
addEventListener("pageshow", (e) => { if (e.persisted) life.restored++; });
life.ticking = setInterval(() => socket.emit("up", life.sent++), 20);
