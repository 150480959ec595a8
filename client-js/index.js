// index.js: the library as a module of Node, whatever its version.

import io from "./dist/socket.io.js";

export const { Manager, Socket, protocol, connect, WebSocket, NodeWebSocket, SSE, XHR, NodeXHR, Fetch } = io;
export { io, io as default };
