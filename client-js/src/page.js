// page.js: what happens to the page and its network.

import { nothing, root } from './env.js';
import { end } from './engine.js';
import { hurry } from './attach.js';
import { forgive } from './memory.js';
import { freeze, thaw, vanish } from './leave.js';

/**
 * Tells the session what happens to its page.
 * @param {Engine} s
 * @returns {function(): void} stops that
 */
export function watch(s) {
  var listeners = {
    online: function () {
      forgive(s.memory_);
      hurry(s);
    },
    offline: function () {
      // A session of the base ends with its connection: better now than after the next ping.
      if (s.stock_ && s.hostname != 'localhost') end(s, 'transport close', { description: 'network connection lost' });
    },
    visibilitychange: function () { if (!document.hidden) hurry(s); },
    // A page that may be restored comes back to its session.
    pagehide: function (e) { (e.persisted ? freeze : vanish)(s); },
    pageshow: function (e) { if (e.persisted) thaw(s); }
  };
  if (!root.document) return nothing;
  if (s.opts.closeOnBeforeunload) listeners.beforeunload = function () { vanish(s); };
  function all(method) {
    for (var event in listeners) (event == 'visibilitychange' ? document : root)[method](event, listeners[event], false);
  }
  all('addEventListener');
  return function () { all('removeEventListener'); };
}
