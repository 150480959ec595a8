// transport.js: one connection of a session, or the try to make one: what waits to be written on it.

import { Timer, extend, getter, inherit } from './env.js';
import { Emitter } from './emitter.js';

/**
 * What all transports share. The session calls run_, flush_ and stop_, and looks at the rest.
 *
 *   k_        its number, -1 for a trial
 *   leg_      it is of a race
 *   opened_   OPEN came
 *   probing_  2probe was written before OPEN came
 *   proved_   3probe came
 *   moved_    a message came on it, or one that it took was acknowledged
 *   dead_     what comes on it is ignored
 *   leaving_  it writes what is left, and the close packet
 *   posting_  a POST is under way
 *   num_      number of the last message that came on it
 *   sent_     number of the last message that was written on it
 *   asked_    what the client had when it asked for OPEN
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
  a.num_ = a.asked_ = engine.have_;
  a.sent_ = engine.base_;
  a.openT_ = new Timer(a.opts, function () { engine.silent_(a, 'no OPEN'); });
  a.probeT_ = new Timer(a.opts, function (late) {
    // It waits behind a POST, which has limits of its own, or the device has slept.
    if (late || a.posting_ && a.dueProbe_) engine.awaitProbe_(a);
    else engine.silent_(a, 'no 3probe');
  });
  a.swapT_ = new Timer(a.opts, function () { if (engine.cur_ == a) engine.probe_(a); });
}

inherit(Transport, Emitter, {
  /** Whether messages may be written. */
  ready_: function () {
    return this.opened_ && !this.paused_ && (this.engine_.cur_ == this || this.leaving_);
  },

  /** Takes the control packets that wait. */
  control_: function () {
    var a = this, s = a.engine_, packets = [];
    if (a.dueAttach_) packets.push('5' + (s.stock_ ? '' : a.k_ + ',' + a.asked_));
    if (a.dueAck_) packets.push('7' + s.told_());
    if (a.dueProbe_) packets.push('2probe');
    if (a.duePong_) packets.push('3');
    a.dueAttach_ = a.dueAck_ = a.dueProbe_ = a.duePong_ = false;
    return packets;
  },

  /** The query of the request that attaches, or tries to. */
  attachQuery_: function () {
    var a = this, s = a.engine_;
    if (s.plain_ || s.stock_) return a.k_ < 0 ? a.sidQuery_() : '';
    if (a.k_ < 0) return a.sidQuery_();
    if (a.leg_) return '&resume=1&rid=' + s.race_.id_ + '&at=' + a.k_;
    return a.sidQuery_() + '&at=' + a.k_ + '&ack=' + a.asked_;
  },

  sidQuery_: function () {
    return (this.engine_.stock_ ? '' : '&resume=1') + '&sid=' + this.engine_.id;
  },

  stopTimers_: function () {
    this.openT_.stop_();
    this.probeT_.stop_();
    this.swapT_.stop_();
  }
});

/** writable: whether an event that is written now leaves now. */
getter(Transport.prototype, 'writable', function () {
  return this.ready_() && !this.engine_.waiting_.length && !this.busy_();
});
