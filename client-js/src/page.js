// page.js: what happens to the page and its network.

import { root } from './env.js';

/**
 * Tells the session what happens to its page.
 * @param {Engine} s
 * @returns {function(): void} stops that
 */
export function watch(s) {
  var listening = [];
  function on(target, event, f) {
    if (!target || !target.addEventListener) return;
    target.addEventListener(event, f, false);
    listening.push(function () { target.removeEventListener(event, f, false); });
  }
  if (typeof document != 'undefined') {
    on(root, 'online', function () { s.hurry_(); });
    on(root, 'offline', function () {
      // A session of the base ends with its connection: better now than after the next ping.
      if (s.stock_ && s.hostname != 'localhost') s.end_('transport close', s.error_('network connection lost'));
    });
    on(document, 'visibilitychange', function () { if (!document.hidden) s.hurry_(); });
    on(root, 'pagehide', function (e) {
      // A page that may be restored comes back to its session.
      if (e.persisted) s.freeze_();
      else s.vanish_();
    });
    on(root, 'pageshow', function (e) { if (e.persisted) s.thaw_(); });
    if (s.opts.closeOnBeforeunload) on(root, 'beforeunload', function () { s.vanish_(); });
  }
  return function () {
    while (listening.length) listening.pop()();
  };
}
