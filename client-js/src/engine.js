// engine.js: one session of the server: what the application may do with it, and how it begins and ends.

import { engineProtocol } from './constants.js';
import { Emitter } from './emitter.js';
import { extend, getter, inherit, nothing, now, randomText, tick } from './env.js';
import { Timer } from './timer.js';
import { freeze, sizeOf } from './binary.js';
import { encodeQuery, parseURI } from './url.js';
import { memoryOf } from './memory.js';
import { kill, nextLeg, retry, run } from './attach.js';
import { acknowledge, ask, left, pingMissing } from './numbers.js';
import { farewell, leave } from './leave.js';
import { tryUpward } from './upward.js';
import { watch } from './page.js';
import { flush, stop } from './transport.js';
import { post } from './uplink.js';
import { WS } from './websocket.js';
import { SSE } from './sse.js';
import { Polling } from './polling.js';

var classes = { websocket: WS, sse: SSE, polling: Polling }, names = ['websocket', 'sse', 'polling'];

/**
 * A race for a session: legs with the same id join one session. A race of which no leg was answered goes on in the next
 * engine: the server may have opened the session for a leg whose answer was lost.
 * @returns {{id_: string, k_: number, silences_: number}}
 */
export function newRace() {
  return { id_: randomText(22), k_: -1, silences_: 0 };
}

/**
 * A session is a state machine: its events are calls of the functions that take it, and what they do is to start, wake
 * and end connections.
 *
 *   id           "" until the first OPEN
 *   stock_       the client wants no resume, or the server has none: the connection is the session
 *   over_        nothing more is taken or started
 *   closing_     the application has ended it
 *   allowed_     the transports that the server attaches
 *   live_        connections and tries that are not dead, oldest first
 *   cur_         the connection
 *   lost_        the one before
 *   trial_       a WebSocket that attaches nothing yet
 *   waiting_     units without numbers: see unit
 *   kept_        messages base_+1 to last_: { data_, size_ }. A server of the base acknowledges them by taking them
 *   have_        number of the last message that came
 *   acked_       number of the last one that the server was told to have come
 *   fails_       attachments in a row that were not proved to be alive
 *   early_       whether the server may connect "/" by itself: asked for, then whether it has done so
 *
 * @constructor
 * @param {string=} uri
 * @param {Object} opts
 * @param {Object=} race that goes on
 */
export function Engine(uri, opts, race) {
  var s = this, at;
  opts = s.opts = extend({}, opts);
  at = parseURI(uri || opts.host, opts);
  s.hostname = at.hostname;
  opts.query = opts.query || at.query;
  s.base_ = s.last_ = s.have_ = s.acked_ = s.unacked_ = s.size_ = s.queued_ = s.fails_ = s.super_ = 0;
  s.interval_ = 25000;
  s.timeout_ = 20000;
  s.maxPayload = 1e6;
  s.buffer_ = Infinity;
  s.id = '';
  s.allowed_ = names;
  s.waiting_ = s.writeBuffer = [];
  s.kept_ = [];
  s.live_ = [];
  s.stock_ = opts.resume === false;
  s.race_ = race || newRace();
  s.path_ = at.origin + opts.path.replace(/\/$/, '') + (opts.addTrailingSlash === false ? '' : '/');
  s.memory_ = memoryOf(s.path_);
  s.timers_ = [
    s.ackT_ = new Timer(s, acknowledge),
    s.retryT_ = new Timer(s, retry),
    s.legT_ = new Timer(s, nextLeg),
    s.pingT_ = new Timer(s, pingMissing),
    s.sentT_ = new Timer(s, ask),
    s.swapT_ = new Timer(s, ask),
    s.upT_ = new Timer(s, tryUpward),
    s.byeT_ = new Timer(s, farewell)
  ];
  s.classes_ = (opts.transports || names).map(function (c) { return classes[c] || c; }).filter(function (c) {
    return c.of_ && c.of_(opts);
  });
  s.readyState = 'opening';
  s.unwatch_ = watch(s);
  // The application may first say more about what it wants.
  tick(function () {
    if (s.over_) return;
    if (s.classes_.length) run(s);
    else end(s, 'transport error', new Error('No transports available'));
  });
}

