// leave.js: the client's own end of a session, and a page that goes and comes back.

import { goodbyeWait, maxPackets } from './constants.js';
import { nothing } from './env.js';
import { end, finish, stopAll, tell } from './engine.js';
import { best, isWebSocket, retry, run, suspend } from './attach.js';
import { fitting, number } from './numbers.js';
import { flush, unpause } from './transport.js';
import { post } from './uplink.js';

/** Ends the session: at once if nothing was said yet, else when what is left was said. */
export function leave(s) {
  if (s.over_ || s.closing_) return;
  s.closing_ = true;
  s.readyState = 'closing';
  s.byeT_.start_(goodbyeWait);
  farewell(s);
}

/**
 * Says goodbye, unless it must wait until more was acknowledged: what is left has to fit into one POST.
 * @param {boolean=} hurry the page goes away
 */
export function farewell(s, hurry) {
  var a = s.cur_, rest = s.kept_.length + s.waiting_.length,
    Class = best(s).filter(function (c) { return !isWebSocket(c); }).pop(), // whose POSTs the server takes
    // Nothing is on its way, and the server looks at this connection.
    quiet = a && a.k_ == s.race_.k_ && s.live_.length == 1 && !s.trial_ && !rest;
  if (s.over_) return;
  if (!hurry && s.byeT_.on_ && !s.stock_ && a && rest && !(Class && fits(s))) return flush(a);
  if (a && (s.stock_ || a.name == 'websocket' && (quiet || !Class))) {
    a.leaving_ = true;
    unpause(a);
    flush(a);
  } else if (s.id && !s.stock_ && Class) beacon(s, new Class(s), hurry);
  finish(s);
  tell(s, 'close', 'forced close');
}

/** Whether all that is left fits into a POST. */
function fits(s) {
  return s.size_ + s.queued_ < s.maxPayload * 0.9 && s.kept_.length + s.waiting_.length < maxPackets &&
    !s.waiting_.some(function (u) { return u.unread_; });
}

/** Sends all that the server may not have, and the end, in one POST. */
function beacon(s, a, hurry) {
  var list;
  s.buffer_ = Infinity;
  number(s, s.maxPayload);
  list = fitting(s, ['1'], s.maxPayload);
  post(a, s.race_.k_, list.length, list.concat('1'), nothing, hurry);
}

/** The page goes away for good. */
export function vanish(s) {
  if (s.id && (!s.stock_ || s.opts.closeOnBeforeunload)) farewell(s, true);
}

/** The page goes away, but may be restored. */
export function freeze(s) {
  if (s.stock_) return end(s, 'transport close');
  if (s.cur_) suspend(s);
  stopAll(s);
}

/** The page is back. */
export function thaw(s) {
  (s.id ? retry : run)(s);
}
