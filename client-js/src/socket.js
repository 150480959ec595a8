// socket.js: one namespace: connecting to it, and what goes to it and comes from it.

import { ACK, CONNECT, DISCONNECT, EVENT } from './constants.js';
import { Emitter, call, callAll } from './emitter.js';
import { copy, extend, getter, inherit, randomText } from './env.js';
import { after } from './timer.js';
import { expired } from './engine.js';
import { encode, release, send } from './manager.js';

var reserved = /^(connect(_error)?|disconnect(ing)?|newListener|removeListener)$/;

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
  s.connected = s.recovered = s.active = false;
  s.receiveBuffer = [];
  s.sendBuffer = [];
  s.queue_ = [];
  s.ids_ = s.bytes_ = 0;
  s.acks_ = {};
  s.flags_ = {};
  s._any = [];
  s._anyOutgoing = [];
  opts = s.opts_ = opts || {};
  s.auth = opts.auth;
  io.nsps[nsp] = s;
  if (io.auto_) s.open();
}

inherit(Socket, Emitter, {
  connect: function () {
    var s = this, io = s.io;
    if (s.connected || s.active && io.state_ == 'open') return s; // it has asked to be
    s.active = true;
    if (!io.reconnecting_) io.open();
    if (io.state_ == 'open') hello(s);
    return s;
  },

  send: function () {
    return this.emit.apply(this, ['message'].concat(copy(arguments)));
  },

  /**
   * Sends an event. A function as the last argument is called with the answer.
   */
  emit: function (event) {
    var s = this, flags = s.flags_, args = copy(arguments), engine = s.io.engine, ack, packet;
    if (reserved.test(event)) throw new Error('"' + event + '" is a reserved event name');
    s.flags_ = {};
    if (s.opts_.retries && !flags.volatile && !flags.queued_) {
      enqueue(s, args, flags);
      return s;
    }
    ack = callback(args);
    packet = { type: EVENT, nsp: s.nsp, data: args, options: { compress: flags.compress !== false }, flags_: flags };
    if (ack) {
      packet.id = s.ids_++;
      awaitAnswer(s, packet, ack, flags.timeout == null ? s.opts_.ackTimeout : flags.timeout);
    }
    if (flags.volatile && !(engine && engine.cur_ && engine.cur_.writable)) return s;
    try {
      if (s.connected && !expired(engine)) leave(s, packet);
      else if (!flags.queued_) hold(s, packet);
    } catch (err) {
      refuse(s, packet, err);
    }
    return s;
  },

  /** @returns {Promise} of the first value of the answer */
  emitWithAck: function () {
    var s = this, args = copy(arguments);
    return new Promise(function (resolve, reject) {
      s.emit.apply(s, args.concat(withError(function (err, value) {
        if (err) reject(err);
        else resolve(value);
      })));
    });
  },

  disconnect: function () {
    var s = this, was = s.connected;
    if (was) send(s.io, { type: DISCONNECT, nsp: s.nsp });
    destroy(s);
    if (was) closed(s, 'io client disconnect');
    return s;
  },

  compress: function (v) {
    this.flags_.compress = v;
    return this;
  },

  /** Has the next answer fail when it does not come within so many milliseconds. */
  timeout: function (ms) {
    this.flags_.timeout = ms;
    return this;
  }
});

var p = Socket.prototype;
p.open = p.connect;
p.close = p.disconnect;

// Listeners for whatever comes, and whatever goes.
['', 'Outgoing'].forEach(function (suffix) {
  var list = '_any' + suffix;
  p['onAny' + suffix] = function (f) {
    this[list].push(f);
    return this;
  };
  p['prependAny' + suffix] = function (f) {
    this[list].unshift(f);
    return this;
  };
  p['offAny' + suffix] = function (f) {
    var at = this[list].indexOf(f);
    this[list] = f ? this[list].filter(function (g, i) { return i != at; }) : [];
    return this;
  };
  p['listenersAny' + suffix] = function () {
    return this[list];
  };
});

getter(Socket, 'disconnected', function () { return !this.connected; });
getter(Socket, 'volatile', function () {
  this.flags_.volatile = true;
  return this;
});

/** Takes the function from the end of args, if there is one. */
function callback(args) {
  return typeof args[args.length - 1] == 'function' && args.pop();
}

/** Sends a packet now. */
function leave(s, packet, held) {
  callAll(s, s._anyOutgoing, packet.data);
  send(s.io, packet, held);
}

/** Keeps a packet until the socket is connected. */
function hold(s, packet) {
  s.bytes_ += encode(s.io, packet, s.bytes_).size_;
  s.sendBuffer.push(packet);
}

/** A packet cannot be sent: who waits for its answer is told, else who sends it. */
function refuse(s, packet, err) {
  var ack = s.acks_[packet.id];
  if (!ack || !ack.fails_) {
    delete s.acks_[packet.id];
    throw err;
  }
  setTimeout(function () { fail(s, packet.id, err); }, 0);
}

