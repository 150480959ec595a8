// index.js: what the library is.

import { Manager } from './manager.js';
import { Socket } from './socket.js';
import { Engine } from './engine.js';
import { protocol } from './sio.js';
import { WS } from './websocket.js';
import { SSE } from './sse.js';
import { Polling } from './polling.js';
import { extend } from './env.js';
import { parseURI, decodeQuery } from './url.js';
import { notes } from './attach.js';

/** Managers by server and path. */
var managers = {};

/**
 * Connects to a namespace of a server.
 * @param {string|Object=} uri server and namespace, such as "https://app.example/chat"; default the page's server
 * @param {Object=} opts
 * @returns {Socket}
 */
export function io(uri, opts) {
  if (uri && typeof uri == 'object') {
    opts = uri;
    uri = undefined;
  }
  opts = opts || {};
  var at = parseURI(uri, opts), nsp = at.path, host = at.hostname;
  var server = 'http' + (at.secure ? 's' : '') + '://' + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + at.port;
  var id = server + (opts.path || '/socket.io'), m = managers[id];
  if (at.query && !opts.query) opts.query = decodeQuery(at.query);
  if (!m || opts.forceNew || opts['force new connection'] || opts.multiplex === false || nsp in m.nsps) {
    var fresh = new Manager(server, opts);
    if (m) m = fresh;
    else m = opts.forceNew || opts.multiplex === false ? fresh : managers[id] = fresh;
  }
  return m.socket(nsp, opts);
}

extend(io, {
  Manager: Manager, Socket: Socket, Engine: Engine, io: io, connect: io, protocol: protocol,
  WebSocket: WS, SSE: SSE, XHR: Polling
});
if (DEBUG) io.log = notes;

export { Manager, Socket, protocol, io as connect, io as default, WS as WebSocket, SSE, Polling as XHR };
