// attach.js: how connections start and end, and what follows from it.

import { now } from './env.js';
import { backoff } from './backoff.js';
import { remember, upwardFirst, upwardMax } from './memory.js';

var patienceMin = 2500, patienceMax = 20000, // for OPEN and for 3probe; it doubles with each failure in a row
  rejoinMin = 50, rejoinMax = 5000,          // between tries to attach again
  maxSuper = 3,                              // refusals "superseded" in a row
  swapWait = 5000;                           // after OPEN, until the connection is asked again

function kinds(a) {
  return a.prototype.name;
}

/** Methods of Engine. */
export var attachments = {
  patience_: function () {
    return Math.min(patienceMin * Math.pow(2, this.race_.silences_), patienceMax);
  },

  /** The classes of transports that may be used, the one that has failed least first. */
  best_: function () {
    var s = this, m = s.memory_, all = s.classes_.filter(function (c) { return !s.allowed_ || s.allowed_.indexOf(kinds(c)) >= 0; });
    function rank(c) {
      return (m.failures_[kinds(c)] || 0) + (m.won && m.won != kinds(c) && s.opts.rememberUpgrade !== false ? 0.5 : 0) + all.indexOf(c) / 100;
    }
    return all.slice().sort(function (a, b) { return rank(a) - rank(b); });
  },

  /** Starts the race: each leg has a head start over the next one. */
  run_: function () {
    this.legs_ = this.best_();
    this.nextLeg_();
  },

  nextLeg_: function () {
    var s = this;
    s.legT_.stop_();
    s.start_(s.legs_.shift(), true);
    if (s.legs_.length) s.legT_.start_(Math.min(Math.max(3 * (s.memory_.rtt || 200), 250), 600));
  },

  /** Starts an attachment. */
  start_: function (Class, leg) {
    var s = this, a = new Class(s), wait = s.patience_();
    a.k_ = ++s.race_.k_;
    a.leg_ = leg;
    a.since_ = now();
    if (DEBUG) s.note_('start ' + a.name + ' ' + a.k_ + (leg ? ' in a race' : ''));
    s.enlist_(a, leg ? Math.min(2 * wait, patienceMax) : wait);
    a.run_();
  },

  /** Makes a the newest attachment. OPEN must come in time. */
  enlist_: function (a, wait) {
    this.live_.push(a);
    a.openT_.start_(wait);
  },

  /** Ends a without consequences. */
  kill_: function (a) {
    var s = this, i = s.live_.indexOf(a);
    if (a.dead_) return;
    a.dead_ = true;
    a.stopTimers_();
    a.stop_();
    if (i >= 0) s.live_.splice(i, 1);
    if (s.cur_ == a) {
      s.cur_ = null;
      s.lost_ = a;
      s.sentT_.stop_();
    }
    if (s.trial_ == a) s.trial_ = null;
  },

  /** Whether a newer attachment than a lives. */
  newer_: function (a) {
    return this.live_.some(function (other) { return other.k_ > a.k_; });
  },

  /**
   * a has come to its end.
   * @param {string=} why "unknown", "superseded" or "large"; any other text is no refusal
   * @param {string=} reason
   */
  gone_: function (a, err, why, reason) {
    var s = this;
    if (DEBUG) s.note_('end of ' + a.name + ' ' + a.k_ + ': ' + (why || reason || err && err.message || 'error'));
    if (a.dead_ || s.over_) s.kill_(a);
    else if (s.trial_ == a) s.trialFailed_(a, err); // it has attached nothing: nothing is lost
    else if (why) s.refused_(a, err, why, reason || 'transport error');
    else s.dead_(a, err, reason || 'transport error');
  },

  /** What an answer refuses, '' if nothing. */
  refusal_: function (status, text) {
    if (status != 400) return '';
    try {
      var r = JSON.parse(text);
      return r.code == 1 ? 'unknown' : r.code == 3 && r.message == 'superseded' ? r.message : '';
    } catch (err) {
      return '';
    }
  },

  /** Only what the newest attachment is told counts. */
  refused_: function (a, err, why, reason) {
    var s = this, newest = !s.newer_(a), superseded = why == 'superseded';
    if (!s.id) { // the session of this race has ended before its OPEN was read
      s.race_ = new s.race_.constructor();
      return s.end_('transport error', s.error_('session unknown', 400), 0);
    }
    if (s.stock_ || why == 'large') return s.end_(reason, err); // a numbered message cannot be left out
    if (newest && (!superseded || ++s.super_ > maxSuper)) return s.end_('transport close', err, 0);
    s.dead_(a, err, reason);
  },

  /** a was silent for too long. */
  silent_: function (a, what) {
    if (this.trial_ == a) this.trialFailed_(a, new Error(what));
    else this.dead_(a, this.error_(what), 'ping timeout', true);
  },

  /** a is lost. If it was the last that lived, the client attaches again. */
  dead_: function (a, err, reason, silent) {
    var s = this, newer = s.newer_(a), had = s.cur_, m = s.memory_;
    if (a.dead_ || s.over_) return;
    // A connection that was alive and broke has not failed, one that went silent has.
    var failed = silent || !a.proved_ && !a.moved_;
    if (DEBUG) s.note_('lost ' + a.name + ' ' + a.k_ + ': ' + (err && err.message || reason));
    if (failed) m.failures_[a.name] = (m.failures_[a.name] || 0) + 1;
    if (silent) s.race_.silences_++;
    if (a.name == 'websocket' && a.opened_) m.up_ = now() - a.since_ > 60000 ? upwardFirst : Math.min(2 * m.up_, upwardMax);
    if (s.stock_) return s.end_(reason, err);
    s.kill_(a);
    if (!s.id) {
      if (s.legs_.length) s.nextLeg_();
      else if (!s.live_.length) s.end_('transport error', err);
      return;
    }
    if (!newer) {
      var o = s.live_[s.live_.length - 1];
      if (o) {
        if (o.paused_) o.unpause_();
        if (o.opened_ && o.name != 'polling') { // a may have retired it
          o.probeT_.stop_();
          s.probe_(o);
        }
      } else {
        s.fails_ = failed ? s.fails_ + 1 : 0;
        if (!failed) s.race_.silences_ = 0;
        s.retryT_.start_(backoff(rejoinMin, rejoinMax, Math.max(s.fails_ - 1, 0), 0.5));
      }
    }
    if (had && !s.cur_) s.suspend_();
  },

  /** The application hears that the session has no connection. */
  suspend_: function () {
    this.suspended_ = true;
    this.emitReserved('suspend');
  },

  /** Attaches at once, if nothing lives: the network is back, or the page. */
  hurry_: function () {
    var s = this;
    if (s.cur_ && !s.stock_) s.probe_(s.cur_);
    else if (s.retryT_.on_) s.retryT_.start_(0);
  },

  /** Finds out whether a fresh connection is alive. */
  prove_: function (a) {
    var s = this;
    if (!s.stock_ && a.name != 'polling') { // where the answer is the proof
      if (a.proved_) s.alive_(a);
      else if (a.probing_) s.awaitProbe_(a);
      else s.probe_(a);
      a.swapT_.start_(swapWait);
    } else s.alive_(a);
    s.planUpward_();
  },

  /** Sends 2probe, unless one is under way. */
  probe_: function (a) {
    if (a.dead_ || a.probeT_.on_ || a.name == 'polling') return;
    a.dueProbe_ = true;
    this.awaitProbe_(a);
    a.flush_();
  },

  awaitProbe_: function (a) {
    a.probeT_.start_(this.patience_());
  },

  alive_: function (a) {
    var s = this;
    a.probeT_.stop_();
    a.proved_ = true;
    s.fails_ = s.race_.silences_ = s.memory_.failures_[a.name] = 0;
    if (s.cur_ == a && s.memory_.won != a.name) remember(s.memory_, a.name);
  },

  /** Has a WebSocket tried later, if the session is on another transport. */
  planUpward_: function () {
    var s = this, m = s.memory_;
    if (!s.cur_ || s.cur_.name == 'websocket' || s.opts.upgrade === false || s.upT_.on_ || s.classes_.indexOf(s.WS_) < 0 ||
      s.stock_ && s.upgrades.indexOf('websocket') < 0 || s.allowed_ && s.allowed_.indexOf('websocket') < 0) return;
    // The first time nothing speaks against it.
    s.upT_.start_(m.failures_.websocket ? m.up_ : 0);
  },

  /** Opens a WebSocket that attaches nothing until it was proved. */
  tryUpward_: function () {
    var s = this;
    if (!s.cur_ || s.live_.length > 1 || s.trial_) return s.planUpward_();
    if (s.cur_.name == 'websocket') return;
    var a = s.trial_ = new s.WS_(s);
    s.emitReserved('upgrading', a);
    a.openT_.start_(s.patience_());
    a.run_();
  },

  trialFailed_: function (a, err) {
    var s = this, m = s.memory_;
    m.failures_.websocket = (m.failures_.websocket || 0) + 1;
    m.up_ = Math.min(2 * m.up_, upwardMax);
    if (DEBUG) s.note_('no WebSocket');
    s.kill_(a);
    s.emitReserved('upgradeError', err);
    if (s.cur_ && s.cur_.paused_) s.cur_.unpause_();
    s.planUpward_();
  },

  /** Makes the trial the newest attachment. */
  promote_: function (a) {
    var s = this, cur = s.cur_;
    function go() {
      if (a.dead_) return;
      if (s.stock_) s.upgraded_(a);
      else s.attachTrial_(a);
    }
    a.proved_ = true;
    // What a POST under way has would be refused, and sent again.
    if (!cur || !cur.pause_) go();
    else if (!cur.paused_) cur.pause_(go);
  },

  attachTrial_: function (a) {
    var s = this;
    s.trial_ = null;
    a.k_ = ++s.race_.k_;
    a.sent_ = s.base_;
    a.num_ = a.asked_ = s.have_;
    a.dueAttach_ = true;
    s.enlist_(a, s.patience_());
    s.retryT_.stop_();
    a.flush_();
  },

  /** A session of the base goes on over a. */
  upgraded_: function (a) {
    var s = this;
    s.trial_ = null;
    a.openT_.stop_();
    a.probeT_.stop_();
    s.kill_(s.cur_);
    s.live_ = [s.cur_ = a];
    a.opened_ = a.dueAttach_ = true;
    s.alive_(a);
    s.emitReserved('upgrade', a);
    a.flush_();
  },

  /** Keeps the last transport decisions, which explain why which transport is in use. */
  note_: function (text) {
    if (DEBUG) {
      var log = notes;
      log.push(new Date().toISOString() + ' ' + text);
      if (log.length > 200) log.shift();
    }
  }
};

/** Where the debug build keeps its notes. */
export var notes = [];