/** Marks a callback that is called with an error first, or null. */
function withError(ack) {
  ack.fails_ = true;
  return ack;
}

/** Has ack called with the answer to a packet. */
function awaitAnswer(s, packet, ack, ms) {
  var id = packet.id, timer;
  s.acks_[id] = ack;
  if (ms == null) return;
  timer = after(s.io, ms, function () {
    var i = s.sendBuffer.indexOf(packet);
    packet.off_ = true; // if it waits, it need not leave any more
    if (i >= 0) {
      s.sendBuffer.splice(i, 1);
      s.bytes_ -= packet.size_;
    }
    fail(s, id, new Error('operation has timed out'));
  });
  s.acks_[id] = withError(function () {
    timer.stop_();
    ack.apply(s, arguments);
  });
}

function fail(s, id, err) {
  var ack = s.acks_[id];
  delete s.acks_[id];
  if (ack && ack.fails_) call(s, ack, [err]);
}

/** Queues an event that is sent again until it is answered. */
function enqueue(s, args, flags) {
  var ack = callback(args), entry;
  entry = {
    tries_: 0, args_: args, key_: { _once: randomText(20) }, flags_: extend({ queued_: true }, flags),
    answer_: withError(function (err) {
      if (entry != s.queue_[0]) return; // it was answered before
      entry.pending_ = false;
      if (!err || entry.tries_ > s.opts_.retries) {
        s.queue_.shift();
        if (ack) call(s, ack, arguments);
      }
      drain(s);
    })
  };
  s.queue_.push(entry);
  drain(s);
}

/** Sends the first event of the queue. Only a server of ours knows what the key is for. */
function drain(s) {
  var entry = s.queue_[0];
  if (!s.connected || !entry || entry.pending_) return;
  entry.pending_ = true;
  entry.tries_++;
  s.flags_ = entry.flags_;
  s.emit.apply(s, entry.args_.concat(s.io.engine.stock_ ? [] : entry.key_, entry.answer_));
}

/** Asks to be connected. */
export function hello(s) {
  var engine = s.io.engine;
  function connect(data) {
    if (engine != s.io.engine || !s.active) return;
    send(s.io, { type: CONNECT, nsp: s.nsp, data: s.pid_ ? extend({ pid: s.pid_, offset: s.offset_ }, data) : data });
  }
  if (typeof s.auth == 'function') call(s, s.auth, [connect]);
  else connect(s.auth);
}

/** The session, or the namespace in it, has ended. */
export function closed(s, reason, err) {
  var id;
  s.connected = false;
  delete s.id;
  s.queue_.forEach(function (entry) { entry.pending_ = false; });
  s.emitReserved('disconnect', reason, err);
  function waits(packet) {
    return packet.id == id;
  }
  for (id in s.acks_) if (!s.sendBuffer.some(waits)) fail(s, id, new Error('socket has been disconnected'));
}

/** There is no session. */
export function failed(s, err) {
  if (!s.connected) s.emitReserved('connect_error', err);
}

/** Takes a packet. */
export function received(s, packet) {
  var type = packet.type, data = packet.data, ack = s.acks_[packet.id];
  if (type == EVENT) heard(s, packet);
  else if (type == ACK) {
    delete s.acks_[packet.id];
    if (ack) call(s, ack, ack.fails_ ? [null].concat(data) : data);
  } else if (type == CONNECT && data && data.sid) connected(s, data.sid, data.pid);
  else if (type == CONNECT) failed(s, new Error('the server is too old'));
  else {
    destroy(s);
    if (type == DISCONNECT) closed(s, 'io server disconnect');
    else failed(s, extend(new Error(data.message || data), { data: data.data }));
  }
}

function heard(s, packet) {
  var args = packet.data, sent = packet.id == null;
  // The offset of connection state recovery is the last argument of what the server has kept.
  args.offset_ = sent && args[args.length - 1];
  if (!sent) {
    args.push(function () {
      if (!sent) send(s.io, { type: ACK, nsp: s.nsp, id: packet.id, data: copy(arguments) });
      sent = true;
    });
  }
  if (s.connected) dispatch(s, args);
  else s.receiveBuffer.push(args);
}

function dispatch(s, args) {
  if (s.pid_ && typeof args.offset_ == 'string') s.offset_ = args.offset_;
  callAll(s, s._any, args);
  s.emitReserved.apply(s, args);
}

function connected(s, id, pid) {
  var packets = s.sendBuffer, events = s.receiveBuffer;
  s.id = id;
  s.recovered = !!pid && s.pid_ === pid;
  s.pid_ = pid;
  s.connected = true;
  s.receiveBuffer = [];
  s.sendBuffer = [];
  s.bytes_ = 0;
  events.forEach(function (args) { dispatch(s, args); });
  packets.forEach(function (packet) {
    try {
      leave(s, packet, true);
    } catch (err) {
      call(s, refuse, [s, packet, err]);
    }
  });
  drain(s);
  s.emitReserved('connect');
}

/** Lets the manager go. */
function destroy(s) {
  s.active = false;
  release(s.io);
}
