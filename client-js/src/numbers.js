// numbers.js: what comes and goes on the connection: OPEN, numbers and acknowledgements.

import { ackBytes, ackDelay, ackMessages, maxPackets, postBytes, sentWait } from './constants.js';
import { now } from './env.js';
import { end, tell, wake } from './engine.js';
import { alive, busy, gone, kill, newer, note, probe, prove } from './attach.js';
import { flush } from './transport.js';
import { promote } from './upward.js';
import { farewell } from './leave.js';
import { remember } from './memory.js';

/**
 * Takes packets that came on a.
 * @param {number} n for polling, the number before that of the first message; for SSE, that of the last; a WebSocket counts
 * @param {function(): Array} read returns the packets, or throws
 */
export function receive(a, n, read) {
  var s = a.engine_, packets;
  busy(a);
  try {
    packets = read();
  } catch (err) {
    return gone(a, 'parse error', err, 'parse error');
  }
  if (a.name == 'sse') packets.forEach(function (p) { if (p.type == 'message') n--; });
  if (a.name != 'websocket') a.num_ = n;
  packets.forEach(function (p) {
    if (a.dead_ || s.over_) return;
    s.emitReserved('packet', p);
    if (p.type == 'open') open(a, p.data);
    else if (p.type == 'pong') proved(a);
    else if (a.opened_) take(a, p.type, p.data);
  });
  if (!a.dead_) settle(s);
}

function proved(a) {
  a.probeT_.stop_();
  if (a.engine_.trial_ != a) alive(a);
  else if (!a.proved_) {
    a.proved_ = true;
    promote(a);
  }
}

/** Takes a packet of a connection. */
function take(a, type, data) {
  var s = a.engine_;
  if (type == 'message') message(a, data);
  if (type == 'ping') {
    watchPings(s);
    a.duePong_ = true;
    a.dueAck_ = !s.stock_;
    s.emitReserved('pong');
    tell(s, type);
    flush(a);
  }
  if (type == 'ack') {
    if (data > s.base_) a.moved_ = true;
    acknowledged(s, +data);
  }
  if (type == 'noop' && !s.stock_ && newer(a)) gone(a); // else the next GET asks again
  if (type == 'close') end(s, 'transport close', undefined, parseFloat(/\d+/.exec(data))); // {"retry":<ms>}, or nothing
}

/** Takes a message, unless the client has it already. */
function message(a, data) {
  var s = a.engine_, ahead = ++a.num_ - s.have_;
  if (!s.stock_) {
    if (ahead < 1) return;
    if (ahead > 1) return gone(a);
    s.have_++;
    a.moved_ = true;
    s.unacked_ += data.length || data.byteLength || 0;
  }
  tell(s, 'data', data);
  s.emitReserved('message', data);
}

/** Acknowledges what has come, if it is time. A poll does so by itself. */
function settle(s) {
  var n = s.have_ - s.acked_;
  if (!n || !s.cur_ || s.cur_.name == 'polling') return;
  if (n >= ackMessages || s.unacked_ >= ackBytes) acknowledge(s);
  else if (!s.ackT_.on_) s.ackT_.start_(ackDelay);
}

export function acknowledge(s) {
  if (s.cur_ && s.have_ > s.acked_) {
    s.cur_.dueAck_ = true;
    flush(s.cur_);
  }
}

/** An acknowledgement of all that the client has is under way. */
export function told(s) {
  s.unacked_ = 0;
  s.ackT_.stop_();
  return s.acked_ = s.have_;
}

/** Drops what the server has. */
export function acknowledged(s, n) {
  if (!(n <= s.last_)) return end(s, 'parse error');
  if (n <= s.base_) return;
  s.kept_.splice(0, n - s.base_).forEach(function (m) { s.size_ -= m.size_; });
  s.base_ = n;
  s.sentT_.stop_();
  watchSent(s);
  if (s.closing_) farewell(s);
  else if (s.waiting_.length) wake(s);
}

/** Has the connection probed when what was sent on it stays unacknowledged. A POST has limits of its own. */
function watchSent(s) {
  var a = s.cur_;
  if (!s.stock_ && a && a.name == 'websocket' && a.sent_ > s.base_ && !s.sentT_.on_) s.sentT_.start_(sentWait);
}

export function ask(s) {
  if (s.cur_) probe(s.cur_);
  watchSent(s);
}

/** Restarts the time in which the server must send a ping. */
function watchPings(s) {
  var wait = s.interval_ + s.timeout_;
  s.pingBy_ = now() + wait;
  s.pingT_.start_(wait);
}

/** No ping has come in time. */
export function pingMissing(s, late) {
  var a = s.cur_;
  if (!a) return;
  if (late && !s.stock_) { // the device has slept: ask first
    watchPings(s);
    probe(a);
  } else gone(a, 'timeout', 0, 'ping timeout');
}

