// How long it takes from the call of io to the first event of the server.
"use strict";

let measured; // promise of milliseconds, or of null if there was no event in time

function measure(options, limit) {
  measured = new Promise((done) => {
    const began = performance.now();
    const socket = io(options);
    socket.on("hello", () => done(performance.now() - began));
    setTimeout(() => done(null), limit);
  });
}
