// upward.js: from another transport to a WebSocket.

import { upwardFirst, upwardMax } from './constants.js';
import { alive, best, enlist, isWebSocket, kill, note, patience } from './attach.js';
import { flush, pause, unpause } from './transport.js';

/** Has a WebSocket tried later, if the session is on another transport. */
export function planUpward(s) {
  if (s.cur_ && s.cur_.name != 'websocket' && s.opts.upgrade !== false && !s.upT_.on_ && best(s).some(isWebSocket)) {
    // The first time nothing speaks against it.
    s.upT_.start_(s.memory_.failures_.websocket ? s.memory_.up_ : 0);
  }
}

/** Opens a WebSocket that attaches nothing until it was proved. */
export function tryUpward(s) {
  var a;
  if (s.trial_ || !s.cur_ || s.cur_.name == 'websocket') return;
  if (s.live_.length > 1) return s.upT_.start_(upwardFirst); // another attachment is under way
  a = s.trial_ = new (best(s).filter(isWebSocket)[0])(s);
  s.emitReserved('upgrading', a);
  a.openT_.start_(patience(s));
  a.run_();
}

export function trialFailed(a, err) {
  var s = a.engine_, m = s.memory_;
  m.failures_.websocket++;
  m.up_ = Math.min(2 * m.up_, upwardMax);
  if (DEBUG) note('no WebSocket');
  kill(a);
  s.emitReserved('upgradeError', err);
  if (s.cur_) unpause(s.cur_);
  planUpward(s);
}

/** Makes a trial that was proved the newest attachment. */
export function promote(a) {
  var s = a.engine_;
  function go() {
    if (a.dead_) return;
    s.trial_ = null;
    a.dueAttach_ = true;
    if (s.stock_) replace(a);
    else {
      enlist(a, patience(s));
      s.retryT_.stop_();
    }
    flush(a);
  }
  // What a POST under way has would be refused, and sent again.
  if (s.cur_) pause(s.cur_, go);
  else go();
}

/** A session of the base goes on over a. */
function replace(a) {
  var s = a.engine_;
  a.openT_.stop_();
  kill(s.cur_);
  s.live_ = [s.cur_ = a];
  a.opened_ = true;
  alive(a);
  s.emitReserved('upgrade', a);
}
