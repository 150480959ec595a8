// socket.js: one namespace: connecting to it, and what goes to it and comes from it.

import { Emitter, call } from './emitter.js';
import { Timer, after, extend, getter, has, inherit, randomText } from './env.js';
import { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } from './sio.js';

var reserved = { connect: 1, connect_error: 1, disconnect: 1, disconnecting: 1, newListener: 1, removeListener: 1 };

/**
 * @constructor
 * @param {Manager} io
 * @param {string} nsp
 * @param {Object=} opts
 */
export function Socket(io, nsp, opts) {
  var s = this;
  s.io = io;
  s.nsp = nsp;
  s.connected = s.recovered = s.active_ = false;
  s.receiveBuffer = [];
  s.sendBuffer = [];
  s._queue = [];
  s.ids = s.bytes_ = 0;
  s.acks = {};
  s.flags = {};
  s._any = [];
  s._anyOut = [];
  if (opts && opts.auth) s.auth = opts.auth;
  s._opts = extend({}, opts);
  if (io._autoConnect) s.open();
}

inherit(Socket, Emitter, {
  connect: function () {
    var s = this, io = s.io;
    if (s.connected) return s;
    if (!s.active_) s.subscribe_();
    if (!io._reconnecting) io.open();
    if (io._readyState == 'open') s.hello_();
    return s;
  },

  /** Listens to the manager. */
  subscribe_: function () {
    var s = this, io = s.io, subs = {
      open: function () { s.hello_(); },
      packet: function (p) { if (p.nsp == s.nsp) s.onpacket_(p); },
      error: function (err) { if (!s.connected) s.emitReserved('connect_error', err); },
      close: function (reason, err) { s.onclose_(reason, err); }
    };
    s.active_ = true;
    for (var event in subs) io.on(event, subs[event]);
    s.unsubscribe_ = function () {
      for (var event in subs) io.off(event, subs[event]);
      s.active_ = false;
    };
  },

  send: function () {
    this.emit.apply(this, ['message'].concat([].slice.call(arguments)));
    return this;
  },

  /**
   * Sends an event. A function as the last argument is called with the answer.
   */
  emit: function (event) {
    var s = this, flags = s.flags, args = [].slice.call(arguments), packet, err;
    if (has(reserved, event)) throw new Error('"' + event + '" is a reserved event name');
    s.flags = {};
    if (s._opts.retries && !flags.volatile && !flags.queued_) {
      s.enqueue_(args, flags);
      return s;
    }
    packet = { type: EVENT, nsp: s.nsp, data: args, options: { compress: flags.compress !== false }, queued_: flags.queued_, volatile_: flags.volatile };
    if (typeof args[args.length - 1] == 'function') {
      packet.id = s.ids++;
      s.await_(packet, args.pop(), flags.timeout == null ? s._opts.ackTimeout : flags.timeout);
    }
    var engine = s.io.engine;
    if (flags.volatile && !(engine && engine.transport && engine.transport.writable)) return s;
    if (s.connected && !engine._hasPingExpired()) err = s.leave_(packet);
    else if (!flags.queued_) err = s.hold_(packet);
    if (err) s.refuse_(packet, err);
    return s;
  },

  /** Sends a packet now. */
  leave_: function (packet) {
    var s = this;
    s._anyOut.slice().forEach(function (f) { call(s, f, packet.data); });
    return s.io._packet(packet);
  },

  /** Keeps a packet until the socket is connected. */
  hold_: function (packet) {
    var s = this, err = s.io.encode_(packet) && s.io.check_(packet, s.bytes_);
    if (err) return err;
    s.bytes_ += packet.size_;
    s.sendBuffer.push(packet);
  },

  /** A packet cannot be sent: who waits for its answer is told, else who sends it. */
  refuse_: function (packet, err) {
    var s = this, ack = s.acks[packet.id];
    if (!ack || !ack.withError) {
      delete s.acks[packet.id];
      throw err;
    }
    after(s.io.opts, 0, function () { s.fail_(packet.id, err); });
  },

  /** Has ack called with the answer to a packet. */
  await_: function (packet, ack, ms) {
    var s = this, id = packet.id;
    if (ms == null) return s.acks[id] = ack;
    var timer = after(s.io.opts, ms, function () {
      packet.off_ = true; // if it waits, it need not leave any more
      var i = s.sendBuffer.indexOf(packet);
      if (i >= 0) {
        s.sendBuffer.splice(i, 1);
        s.bytes_ -= packet.size_;
      }
      s.fail_(id, new Error('operation has timed out'));
    });
    function answer() {
      timer.stop_();
      ack.apply(s, arguments);
    }
    answer.withError = true;
    s.acks[id] = answer;
  },

  fail_: function (id, err) {
    var ack = this.acks[id];
    delete this.acks[id];
    if (ack && ack.withError) call(this, ack, [err]);
  },

  /** @returns {Promise} of the first value of the answer */
  emitWithAck: function () {
    var s = this, args = [].slice.call(arguments);
    return new Promise(function (resolve, reject) {
      function answer(err, value) {
        if (err) reject(err);
        else resolve(value);
      }
      answer.withError = true;
      s.emit.apply(s, args.concat(answer));
    });
  },

  /** Queues an event that is sent again until it is answered. */
  enqueue_: function (args, flags) {
    var s = this, ack = typeof args[args.length - 1] == 'function' && args.pop();
    var entry = { tryCount: 0, args: args, flags: extend({ queued_: true }, flags), key_: { _once: randomText(20) } };
    entry.answer_ = function (err) {
      if (entry != s._queue[0]) return; // it was answered before
      entry.pending = false;
      if (!err || entry.tryCount > s._opts.retries) {
        s._queue.shift();
        if (ack) call(s, ack, arguments);
      }
      s.drain_();
    };
    s._queue.push(entry);
    s.drain_();
  },

  /** Sends the first event of the queue. Only a server of ours knows what the key is for. */
  drain_: function () {
    var s = this, entry = s._queue[0], engine = s.io.engine;
    if (!s.connected || !entry || entry.pending) return;
    entry.pending = true;
    entry.tryCount++;
    s.flags = extend({}, entry.flags);
    function answer() {
      entry.answer_.apply(null, arguments);
    }
    answer.withError = true;
    s.emit.apply(s, entry.args.concat(engine.stock_ ? [] : entry.key_, answer));
  },

  packet: function (packet) {
    packet.nsp = this.nsp;
    this.io._packet(packet);
  },

  /** Asks to be connected. */
  hello_: function () {
    var s = this, engine = s.io.engine;
    function connect(data) {
      if (engine != s.io.engine || !s.active_) return;
      if (s._pid) data = extend({ pid: s._pid, offset: s._lastOffset }, data);
      s.packet({ type: CONNECT, data: data });
    }
    if (typeof s.auth == 'function') s.auth(connect);
    else connect(s.auth);
  },

  onclose_: function (reason, err) {
    var s = this, kept = {}, i;
    s.connected = false;
    delete s.id;
    for (i = 0; i < s._queue.length; i++) s._queue[i].pending = false;
    s.emitReserved('disconnect', reason, err);
    for (i = 0; i < s.sendBuffer.length; i++) kept[s.sendBuffer[i].id] = 1;
    for (var id in s.acks) if (!kept[id]) s.fail_(id, new Error('socket has been disconnected'));
  },

  onpacket_: function (packet) {
    var s = this, data = packet.data, err;
    switch (packet.type) {
    case CONNECT:
      if (data && data.sid) s.onconnect_(data.sid, data.pid);
      else s.emitReserved('connect_error', new Error('the server speaks an older version of the protocol'));
      break;
    case EVENT:
      s.onevent_(packet);
      break;
    case ACK:
      s.onack_(packet);
      break;
    case DISCONNECT:
      s.destroy_();
      s.onclose_('io server disconnect');
      break;
    case CONNECT_ERROR:
      s.destroy_();
      err = new Error(data.message || data);
      err.data = data.data;
      s.emitReserved('connect_error', err);
    }
  },

  onevent_: function (packet) {
    var s = this, args = packet.data, offset = args[args.length - 1], sent = false;
    // The offset of connection state recovery is the last argument of what the server has kept.
    if (packet.id != null) {
      offset = 0;
      args = args.concat(function () {
        if (sent) return;
        sent = true;
        s.packet({ type: ACK, id: packet.id, data: [].slice.call(arguments) });
      });
    }
    if (s.connected) s.dispatch_(args, offset);
    else s.receiveBuffer.push(args);
  },

  dispatch_: function (args, offset) {
    var s = this;
    if (s._pid && typeof offset == 'string') s._lastOffset = offset;
    s._any.slice().forEach(function (f) { call(s, f, args); });
    s.emitReserved.apply(s, args);
  },

  onack_: function (packet) {
    var s = this, ack = s.acks[packet.id], args = packet.data;
    if (!ack) return;
    delete s.acks[packet.id];
    call(s, ack, ack.withError ? [null].concat(args) : args);
  },

  onconnect_: function (id, pid) {
    var s = this, sends = s.sendBuffer, events = s.receiveBuffer, i, err;
    s.id = id;
    s.recovered = !!pid && s._pid === pid;
    s._pid = pid;
    s.connected = true;
    s.receiveBuffer = [];
    s.sendBuffer = [];
    s.bytes_ = 0;
    for (i = 0; i < events.length; i++) s.dispatch_(events[i], events[i][events[i].length - 1]);
    for (i = 0; i < sends.length; i++) {
      if ((err = s.leave_(sends[i]))) s.fail_(sends[i].id, err);
    }
    s.drain_();
    s.emitReserved('connect');
  },

  /** Lets the manager go. */
  destroy_: function () {
    if (this.active_) this.unsubscribe_();
    this.io._destroy(this);
  },

  disconnect: function () {
    var s = this, was = s.connected;
    if (was) s.packet({ type: DISCONNECT });
    s.destroy_();
    if (was) s.onclose_('io client disconnect');
    return s;
  },

  compress: function (v) {
    this.flags.compress = v;
    return this;
  },

  /** Has the next answer fail when it does not come within so many milliseconds. */
  timeout: function (ms) {
    this.flags.timeout = ms;
    return this;
  }
});

var p = Socket.prototype;
p.open = p.connect;
p.close = p.disconnect;

// Listeners for whatever comes, and whatever goes.
function catchAll(suffix, list) {
  p['onAny' + suffix] = function (f) {
    this[list].push(f);
    return this;
  };
  p['prependAny' + suffix] = function (f) {
    this[list].unshift(f);
    return this;
  };
  p['offAny' + suffix] = function (f) {
    var i = this[list].indexOf(f);
    if (!f) this[list] = [];
    else if (i >= 0) this[list].splice(i, 1);
    return this;
  };
  p['listenersAny' + suffix] = function () {
    return this[list];
  };
}

catchAll('', '_any');
catchAll('Outgoing', '_anyOut');

getter(p, 'disconnected', function () { return !this.connected; });
getter(p, 'active', function () { return this.active_; });
getter(p, 'volatile', function () {
  this.flags.volatile = true;
  return this;
});
