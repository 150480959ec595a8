// engine.js: one session of the server: what the application may do with it, and how it begins and ends.

import { Emitter } from './emitter.js';
import { Timer, after, extend, getter, inherit, now, randomText, tick } from './env.js';
import { protocol } from './eio.js';
import { freeze, sizeOf } from './binary.js';
import { encodeQuery, decodeQuery, parseURI } from './url.js';
import { memoryOf } from './memory.js';
import { attachments } from './attach.js';
import { numbers } from './numbers.js';
import { leaving } from './leave.js';
import { watch } from './page.js';
import { post } from './uplink.js';
import { WS } from './websocket.js';
import { SSE } from './sse.js';
import { Polling } from './polling.js';

var classes = { websocket: WS, sse: SSE, polling: Polling };

/**
 * A race for a session: legs with the same id join one session. A race of which no leg was answered goes on in the next
 * engine: the server may have opened the session for a leg whose answer was lost.
 * @constructor
 */
export function Race() {
  this.id_ = randomText(22);
  this.k_ = -1;
  this.silences_ = 0;
}

/**
 * A session is a state machine: its events are calls of its methods, and what it does is to start, wake and end
 * connections.
 *
 *   id           "" until the first OPEN
 *   stock_       the server has no resume, or the client wants none: the connection is the session
 *   over_        nothing more is taken or started
 *   closing_     the application has ended it
 *   live_        connections and tries that are not dead, oldest first
 *   cur_         the connection
 *   trial_       a WebSocket that attaches nothing yet
 *   waiting_     units without numbers: { data_: messages, left_: blobs to be read, packet_, sent_ }
 *   kept_        messages base_+1 to last_: { data_, size_ }
 *   have_        number of the last message that came
 *   acked_       number of the last one that the server was told to have come
 *   fails_       attachments in a row that were not proved to be alive
 *
 * @constructor
 * @param {string|Object=} uri
 * @param {Object=} opts
 * @param {Race=} race that goes on
 */
export function Engine(uri, opts, race) {
  var s = this;
  if (uri && typeof uri == 'object') {
    opts = uri;
    uri = null;
  }
  opts = s.opts = extend({ path: '/engine.io' }, opts);
  var at = parseURI(uri || opts.host, opts);
  s.secure = at.secure;
  s.hostname = at.hostname;
  s.port = at.port;
  opts.query = typeof opts.query == 'string' ? decodeQuery(opts.query) : opts.query || decodeQuery(at.query);
  s.base_ = s.last_ = s.have_ = s.acked_ = s.unacked_ = s.size_ = s.queued = s.fails_ = s.super_ = 0;
  s.interval_ = 25000;
  s.timeout_ = 20000;
  s.openK_ = -1;
  s.id = s.readyState = '';
  s.waiting_ = [];
  s.writeBuffer = s.waiting_;
  s.ready_ = [];
  s.kept_ = [];
  s.live_ = [];
  s.plain_ = opts.resume === false;
  s.race_ = race || new Race();
  s.path_ = '://' + (at.hostname.indexOf(':') < 0 ? at.hostname : '[' + at.hostname + ']') + ':' + at.port +
    opts.path.replace(/\/$/, '') + (opts.addTrailingSlash === false ? '' : '/');
  s.memory_ = memoryOf(s.path_);
  s.setTimers_();
  s.open();
}

