// attach.js: how connections start and end, and what follows from it.

import {
  headStart, headStartMax, headStartMin, lasting, maxSuper, patienceLong, patienceMax, patienceMin, rejoinMax, rejoinMin, slowest,
  superseded, swapWait, tooLarge, unknown, upwardFirst, upwardMax, usualRoundTrip
} from './constants.js';
import { backoff, now, root } from './env.js';
import { remember } from './memory.js';
import { end, newRace, tell, wake } from './engine.js';
import { stop, unpause } from './transport.js';
import { planUpward, trialFailed } from './upward.js';

/**
 * How long to wait for an answer, in milliseconds: to so many bytes, or for OPEN, which waits behind none.
 * @param {number=} bytes
 */
export function patience(s, bytes) {
  return Math.min(patienceMin * Math.pow(2, s.race_.silences_) + (bytes || 0) / slowest, bytes >= 0 ? patienceLong : patienceMax);
}

/** The classes of transports that may be used, the one that has failed least first. */
export function best(s) {
  var won = s.memory_.kept_.won;
  function rank(c) {
    var name = c.prototype.name;
    return s.memory_.failures_[name] + (won && won != name && s.opts.rememberUpgrade !== false ? 0.5 : 0) + s.classes_.indexOf(c) / 100;
  }
  return s.classes_.filter(function (c) { return s.allowed_.indexOf(c.prototype.name) >= 0; }).sort(function (a, b) {
    return rank(a) - rank(b);
  });
}

/** @returns {boolean} whether a class is that of WebSockets */
export function isWebSocket(Class) {
  return Class.prototype.name == 'websocket';
}

/** Starts the race: each leg has a head start over the next one. */
export function run(s) {
  s.early_ = !s.stock_ && s.mayJoin_();
  s.legs_ = best(s);
  nextLeg(s);
}

export function nextLeg(s) {
  var Class = s.legs_.shift();
  s.legT_.stop_();
  if (s.legs_[0]) s.legT_.start_(Math.min(Math.max(headStart * (s.memory_.kept_.rtt || usualRoundTrip), headStartMin), headStartMax));
  start(s, Class, true);
}

/** Starts an attachment. */
export function start(s, Class, leg) {
  var a = new Class(s), wait = patience(s);
  a.leg_ = leg;
  if (DEBUG) note('start ' + a.name + ' ' + (s.race_.k_ + 1) + (leg ? ' in a race' : ''));
  enlist(a, leg ? Math.min(2 * wait, patienceMax) : wait);
  a.run_();
}

/** Attaches anew. Without a network it does so now and then: a browser may be wrong about that. */
export function retry(s) {
  var offline = root.navigator && navigator.onLine === false && now() - s.tried_ < rejoinMax;
  if (s.live_.length) return;
  if (offline) s.retryT_.start_(rejoinMax);
  else start(s, best(s)[0]);
}

/** Makes a the newest attachment. OPEN must come in time. */
export function enlist(a, wait) {
  var s = a.engine_;
  a.k_ = ++s.race_.k_;
  a.since_ = s.tried_ = now();
  s.live_.push(a);
  a.openT_.start_(wait);
}

/** Ends a without consequences. */
export function kill(a) {
  var s = a.engine_;
  if (a.dead_) return;
  a.dead_ = true;
  a.openT_.stop_();
  a.probeT_.stop_();
  stop(a);
  s.live_ = s.live_.filter(function (other) { return other != a; });
  if (s.cur_ == a) {
    s.cur_ = null;
    s.lost_ = a;
  }
  if (s.trial_ == a) s.trial_ = null;
}

/** Whether a newer attachment than a lives. */
export function newer(a) {
  return a.engine_.live_.some(function (other) { return other.k_ > a.k_; });
}

