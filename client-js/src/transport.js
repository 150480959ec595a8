// transport.js: one connection of a session, or the try to make one: what waits to be written on it.

import { busyBytes } from './constants.js';
import { extend, getter, inherit, nothing } from './env.js';
import { Timer } from './timer.js';
import { Emitter } from './emitter.js';
import { probeMissing, silent } from './attach.js';
import { messages, told } from './numbers.js';

/**
 * What all transports share. A transport has run_, which begins, free_, whether it can write now, and write_, which writes
 * packets of which the last n are messages.
 *
 *   k_        its number, -1 for a trial
 *   leg_      it is of a race
 *   opened_   OPEN came
 *   proved_   3probe came
 *   moved_    a message came on it, or one that it took was acknowledged
 *   dead_     what comes on it is ignored
 *   leaving_  it writes what is left, and the close packet
 *   paused_   no messages are written, and nothing is asked for; it is called when a request is over
 *   posting_  a POST is under way
 *   getting_  a GET of a poll is under way
 *   num_      number of the last message that came on it
 *   sent_     number of the last message that was written on it
 *   due*_     control packets that wait to be written
 *
 * @constructor
 * @param {Engine} engine
 */
export function Transport(engine) {
  var a = this;
  a.engine_ = engine;
  a.opts = extend(extend({}, engine.opts), (engine.opts.transportOptions || {})[a.name]);
  a.k_ = -1;
  a.openT_ = new Timer(a, silent);
  a.probeT_ = new Timer(a, probeMissing);
}

inherit(Transport, Emitter, {
  /** End what is under way. */
  abortDown_: nothing,
  abortUp_: nothing
});

/** writable: whether an event that is written now leaves now. */
getter(Transport, 'writable', function () {
  var a = this;
  return carries(a) && a.free_() && !a.engine_.waiting_.length && !(a.ws_ && a.ws_.bufferedAmount > busyBytes);
});

/**
 * Makes the class of a transport.
 * @param {function(Object): *} of tells whether the browser has it
 * @param {Object} members
 */
export function transport(of, members) {
  function Class(engine) {
    Transport.call(this, engine);
  }
  Class.of_ = of;
  return inherit(Class, Transport, members);
}

/** Whether messages may be written. */
function carries(a) {
  return a.opened_ && !a.paused_ && (a.engine_.cur_ == a || a.leaving_);
}

/** Takes the control packets that wait. */
function control(a) {
  var s = a.engine_, packets = [];
  if (a.dueAttach_) packets.push('5' + (s.stock_ ? '' : a.k_ + ',' + s.have_));
  if (a.dueAck_) packets.push('7' + told(s));
  if (a.dueProbe_) packets.push('2probe');
  if (a.duePong_) packets.push('3');
  a.dueAttach_ = a.dueAck_ = a.dueProbe_ = a.duePong_ = false;
  return packets;
}

/** Writes what waits, if that is possible now. */
export function flush(a) {
  var packets, list;
  if (a.dead_ && !a.leaving_ || !a.free_()) return;
  packets = control(a);
  list = carries(a) ? messages(a, packets) : [];
  a.write_(packets.concat(list), list.length);
}

/**
 * Has done called when no POST is under way, with a server of the base no GET either. No messages are sent from now on,
 * and no next GET.
 */
export function pause(a, done) {
  a.paused_ = function () {
    if (a.posting_ || a.engine_.stock_ && a.getting_) return;
    a.paused_ = nothing;
    done();
  };
  a.paused_();
}

export function unpause(a) {
  if (!a.paused_) return;
  a.paused_ = null;
  if (a.next_ && !a.getting_) a.next_();
  flush(a);
}

/** Ends a, without a word. */
export function stop(a) {
  a.leaving_ = false;
  a.abortDown_();
  a.abortUp_();
}

/** The query of the request that attaches, or tries to. */
export function attachQuery(a) {
  var s = a.engine_;
  return a.k_ < 0 ? sidQuery(a) :
    s.stock_ ? '' :
      a.leg_ ? '&resume=1&rid=' + s.race_.id_ + '&at=' + a.k_ + (s.early_ ? '&c=1' : '') :
        sidQuery(a) + '&at=' + a.k_ + '&ack=' + s.have_;
}

export function sidQuery(a) {
  return (a.engine_.stock_ ? '' : '&resume=1') + '&sid=' + a.engine_.id;
}