inherit(Engine, Emitter, extend(extend(extend({
  protocol: protocol,

  open: function () {
    var s = this, names = s.opts.transports || ['websocket', 'sse', 'polling'], i;
    s.classes_ = [];
    for (i = 0; i < names.length; i++) {
      var c = classes[names[i]] || names[i];
      if (c.of_ && c.of_(s.opts)) s.classes_.push(c);
    }
    s.readyState = 'opening';
    s.unwatch_ = watch(s);
    if (s.classes_.length) s.run_();
    else after(s.opts, 0, function () { s.end_('transport error', new Error('No transports available')); });
  },

  setTimers_: function () {
    var s = this;
    s.timers_ = [
      s.ackT_ = new Timer(s.opts, function () { s.acknowledge_(); }),
      s.retryT_ = new Timer(s.opts, function () { if (!s.live_.length) s.start_(s.best_()[0]); }),
      s.legT_ = new Timer(s.opts, function () { s.nextLeg_(); }),
      s.pingT_ = new Timer(s.opts, function (late) { s.pingMissing_(late); }),
      s.sentT_ = new Timer(s.opts, function () {
        if (s.cur_) s.probe_(s.cur_);
        s.watchSent_();
      }),
      s.upT_ = new Timer(s.opts, function () { s.tryUpward_(); }),
      s.byeT_ = new Timer(s.opts, function () { s.farewell_(); })
    ];
  },

  /**
   * Sends a message. done is called when it was handed to a connection.
   */
  write: function (data, options, done) {
    if (typeof options == 'function') done = options;
    this.unit_([data], { options: options }, done);
    return this;
  },

  /**
   * Queues the messages of one packet.
   * @param {Array} data
   * @param {Object} packet it is made of
   * @param {function(): void=} done
   */
  unit_: function (data, packet, done) {
    var s = this, u = { data_: [], left_: 1, size_: 0, packet_: packet, done_: done };
    if (s.over_ || s.closing_) return;
    function read(i) {
      u.left_++;
      freeze(data[i], function (x) {
        if (typeof x == 'string') x = '4' + x;
        u.data_[i] = { data_: x, size_: sizeOf(x) };
        u.size_ += u.data_[i].size_;
        u.left_--;
        s.queued += u.data_[i].size_;
        s.wake_();
      });
    }
    s.emitReserved('packetCreate', { type: 'message', data: data[0], options: packet.options });
    s.waiting_.push(u);
    for (var i = 0; i < data.length; i++) read(i);
    u.left_--;
    s.wake_();
  },

  /** Has what waits written, after what runs now. */
  wake_: function () {
    var s = this;
    if (s.woken_) return;
    s.woken_ = true;
    tick(function () {
      s.woken_ = false;
      if (s.cur_) s.cur_.flush_();
    });
  },

  /** A connection has written n packets. */
  flushed_: function (n) {
    if (!n) return;
    this.emitReserved('flush');
    if (!this.left_()) this.emitReserved('drain');
  },

  /**
   * Ends the session, after what waits was sent.
   */
  close: function () {
    if (!this.over_) this.leave_();
    return this;
  },

  /** Whether a session of the base has missed its ping while the device slept. It is closed then. */
  _hasPingExpired: function () {
    var s = this, expired = !!s.stock_ && now() > s.pingBy_;
    if (expired) tick(function () { s.end_('ping timeout'); });
    return expired;
  },

  /** Ends what a connection could not go on with. hint is when to come back, in milliseconds. */
  end_: function (reason, err, hint) {
    var s = this, opening = s.readyState == 'opening', a = s.cur_;
    if (s.over_) return;
    // Without a WebSocket, a server of the base does not see that the session is over.
    if (s.stock_ && a && a.name != 'websocket' && reason != 'transport close') {
      a.leaving_ = true;
      s.post_(a, a.sidQuery_(), '1', s.timeout_, 1, function () { a.stop_(); });
    }
    s.finish_();
    s.hint_ = hint;
    if (opening || reason == 'transport error') s.emitReserved('error', err || new Error(reason));
    s.emitReserved('close', reason, err);
  },

  /** Stops all that the session does, but for connections that leave. */
  finish_: function () {
    var s = this, i;
    s.over_ = true;
    s.readyState = 'closed';
    for (i = 0; i < s.timers_.length; i++) s.timers_[i].stop_();
    var all = s.live_.concat(s.trial_ || []);
    for (i = 0; i < all.length; i++) if (!all[i].leaving_) s.kill_(all[i]);
    s.unwatch_();
  },

  /** The address of a request of a. */
  url_: function (a, query) {
    var s = this, ws = a.name == 'websocket';
    return (ws ? 'ws' : 'http') + (s.secure ? 's' : '') + s.path_ + '?EIO=4&transport=' + a.name + query +
      (a.opts.forceBase64 || typeof ArrayBuffer == 'undefined' ? '&b64=1' : '') + encodeQuery(s.opts.query);
  },

  /** An error as applications know them. */
  error_: function (message, status) {
    var err = new Error(message);
    err.type = 'TransportError';
    err.description = status;
    return err;
  },

  post_: post,
  Polling_: Polling,
  WS_: WS
}, attachments), numbers), leaving));

Engine.prototype.send = Engine.prototype.write;

/** transport: the connection, or the newest try to get one. */
getter(Engine.prototype, 'transport', function () {
  return this.cur_ || this.live_[this.live_.length - 1] || this.lost_;
});

Engine.protocol = protocol;