/** What an answer to a request refuses, if it does. */
export function refusal(status, text) {
  var m = status == 400 && /^\{"code":(1,|3,"message":"superseded")/.exec(text);
  return status == 413 ? tooLarge : m && (m[1] == '1,' ? unknown : superseded);
}

/**
 * a has come to its end.
 * @param {string=} message of the error
 * @param {*=} detail of the error
 * @param {string=} reason
 * @param {number=} code of what the server refuses; any other is no refusal
 */
export function gone(a, message, detail, reason, code) {
  var s = a.engine_, err = new Error(message), refused = code == unknown || code == superseded;
  if (DEBUG) note('end of ' + a.name + ' ' + a.k_ + ': ' + (code || message || 'out of turn') + ' ' + (detail || ''));
  err.type = 'TransportError';
  err.description = detail;
  reason = reason || 'transport error';
  if (a.dead_ || s.over_) kill(a);
  else if (s.trial_ == a) trialFailed(a, err); // it has attached nothing: nothing is lost
  else if (refused && !s.id) { // the session of this race has ended before its OPEN was read
    s.race_ = newRace();
    end(s, 'transport error', err, 0);
  } else if (code == tooLarge) end(s, reason, err); // a numbered message cannot be left out
  else if (refused && !s.stock_ && !newer(a) && (code == unknown || ++s.super_ > maxSuper)) { // only the newest counts
    end(s, 'transport close', err, 0);
  } else lost(a, err, reason);
}

/** a was silent for too long. */
export function silent(a) {
  gone(a, 'timeout', 0, 'ping timeout');
}

/** a is lost. If it was the last that lived, the client attaches again. */
function lost(a, err, reason) {
  var s = a.engine_, m = s.memory_, newest = !newer(a), had = s.cur_, before,
    quiet = reason == 'ping timeout',
    // A connection that was alive and broke has not failed, one that went silent has.
    failed = quiet || !a.proved_ && !a.moved_;
  if (failed) m.failures_[a.name]++;
  if (quiet) s.race_.silences_++;
  if (a.name == 'websocket' && a.opened_) m.up_ = now() - a.since_ > lasting ? upwardFirst : Math.min(2 * m.up_, upwardMax);
  if (s.id && s.stock_) return end(s, reason, err);
  kill(a);
  before = s.live_[s.live_.length - 1];
  if (!s.id) {
    if (s.legs_.length) nextLeg(s);
    else if (!before) end(s, 'transport error', err);
  } else if (newest && before) {
    unpause(before);
    if (before.opened_) { // a may have retired it
      before.probeT_.stop_();
      probe(before);
    }
  } else if (newest) {
    s.fails_ = failed ? s.fails_ + 1 : 0;
    if (!failed) s.race_.silences_ = 0;
    s.retryT_.start_(backoff(rejoinMin, rejoinMax, Math.max(s.fails_ - 1, 0), 0.5));
  }
  if (had && !s.cur_) suspend(s);
}

/** The application hears that the session has no connection. */
export function suspend(s) {
  s.suspended_ = true;
  tell(s, 'suspend');
}

/** Attaches at once, if nothing lives: the network is back, or the page. What has failed before says nothing any more. */
export function hurry(s) {
  s.fails_ = s.race_.silences_ = 0;
  if (s.cur_ && !s.stock_) probe(s.cur_);
  else if (s.retryT_.on_) s.retryT_.start_(0);
}

/** Finds out whether a fresh connection is alive. */
export function prove(a) {
  var s = a.engine_;
  // In polling the answer is the proof.
  if (s.stock_ || a.proved_ || a.name == 'polling') alive(a);
  else probe(a);
  if (!s.stock_) s.swapT_.start_(swapWait);
  planUpward(s);
}

/** Sends 2probe, unless one is under way. 3probe must come in time. */
export function probe(a) {
  if (a.dead_ || a.probeT_.on_ || a.name == 'polling') return;
  a.dueProbe_ = true;
  limitProbe(a);
  wake(a.engine_); // it may leave together with what is written now
}

/** Starts the time of a probe, which is behind what was written before on a WebSocket, or together with it in a POST. */
function limitProbe(a) {
  var s = a.engine_;
  a.probeT_.start_(patience(s, a.name == 'sse' || a.sent_ > s.base_ ? s.size_ : 0));
}

/**
 * Something came on a, and 3probe may be behind more of it. On a leg that was never proved it says nothing about the way
 * to the server.
 */
export function busy(a) {
  if (a.probeT_.on_ && (a.proved_ || !a.leg_)) limitProbe(a);
}

/** No 3probe came. */
export function probeMissing(a, late) {
  // It waits behind a POST, which has limits of its own, or the device has slept.
  if (late || a.posting_ && a.dueProbe_) limitProbe(a);
  else silent(a);
}

export function alive(a) {
  var s = a.engine_;
  a.probeT_.stop_();
  a.proved_ = true;
  s.fails_ = s.race_.silences_ = s.memory_.failures_[a.name] = 0;
  if (s.cur_ == a && s.memory_.kept_.won != a.name) remember(s, a.name);
}

/** Where the debug build keeps its notes. */
export var notes = [];

/** Keeps the last transport decisions, which explain why which transport is in use. */
export function note(text) {
  notes.push(new Date().toISOString() + ' ' + text);
  if (notes.length > 200) notes.shift();
}
