// What the official servers share: where they listen, and the plain HTTP server beside them, which the features ask
// what happened and what to do.
import http from "node:http";
import { once } from "node:events";

// listen returns the port.
export async function listen(server, port = 0) {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

export function address(port) {
  return `http://127.0.0.1:${port}`;
}

// serveControl starts the server beside the others and prints the addresses: of the first, its own, of the rest.
// answer gets the path and the query, and returns what is sent back as JSON. The process ends with its standard input.
export async function serveControl(answer, first, ...rest) {
  const control = http.createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url, "http://localhost");
    res.end(JSON.stringify((await answer(pathname, searchParams)) ?? {}));
  });
  const port = await listen(control);
  console.log([first, address(port), ...rest].join(" "));
  process.stdin.on("end", () => process.exit(0)).resume();
}

// ownRooms are the rooms that a socket has joined itself.
export function ownRooms(socket) {
  return [...socket.rooms].filter((room) => room !== socket.id).sort();
}
