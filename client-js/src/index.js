// index.js: what the library is.

import { socketProtocol } from './constants.js';
import { Manager } from './manager.js';
import { Socket } from './socket.js';
import { Engine } from './engine.js';
import { WS } from './websocket.js';
import { SSE } from './sse.js';
import { Polling } from './polling.js';
import { extend, isObject } from './env.js';
import { parseURI } from './url.js';
import { notes, start } from './attach.js';

/** Managers by server and path. */
var managers = {};

/**
 * Connects to a namespace of a server.
 * @param {string|Object=} uri server and namespace, such as "https://app.example/chat"; default the page's server
 * @param {Object=} opts
 * @returns {Socket}
 */
export function io(uri, opts) {
  var at, server, id, m;
  if (isObject(uri)) {
    opts = uri;
    uri = null;
  }
  opts = opts || {};
  at = parseURI(uri, opts);
  server = 'http' + at.origin;
  id = server + (opts.path || '/socket.io');
  m = managers[id];
  opts.query = opts.query || at.query;
  if (opts.forceNew || opts.multiplex === false || m && m.nsps[at.path]) m = new Manager(server, opts);
  else m = managers[id] = m || new Manager(server, opts);
  return m.socket(at.path, opts);
}

extend(io, {
  Manager: Manager, Socket: Socket, Engine: Engine, io: io, connect: io, protocol: socketProtocol,
  WebSocket: WS, SSE: SSE, XHR: Polling
});
if (DEBUG) {
  io.log = notes;
  /** Moves the session to another transport, given by its class: for tests of what an application cannot see. */
  Engine.prototype.start_ = function (Class) { start(this, Class); };
}

/** The version of the protocol. */
export var protocol = socketProtocol;

export { Manager, Socket, io as connect, io as default, WS as WebSocket, SSE, Polling as XHR };
