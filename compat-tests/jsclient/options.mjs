// One bundled client whose options are those of Node: options.mjs <url> headers|unref ws|global. It prints a line of JSON,
// and ends by itself.
import { createRequire } from "node:module";
import ws from "ws";

const io = createRequire(import.meta.url)("../../client-js/dist/socket.io.js");
const [url, what, from] = process.argv.slice(2);
const own = from === "ws" ? { WebSocket: ws } : {};
const options = what === "headers" ? { extraHeaders: { "X-Token": "secret" }, reconnection: false } : { autoUnref: true };
const socket = io(url, { transports: ["websocket"], ...own, ...options });
const busy = setInterval(() => {}, 1000); // what the application does otherwise
for (const event of ["connect", "connect_error"]) {
  socket.once(event, () => {
    console.log(JSON.stringify({ event }));
    clearInterval(busy);
  });
}
