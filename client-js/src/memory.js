// memory.js: what is known of the way to a server: which transport got through, and which did not.

import { now, root } from './env.js';

var known = {}, lifetime = 600000;

// When a WebSocket is tried while the session is on another transport. The wait doubles with each failure, and begins anew
// once a WebSocket has lasted.
export var upwardFirst = 5000, upwardMax = 600000;

/**
 * @param {string} key
 * @returns {{failures_: Object<string, number>, up_: number, won: (string|undefined), at: number, rtt: number}}
 */
export function memoryOf(key) {
  var m = known[key];
  if (!m) {
    m = known[key] = { failures_: {}, up_: upwardFirst, key_: 'everwire' + key };
    try { // a page may have no storage
      var kept = JSON.parse(root.sessionStorage.getItem(m.key_));
      if (now() - kept.at < lifetime) {
        m.won = kept.won;
        m.rtt = kept.rtt;
        m.at = kept.at;
        m.failures_.websocket = +(m.won != 'websocket');
      }
    } catch (err) {}
  }
  if (now() - m.at > lifetime) m.won = null;
  return m;
}

/** Notes that the transport has got through, for this page and the next one. */
export function remember(m, transport) {
  m.won = transport;
  m.at = now();
  try {
    root.sessionStorage.setItem(m.key_, JSON.stringify({ won: m.won, at: m.at, rtt: m.rtt }));
  } catch (err) {}
}
