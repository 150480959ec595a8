// manager.js: a server's sessions, one after the other, and the sockets that share them.

import { DISCONNECT, EVENT, hintWait, sendBuffer } from './constants.js';
import { Emitter } from './emitter.js';
import { Engine, finish, push, unit } from './engine.js';
import { backoff, inherit, isObject, now } from './env.js';
import { Timer } from './timer.js';
import { Socket, closed as closeSocket, failed as failSocket, hello, received } from './socket.js';
import { Decoder, Encoder } from 'codec';

/** Options that have methods of their name. */
var defaults = {
  reconnection: true, reconnectionAttempts: Infinity, reconnectionDelay: 1000, reconnectionDelayMax: 5000,
  randomizationFactor: 0.5, timeout: 20000
};

/**
 * @constructor
 * @param {string|Object=} uri
 * @param {Object=} opts
 */
export function Manager(uri, opts) {
  var m = this, parser, key;
  if (isObject(uri)) {
    opts = uri;
    uri = null;
  }
  m.uri = uri;
  m.opts = opts = opts || {};
  opts.path = opts.path || '/socket.io';
  m.nsps = {};
  m.attempts_ = m.hinted_ = 0;
  m.state_ = 'closed';
  m.set_ = {};
  for (key in defaults) m[key](opts[key] == null || opts[key] === 0 && /D|A/.test(key) ? defaults[key] : opts[key]);
  m.retryT_ = new Timer(m, retry);
  m.openT_ = new Timer(m, function () {
    finish(m.engine); // failed calls listeners, which may open the next one
    failed(m, new Error('timeout'));
  });
  parser = opts.parser || { Encoder: Encoder, Decoder: Decoder };
  m.encoder = new parser.Encoder();
  m.decoder = new parser.Decoder();
  m.decoder.on('decoded', function (packet) {
    var socket = m.nsps[packet.nsp];
    m.emitReserved('packet', packet);
    if (socket && socket.active) received(socket, packet);
  });
  m.auto_ = opts.autoConnect !== false;
  if (m.auto_) m.open();
}

inherit(Manager, Emitter, {
  /**
   * Opens a session, if there is none.
   * @param {function(Error=): void=} done
   */
  open: function (done) {
    var m = this, former = m.engine, e;
    if (/open/.test(m.state_)) return m;
    m.state_ = 'opening';
    m.skip_ = false;
    m.done_ = done;
    // A race without an answer goes on.
    e = m.engine = new Engine(m.uri, m.opts, former && !former.id && !former.closing_ && former.race_);
    e.hear_ = function (event, x, y) {
      if (m.engine != e || m.state_ == 'closed') return;
      if (heard[event]) heard[event](m, x, y);
      else m.emitReserved(event, x);
    };
    // The server may connect "/" by itself, if that is wanted, and with nothing to say.
    e.mayJoin_ = function () {
      var main = m.nsps['/'];
      return main && main.active && !main.auth && !main.pid_;
    };
    if (m.set_.timeout !== false) m.openT_.start_(m.set_.timeout);
    return m;
  },

  /**
   * The socket of a namespace, which is made if there is none.
   */
  socket: function (nsp, opts) {
    var socket = this.nsps[nsp];
    if (!socket) socket = new Socket(this, nsp, opts);
    else if (this.auto_ && !socket.active) socket.connect();
    return socket;
  },

  disconnect: function () {
    var m = this;
    m.skip_ = true;
    m.reconnecting_ = false;
    m.retryT_.stop_();
    closed(m, 'forced close');
  }
});

Manager.prototype.connect = Manager.prototype.open;

// Each option can be got, and set.
Object.keys(defaults).forEach(function (key) {
  Manager.prototype[key] = function (v) {
    var m = this;
    if (!arguments.length) return m.set_[key];
    m.set_[key] = v;
    if (!m.set_.reconnection) m.skip_ = true;
    return m;
  };
});

/** Calls f with each socket that is in use. */
function each(m, f) {
  for (var nsp in m.nsps) if (m.nsps[nsp].active) f(m.nsps[nsp]);
}

/** What the manager does when it hears of the session's events. It passes on others. */
var heard = {
  open: opened,
  close: closed,
  data: function (m, data) {
    try {
      m.decoder.add(data);
    } catch (err) {
      closed(m, 'parse error', err);
    }
  },
  error: function (m, err) {
    (m.state_ == 'opening' ? failed : fail)(m, err);
  }
};

