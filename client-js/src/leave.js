// leave.js: the client's own end of a session, and a page that goes and comes back.

import { formatPayload } from './eio.js';
import { root } from './env.js';
import { fitting } from './uplink.js';

var goodbyeWait = 10000, maxLeft = 900; // messages in the last POST

function unread(u) {
  return u.left_;
}

/** Methods of Engine. */
export var leaving = {
  /** Ends the session: at once if nothing was said yet, else when what is left was said. */
  leave_: function () {
    var s = this;
    if (s.closing_) return;
    s.closing_ = true;
    s.readyState = 'closing';
    s.byeT_.start_(goodbyeWait);
    s.farewell_();
  },

  /**
   * Says goodbye, unless it must wait until more was acknowledged: what is left has to fit into one POST.
   * @param {boolean=} hurry the page goes away
   */
  farewell_: function (hurry) {
    var s = this, a = s.cur_, left = s.kept_.length || s.left_(), Class = s.poster_();
    if (s.over_) return;
    if (!hurry && s.byeT_.on_ && !s.stock_ && a && left &&
      (!Class || s.size_ + s.queued > s.limit_() * 0.9 || s.kept_.length + s.waiting_.length > maxLeft || s.waiting_.some(unread))) {
      return a.flush_();
    }
    var sure = a && a.k_ == s.race_.k_ && s.live_.length == 1 && !s.trial_ && !left;
    if (a && (s.stock_ || a.name == 'websocket' && (sure || !Class))) {
      a.leaving_ = true;
      if (a.paused_) a.unpause_();
      a.flush_();
    } else if (s.id && !s.stock_ && Class) s.beacon_(Class, hurry);
    s.finish_();
    s.emitReserved('close', 'forced close');
  },

  /** The class of a transport whose POSTs the server takes, polling rather than SSE. */
  poster_: function () {
    var s = this, names = s.best_().filter(function (c) { return c != s.WS_; });
    return names.indexOf(s.Polling_) < 0 ? names[0] : s.Polling_;
  },

  /** Sends all that the server may not have, and the end, in one POST. */
  beacon_: function (Class, hurry) {
    var s = this, a = new Class(s), query, messages, body;
    s.buffer_ = Infinity;
    s.number_(s.limit_());
    messages = fitting(['1'], s.kept_, s.limit_(), true);
    query = a.sidQuery_() + '&at=' + s.race_.k_ + (messages.length ? '&n=' + (s.base_ + 1) : '');
    body = formatPayload(messages.map(function (m) { return m.data_; }).concat('1'));
    if (!hurry || a.opts.extraHeaders || !root.navigator || !navigator.sendBeacon || !navigator.sendBeacon(s.url_(a, query), body)) {
      s.post_(a, query, body, s.patience_(), 3, function () {});
    }
  },

  /** The page goes away for good. */
  vanish_: function () {
    if (this.id && (!this.stock_ || this.opts.closeOnBeforeunload)) this.farewell_(true);
  },

  /** The page goes away, but may be restored. */
  freeze_: function () {
    var s = this;
    if (s.stock_) return s.end_('transport close', s.error_('page hidden'));
    s.timers_.forEach(function (t) { t.stop_(); });
    s.frozen_ = true;
    if (s.cur_) s.suspend_();
    s.live_.concat(s.trial_ || []).forEach(function (a) { s.kill_(a); });
  },

  /** The page is back. */
  thaw_: function () {
    var s = this;
    if (!s.frozen_) return;
    s.frozen_ = false;
    if (s.id) s.start_(s.best_()[0]);
    else s.run_();
  }
};