inherit(Engine, Emitter, {
  protocol: engineProtocol,

  /** Hears the events of the session before its listeners do. */
  hear_: nothing,

  /** Whether the server may connect "/" by itself. */
  mayJoin_: nothing,

  /**
   * Sends a message. done is called when it was handed to a connection.
   */
  write: function (data, options, done) {
    push(this, unit({ options: options }, [data], typeof options == 'function' ? options : done));
    return this;
  },

  /**
   * Ends the session, after what waits was sent.
   */
  close: function () {
    leave(this);
    return this;
  }
});

Engine.prototype.send = Engine.prototype.write;

/** transport: the connection, or the newest try to get one. */
getter(Engine, 'transport', function () {
  return this.cur_ || this.live_[this.live_.length - 1] || this.lost_;
});

/** Has the session's events heard. */
export function tell(s, event, x, y) {
  s.hear_(event, x, y);
  s.emitReserved(event, x, y);
}

/**
 * What is sent as a whole: the messages of a packet.
 *
 *   messages_  { data_, size_ }: what goes over the wire, and bytes of it in a POST
 *   size_      bytes of all
 *   unread_    blobs that are still to be read, once it was pushed
 *
 * @param {{options: Object}} packet it is made of
 * @param {Array} data
 * @param {function(): void=} done
 */
export function unit(packet, data, done) {
  var u = { packet_: packet, done_: done, size_: 0 };
  u.messages_ = data.map(function (x) {
    var size = sizeOf(x);
    u.size_ += size;
    return { data_: typeof x == 'string' ? '4' + x : x, size_: size };
  });
  return u;
}

/** Queues a unit. */
export function push(s, u) {
  if (s.over_ || s.closing_) return;
  u.unread_ = u.messages_.length;
  s.emitReserved('packetCreate', { type: 'message', data: u.messages_[0].data_, options: u.packet_.options });
  s.waiting_.push(u);
  s.queued_ += u.size_;
  u.messages_.forEach(function (m) {
    freeze(m.data_, function (data) {
      m.data_ = data;
      u.unread_--;
      wake(s);
    });
  });
}

/** Whether a session of the base has missed its ping while the device slept. It is closed then. */
export function expired(s) {
  var late = s.stock_ && now() > s.pingBy_;
  if (late) tick(function () { end(s, 'ping timeout'); });
  return late;
}

/** Has what waits written, after what runs now. */
export function wake(s) {
  if (s.woken_) return;
  s.woken_ = true;
  tick(function () {
    s.woken_ = false;
    if (s.cur_) flush(s.cur_);
  });
}

/** A connection has written n packets. */
export function flushed(s, n) {
  if (!n) return;
  s.emitReserved('flush');
  if (!left(s)) s.emitReserved('drain');
}

/** Ends what a connection could not go on with. hint is when to come back, in milliseconds. */
export function end(s, reason, err, hint) {
  var opening = s.readyState == 'opening', a = s.cur_;
  if (s.over_) return;
  // Without a WebSocket, a server of the base does not see that the session is over.
  if (s.stock_ && a && a.name != 'websocket' && reason != 'transport close') {
    a.leaving_ = true;
    post(a, 0, 0, ['1'], function () { stop(a); });
  }
  finish(s);
  s.hint_ = hint;
  if (opening || reason == 'transport error') tell(s, 'error', err || new Error(reason));
  tell(s, 'close', reason, err);
}

/** Stops all that the session does, but for connections that leave. */
export function finish(s) {
  s.over_ = true;
  s.readyState = 'closed';
  stopAll(s);
  s.unwatch_();
}

/** Stops timers, and connections that do not leave. */
export function stopAll(s) {
  s.timers_.forEach(function (t) { t.stop_(); });
  s.live_.concat(s.trial_ || []).forEach(function (a) { if (!a.leaving_) kill(a); });
}

/** The address of a request of a. */
export function urlOf(a, query) {
  var s = a.engine_;
  return (a.name == 'websocket' ? 'ws' : 'http') + s.path_ + '?EIO=4&transport=' + a.name + query +
    (a.opts.forceBase64 ? '&b64=1' : '') + encodeQuery(s.opts.query);
}
