// module.js: the library for bundlers and Node, with what exists there beside what pages have.

import io, { SSE } from './index.js';
import { WS } from './websocket.js';
import { Polling } from './polling.js';
import { extend, inherit } from './env.js';

/** Polling by fetch also where there is XMLHttpRequest. */
export function Fetch(engine) {
  Polling.call(this, engine);
}
inherit(Fetch, Polling, { fetch_: true });
Fetch.of_ = Polling.of_;

extend(io, { Fetch: Fetch, NodeXHR: Polling, NodeWebSocket: WS });

export * from './index.js';
export { io as default, WS as NodeWebSocket, Polling as NodeXHR };