/** The sockets hear of an error. */
function fail(m, err) {
  m.emitReserved('error', err);
  each(m, function (socket) { failSocket(socket, err); });
}

/** No session could be opened. */
function failed(m, err) {
  var done = m.done_;
  m.openT_.stop_();
  m.state_ = 'closed';
  fail(m, err);
  if (done) done(err);
  else if (!m.reconnecting_ && m.set_.reconnection && !m.attempts_) reconnect(m);
}

function opened(m) {
  var main = m.nsps['/'], early = m.engine.early_, done = m.done_;
  m.openT_.stop_();
  m.state_ = 'open';
  m.retryT_.stop_();
  m.reconnecting_ = false;
  // A socket that is connected by a listener says hello by itself.
  each(m, function (socket) {
    if (!early || socket != main) hello(socket);
  });
  m.emitReserved('open');
  if (early && !main.active) send(m, { type: DISCONNECT, nsp: '/' });
  if (done) done();
}

function closed(m, reason, err) {
  var e = m.engine;
  m.openT_.stop_();
  m.decoder.destroy();
  m.state_ = 'closed';
  if (e) {
    // What had no number, or was not written, may go into the next session.
    if (reason != 'forced close') e.waiting_.slice().reverse().forEach(function (u) { giveBack(m, u); });
    e.close();
  }
  m.attempts_ = 0;
  m.emitReserved('close', reason, err);
  each(m, function (socket) { closeSocket(socket, reason, err); });
  if (m.set_.reconnection && !m.skip_) reconnect(m);
}

function giveBack(m, u) {
  var p = u.packet_, socket = m.nsps[p.nsp];
  if (p.type == EVENT && !p.off_ && socket && socket.active && !p.flags_.queued_ && !p.flags_.volatile) {
    socket.sendBuffer.unshift(p);
    socket.bytes_ += p.size_;
  }
}

/** Opens the next session, soon. */
function reconnect(m) {
  var o = m.set_, hint = m.engine.hint_, wait;
  if (m.reconnecting_ || m.skip_ || m.state_ != 'closed') return; // a listener may have opened
  if (m.attempts_ >= o.reconnectionAttempts) {
    m.attempts_ = 0;
    m.emitReserved('reconnect_failed');
    return;
  }
  m.reconnecting_ = true;
  wait = backoff(o.reconnectionDelay, o.reconnectionDelayMax, m.attempts_++, o.randomizationFactor);
  if (hint >= 0 && now() - m.hinted_ > hintWait) {
    m.hinted_ = now();
    wait = hint;
  }
  m.retryT_.start_(wait);
}

function retry(m) {
  if (m.state_ != 'closed') return m.retryT_.start_(hintWait); // the application has opened: what becomes of that?
  m.emitReserved('reconnect_attempt', m.attempts_);
  if (m.skip_) return; // by a listener
  m.open(function (err) {
    var n = m.attempts_;
    m.reconnecting_ = false;
    if (err) reconnect(m);
    else m.attempts_ = 0;
    m.emitReserved('reconnect' + (err ? '_error' : ''), err || n);
  });
}

/** A socket is done: the session is, if it was the last one. */
export function release(m) {
  var used = false;
  each(m, function () { used = true; });
  if (!used) m.disconnect();
}

/**
 * Makes the unit of a packet, and throws if an event is too large to be sent behind so many bytes.
 * @returns {Object}
 */
export function encode(m, packet, queued) {
  var e = m.engine,
    u = unit(packet, m.encoder.encode({ type: packet.type, data: packet.data, options: packet.options, nsp: packet.nsp, id: packet.id })),
    // What is too large for a server of the base ends the session there, as it does with other clients.
    why = e && e.id && !e.stock_ && u.messages_.some(function (x) { return x.size_ > e.maxPayload; }) ? 'packet is too large' :
      queued + u.size_ > (m.opts.maxSendBuffer || sendBuffer) ? 'send buffer is full' : '';
  packet.size_ = u.size_;
  if (why && packet.type == EVENT) throw new Error(why);
  return u;
}

/**
 * Sends a packet.
 * @param {boolean=} held it has waited, and was counted then
 */
export function send(m, packet, held) {
  push(m.engine, encode(m, packet, held ? -Infinity : m.engine.queued_));
}
