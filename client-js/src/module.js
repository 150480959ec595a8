// module.js: the library for bundlers and Node, with what exists there beside what pages have.

import io from './index.js';
import { WS } from './websocket.js';
import { Polling } from './polling.js';
import { extend } from './env.js';
import { transport } from './transport.js';

/** Polling by fetch also where there is XMLHttpRequest. */
export var Fetch = transport(Polling.of_, extend({ fetch_: true }, Polling.prototype));

extend(io, { default: io, Fetch: Fetch, NodeXHR: Polling, NodeWebSocket: WS });

export * from './index.js';
export { io as default, WS as NodeWebSocket, Polling as NodeXHR };
