// memory.js: what is known of the way to a server: which transport got through, and which did not.

import { lifetime, upwardFirst } from './constants.js';
import { now, root } from './env.js';

var known = {};

/**
 * @param {string} key
 * @returns {{failures_: Object<string, number>, up_: number, kept_: {won: (string|undefined), at: number, rtt: number}}}
 *   kept_ is what the next page shall know, too
 */
export function memoryOf(key) {
  var m = known[key], kept;
  if (!m) {
    m = known[key] = { up_: upwardFirst, kept_: {} };
    forgive(m);
    try { // a page may have no storage
      kept = JSON.parse(root.sessionStorage.getItem('everwire' + key));
      if (now() - kept.at < lifetime) {
        m.kept_ = kept;
        m.failures_.websocket = +(kept.won != 'websocket');
      }
    } catch (err) {}
  }
  if (now() - m.kept_.at > lifetime) m.kept_.won = null;
  return m;
}

/** Forgets what has failed: the network is another one. */
export function forgive(m) {
  m.failures_ = { websocket: 0, sse: 0, polling: 0 };
}

/** Notes that the transport has got through, for this page and the next one. */
export function remember(s, transport) {
  var kept = s.memory_.kept_;
  kept.won = transport;
  kept.at = now();
  try {
    root.sessionStorage.setItem('everwire' + s.path_, JSON.stringify(kept));
  } catch (err) {}
}
