// sse.js: the SSE transport for the official client as a module of Node, whatever its version.

import SSE from "./dist/everwire-sse.js";

export { SSE, SSE as default };
