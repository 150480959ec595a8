// numbers.js: what comes and goes on the connection: OPEN, numbers and acknowledgements.

import { now, tick } from './env.js';
import { fitting, maxEvents } from './uplink.js';
import { remember } from './memory.js';

// When the client acknowledges what it has, at the latest.
var ackMessages = 32, ackBytes = 65536, ackDelay = 1000, sentWait = 2000;

/** Methods of Engine. */
export var numbers = {
  /**
   * Takes packets that came on a. Unless a is a WebSocket, where messages are counted, before is the number before the
   * first message.
   */
  receive_: function (a, before, packets) {
    var s = this, i, p;
    if (a.name != 'websocket') a.num_ = before;
    for (i = 0; i < packets.length; i++) {
      p = packets[i];
      if (a.dead_ || s.over_) return;
      s.emitReserved('packet', p);
      if (p.type == 'open') s.open_(a, p.data);
      else if (p.type == 'pong' && p.data == 'probe') {
        if (s.trial_ == a) s.promote_(a);
        else s.alive_(a);
      } else if (a.opened_) s.packet_(a, p);
    }
    if (!a.dead_ && !s.over_) s.settle_();
  },

  packet_: function (a, p) {
    var s = this, n;
    switch (p.type) {
    case 'message':
      a.num_++;
      s.message_(a, p.data);
      break;
    case 'ping':
      s.watchPings_();
      a.duePong_ = true;
      a.dueAck_ = !s.stock_;
      s.emitReserved('ping');
      s.emitReserved('pong');
      a.flush_();
      break;
    case 'ack':
      n = /^\d{1,16}$/.test(p.data) ? +p.data : Infinity;
      if (n > s.base_) a.moved_ = true;
      s.acknowledged_(n);
      break;
    case 'noop': // else the next GET asks again
      if (!s.stock_ && s.newer_(a)) s.dead_(a, s.error_('retired'));
      break;
    case 'close':
      n = /^\{"retry":(\d+)/.exec(p.data);
      s.end_('transport close', s.error_('closed by the server'), n ? +n[1] : undefined);
    }
  },

  /** Takes a message, unless the client has it already. */
  message_: function (a, data) {
    var s = this;
    if (!s.stock_) {
      if (a.num_ <= s.have_) return;
      if (a.num_ > s.have_ + 1) return s.dead_(a, s.error_('message ' + a.num_ + ' after ' + s.have_), 'transport error');
      s.have_++;
      a.moved_ = true;
      s.unacked_ += data.length || data.byteLength || 0;
    }
    s.emitReserved('data', data);
    s.emitReserved('message', data);
  },

  /** Acknowledges what has come, if it is time. A poll does so by itself. */
  settle_: function () {
    var s = this;
    if (s.stock_ || !s.cur_ || s.cur_.name == 'polling' || s.have_ == s.acked_) return;
    if (s.have_ - s.acked_ >= ackMessages || s.unacked_ >= ackBytes) s.acknowledge_();
    else if (!s.ackT_.on_) s.ackT_.start_(ackDelay);
  },

  acknowledge_: function () {
    var s = this;
    if (s.cur_ && s.have_ > s.acked_) {
      s.cur_.dueAck_ = true;
      s.cur_.flush_();
    }
  },

  /** An acknowledgement of all that the client has is under way. */
  told_: function () {
    this.unacked_ = 0;
    this.ackT_.stop_();
    return this.acked_ = this.have_;
  },

  /** Drops what the server has. */
  acknowledged_: function (n) {
    var s = this, d = n - s.base_;
    if (n > s.last_) return s.end_('parse error', new Error('acknowledgement of message ' + n + ' of ' + s.last_));
    if (d <= 0) return;
    s.kept_.splice(0, d).forEach(function (m) { s.size_ -= m.size_; });
    s.base_ = n;
    s.sentT_.stop_();
    s.watchSent_();
    if (s.closing_) s.farewell_();
    else if (s.waiting_.length) s.wake_();
  },

  /** Has the connection probed when what was sent on it stays unacknowledged. A POST has limits of its own. */
  watchSent_: function () {
    var s = this, a = s.cur_;
    if (!s.stock_ && a && a.name == 'websocket' && a.sent_ > s.base_ && !s.sentT_.on_) s.sentT_.start_(sentWait);
  },

  /** Restarts the time in which the server must send a ping. */
  watchPings_: function () {
    var wait = this.interval_ + this.timeout_;
    this.pingBy_ = now() + wait;
    this.pingT_.start_(wait);
  },

  pingMissing_: function (late) {
    var s = this, a = s.cur_;
    if (!a) return;
    if (late && !s.stock_) { // the device has slept: ask first
      s.watchPings_();
      s.probe_(a);
    } else s.dead_(a, s.error_('no ping'), 'ping timeout', true);
  },

  /** Takes OPEN: a is the connection from now on. */
  open_: function (a, text) {
    var s = this, o;
    try {
      o = JSON.parse(text);
    } catch (err) {}
    if (!o || typeof o.sid != 'string' || s.id && (s.stock_ || !o.resume || o.sid != s.id)) {
      return s.dead_(a, s.error_('OPEN makes no sense'), 'transport error');
    }
    if (a.k_ < s.openK_) s.kill_(a);
    else s.take_(a, o);
  },

  take_: function (a, o) {
    var s = this, first = !s.id, again = a.opened_, r = o.resume, before = s.cur_ || s.lost_;
    if (first) s.begin_(o, a);
    if (DEBUG) s.note_('connection ' + a.name + ' ' + a.k_);
    a.opened_ = true;
    s.openK_ = a.k_;
    s.super_ = 0;
    a.openT_.stop_();
    s.legT_.stop_();
    s.legs_ = [];
    s.live_.slice().forEach(function (other) {
      if (other == a || other.k_ > a.k_ && !other.leg_) return;
      // It had a head start, and lost.
      if (first && other.k_ < a.k_) s.memory_.failures_[other.name] = (s.memory_.failures_[other.name] || 0) + 1;
      s.kill_(other);
    });
    a.since_ = now();
    s.cur_ = a;
    s.watchPings_();
    if (!s.stock_ && !s.synchronize_(a, r, again)) return;
    if (!again) s.prove_(a);
    if (first) {
      s.readyState = 'open';
      s.emitReserved('open');
    } else if (!again) {
      if (before && before.name != a.name) s.emitReserved('upgrade', a);
      if (s.suspended_) s.emitReserved('resume');
      s.suspended_ = false;
    }
    // What the application has written just now leaves with the packet that decides the race.
    tick(function () { a.flush_(); });
    if (s.closing_) s.farewell_();
  },

  /** Takes what the first OPEN says of the session. */
  begin_: function (o, a) {
    var s = this, r = o.resume;
    s.id = o.sid;
    s.stock_ = s.plain_ || !r;
    s.interval_ = o.pingInterval;
    s.timeout_ = o.pingTimeout;
    s.maxPayload = o.maxPayload;
    s.upgrades = o.upgrades || [];
    s.memory_.rtt = now() - a.since_;
    remember(s.memory_, a.name);
    if (!s.stock_) {
      s.buffer_ = r.buffer;
      s.allowed_ = r.transports;
    }
    s.emitReserved('handshake', o);
  },

  /** Compares the counts of OPEN with the client's. */
  synchronize_: function (a, r, again) {
    var s = this;
    // A repeated OPEN may be older than the answer to a POST that has overtaken it.
    if (!again || r.ack >= s.base_) {
      if (!(r.ack >= s.base_ && r.ack <= s.last_ && r.from <= s.have_)) {
        s.end_('parse error', new Error('OPEN counts ' + r.ack + ',' + r.from));
        return false;
      }
      s.acknowledged_(r.ack);
      a.sent_ = r.ack;
    }
    a.num_ = s.acked_ = r.from; // what the client has told it may not have arrived
    // The first packet on a leg decides the race for it; on a WebSocket it is this. A poll acknowledges by itself.
    a.dueAck_ = a.name != 'polling' && s.have_ > r.from || a.name == 'websocket' && a.leg_ && !again;
    return true;
  },

  /** The size of a body that the server takes. */
  limit_: function () {
    return this.maxPayload || 1e6;
  },

  /** Whether anything waits. */
  left_: function () {
    return this.waiting_.length + this.ready_.length;
  },

  /** Takes the unit that is to be sent next, if there is one that may be. */
  shift_: function (room) {
    var s = this, u;
    while ((u = s.waiting_[0]) && u.packet_.off_) {
      s.queued -= u.size_;
      s.waiting_.shift();
    }
    if (!u || u.left_ || u.size_ > room) return;
    s.queued -= u.size_;
    s.waiting_.shift();
    u.packet_.sent_ = true;
    if (u.done_) u.done_();
    return u.data_;
  },

  /** Gives numbers to units that wait, as far as the server's buffer allows, until they have about enough bytes. */
  number_: function (enough) {
    var s = this, before = s.size_, messages;
    while (s.size_ - before < enough && (messages = s.shift_(s.size_ ? s.buffer_ - s.size_ : Infinity))) {
      messages.forEach(function (m) {
        s.kept_.push(m);
        s.size_ += m.size_;
        s.last_++;
      });
    }
  },

  /** The messages that are to be written on a WebSocket next. */
  messages_: function (a) {
    var s = this, messages;
    if (s.stock_) return s.unnumbered_(Infinity);
    s.number_(Infinity);
    messages = s.kept_.slice(Math.max(a.sent_, s.base_) - s.base_).map(function (m) { return m.data_; });
    a.sent_ = s.last_;
    s.watchSent_();
    return messages;
  },

  /** The messages of a POST, from the oldest that is not acknowledged. */
  body_: function (control) {
    if (!this.kept_.length) this.number_(maxEvents);
    return fitting(control, this.kept_, this.limit_());
  },

  /** Messages of a session of the base. */
  unnumbered_: function (limit) {
    var s = this, messages;
    while (messages = s.shift_(Infinity)) s.ready_ = s.ready_.concat(messages);
    return s.ready_.splice(0, fitting([], s.ready_, limit, limit == Infinity).length).map(function (m) { return m.data_; });
  }
};