/** Takes OPEN: a is the connection from now on. */
function open(a, text) {
  var s = a.engine_, first = !s.id, again = a.opened_, before = s.cur_ || s.lost_, o, r;
  try {
    o = JSON.parse(text);
    r = o.resume;
  } catch (err) {}
  if (!o || typeof o.sid != 'string' || !first && (s.stock_ || !r || o.sid != s.id)) return gone(a, 'parse error', text);
  if (DEBUG) note('connection ' + a.name + ' ' + a.k_);
  if (first) begin(a, o, r);
  s.live_.forEach(function (other) {
    if (other == a || other.k_ > a.k_ && !other.leg_) return;
    if (first && other.k_ < a.k_) s.memory_.failures_[other.name]++; // it had a head start, and lost
    kill(other);
  });
  a.opened_ = true;
  s.super_ = 0;
  s.legs_ = [];
  s.legT_.stop_();
  a.openT_.stop_();
  a.since_ = now();
  s.cur_ = a;
  watchPings(s);
  if (!s.stock_ && !synchronize(a, r, again)) return;
  if (!again) prove(a);
  if (first) {
    s.readyState = 'open';
    tell(s, 'open');
  } else if (!again) {
    if (before && before.name != a.name) s.emitReserved('upgrade', a);
    if (s.suspended_) tell(s, 'resume');
    s.suspended_ = false;
  }
  // What the application has written just now leaves with the packet that decides the race.
  wake(s);
  if (s.closing_) farewell(s);
}

/** Takes what the first OPEN says of the session. */
function begin(a, o, r) {
  var s = a.engine_;
  s.id = o.sid;
  s.stock_ = s.stock_ || !r;
  s.interval_ = o.pingInterval;
  s.timeout_ = o.pingTimeout;
  s.maxPayload = o.maxPayload || s.maxPayload;
  s.upgrades = o.upgrades || [];
  s.allowed_ = s.stock_ ? s.upgrades : r.transports;
  if (!s.stock_) s.buffer_ = r.buffer;
  s.early_ = s.early_ && o.c == 1;
  s.memory_.kept_.rtt = now() - a.since_;
  remember(s, a.name);
  s.emitReserved('handshake', o);
}

/** Compares the counts of OPEN with the client's, and tells whether they agree. */
function synchronize(a, r, again) {
  var s = a.engine_, websocket = a.name == 'websocket';
  // A repeated OPEN may be older than the answer to a POST that has overtaken it.
  if (!again || r.ack >= s.base_) {
    if (!(r.ack >= s.base_ && r.ack <= s.last_ && r.from <= s.have_)) {
      end(s, 'parse error');
      return false;
    }
    acknowledged(s, r.ack);
    a.sent_ = r.ack;
  }
  a.num_ = s.acked_ = r.from; // what the client has told it may not have arrived
  // The first packet on a leg decides the race for it; on a WebSocket it is this. A poll acknowledges by itself.
  a.dueAck_ = a.name != 'polling' && s.have_ > r.from || websocket && a.leg_ && !again;
  return true;
}

/** How many units and messages wait to be written. */
export function left(s) {
  return s.waiting_.length + (s.stock_ ? s.kept_.length : 0);
}

/** Takes the unit that is to be sent next, if there is one that may be. */
function shift(s, room) {
  var u;
  while ((u = s.waiting_[0]) && (u.packet_.off_ || !u.unread_ && u.size_ <= room)) {
    s.queued_ -= u.size_;
    s.waiting_.shift();
    if (!u.packet_.off_) {
      u.packet_.sent_ = true;
      if (u.done_) u.done_();
      return u.messages_;
    }
  }
}

/** Gives numbers to units that wait, as far as the server's buffer allows, until they have about enough bytes. */
export function number(s, enough) {
  var before = s.size_, messages;
  while (s.size_ - before < enough && (messages = shift(s, s.size_ ? s.buffer_ - s.size_ : Infinity))) {
    messages.forEach(function (m) {
      s.kept_.push(m);
      s.size_ += m.size_;
      s.last_++;
    });
  }
}

/** The messages that are to be written on a next, behind control packets: all, or as many as a POST should have. */
export function messages(a, control) {
  var s = a.engine_, list;
  if (a.name != 'websocket') {
    if (!s.kept_.length) number(s, postBytes);
    return fitting(s, control, postBytes);
  }
  number(s, Infinity);
  list = s.kept_.slice(Math.max(a.sent_ - s.base_, 0));
  a.sent_ = s.last_;
  watchSent(s);
  return list.map(function (m) { return m.data_; });
}

/** The oldest messages that the server takes in one POST behind control packets, but not many more bytes than enough. */
export function fitting(s, control, enough) {
  var list = [], size = control.join().length + 1;
  s.kept_.every(function (m, i) {
    size += m.size_ + 1;
    // The first one travels alone if it has to.
    return i < maxPackets && (!i && !control.length || size - 1 <= Math.min(i ? enough : size, s.maxPayload)) && list.push(m.data_);
  });
  return list;
}
