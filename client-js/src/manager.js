// manager.js: a server's sessions, one after the other, and the sockets that share them.

import { Emitter } from './emitter.js';
import { Engine } from './engine.js';
import { Timer, inherit, now } from './env.js';
import { sizeOf } from './binary.js';
import { Socket } from './socket.js';
import { backoff } from './backoff.js';
import { EVENT } from './sio.js';
import { Decoder, Encoder } from 'codec';

/** Bytes of events that may wait to be sent, if the option maxSendBuffer says nothing else. */
var maxSendBuffer = 4 << 20;

/**
 * @constructor
 * @param {string|Object=} uri
 * @param {Object=} opts
 */
export function Manager(uri, opts) {
  var m = this;
  if (uri && typeof uri == 'object') {
    opts = uri;
    uri = undefined;
  }
  m.uri = uri;
  m.opts = opts = opts || {};
  opts.path = opts.path || '/socket.io';
  m.nsps = {};
  m.attempts_ = m.hinted_ = 0;
  m._readyState = 'closed';
  m.reconnection(opts.reconnection !== false);
  m.reconnectionAttempts(opts.reconnectionAttempts || Infinity);
  m.reconnectionDelay(opts.reconnectionDelay || 1000);
  m.reconnectionDelayMax(opts.reconnectionDelayMax || 5000);
  m.randomizationFactor(opts.randomizationFactor == null ? 0.5 : opts.randomizationFactor);
  m.timeout(opts.timeout == null ? 20000 : opts.timeout);
  m.retryT_ = new Timer(opts, function () { m.retry_(); });
  var parser = opts.parser || { Encoder: Encoder, Decoder: Decoder };
  m.encoder = new parser.Encoder();
  m.decoder = new parser.Decoder();
  m.decoder.on('decoded', function (packet) { m.emitReserved('packet', packet); });
  m._autoConnect = opts.autoConnect !== false;
  if (m._autoConnect) m.open();
}

// option makes a method that gets or sets an option.
function option(key) {
  return function (v) {
    if (!arguments.length) return this[key];
    this[key] = v;
    return this;
  };
}

inherit(Manager, Emitter, {
  reconnection: function (v) {
    if (!arguments.length) return this._reconnection;
    this._reconnection = !!v;
    if (!v) this.skipReconnect = true;
    return this;
  },
  reconnectionAttempts: option('_reconnectionAttempts'),
  reconnectionDelay: option('_reconnectionDelay'),
  reconnectionDelayMax: option('_reconnectionDelayMax'),
  randomizationFactor: option('_randomizationFactor'),
  timeout: option('_timeout'),

  /**
   * Opens a session, if there is none.
   * @param {function(Error=): void=} done
   */
  open: function (done) {
    var m = this, former = m.engine;
    if (/open/.test(m._readyState)) return m;
    m._readyState = 'opening';
    m.skipReconnect = false;
    // A race without an answer goes on.
    var e = m.engine = new Engine(m.uri, m.opts, former && !former.id && !former.closing_ ? former.race_ : undefined);
    function failed(err) {
      timer.stop_();
      m.release_();
      m._readyState = 'closed';
      m.emitReserved('error', err);
      if (done) done(err);
      else if (!m._reconnecting && m._reconnection && !m.attempts_) m.reconnect(e.hint_);
    }
    var timer = new Timer(m.opts, function () {
      failed(new Error('timeout'));
      e.finish_();
    });
    if (m._timeout !== false) timer.start_(m._timeout);
    m.listen_(e, {
      error: failed,
      open: function () {
        timer.stop_();
        m.release_();
        m.opened_(e);
        if (done) done();
      }
    });
    return m;
  },

  /** Listens to a session, until release_. */
  listen_: function (e, listeners) {
    var event;
    for (event in listeners) e.on(event, listeners[event]);
    this.release_ = function () {
      this.release_ = nothing;
      for (event in listeners) e.off(event, listeners[event]);
      this.decoder.destroy();
    };
  },

  release_: nothing,

  opened_: function (e) {
    var m = this;
    m._readyState = 'open';
    function pass(event) {
      return function (x) { m.emitReserved(event, x); };
    }
    m.listen_(e, {
      data: function (data) {
        try {
          m.decoder.add(data);
        } catch (err) {
          m.closed_('parse error', err);
        }
      },
      close: function (reason, err) { m.closed_(reason, err); },
      ping: pass('ping'),
      error: pass('error'),
      suspend: pass('suspend'),
      resume: pass('resume')
    });
    m.emitReserved('open');
  },

  /**
   * The socket of a namespace, which is made if there is none.
   */
  socket: function (nsp, opts) {
    var socket = this.nsps[nsp];
    if (!socket) socket = this.nsps[nsp] = new Socket(this, nsp, opts);
    else if (this._autoConnect && !socket.active) socket.connect();
    return socket;
  },

  /** A socket is done: the session is, if it was the last one. */
  _destroy: function () {
    for (var nsp in this.nsps) if (this.nsps[nsp].active) return;
    this._close();
  },

  /**
   * Sends a packet, unless it is too large.
   * @returns {Error|undefined}
   */
  _packet: function (packet) {
    var m = this, e = m.engine, data = m.encode_(packet), err = packet.type == EVENT && m.check_(packet, e.queued);
    if (!err) e.unit_(data, packet);
    return err;
  },

  /** The messages of a packet. */
  encode_: function (packet) {
    var data = this.encoder.encode({ type: packet.type, data: packet.data, options: packet.options, nsp: packet.nsp, id: packet.id });
    packet.size_ = packet.largest_ = 0;
    data.forEach(function (x) {
      x = sizeOf(x);
      packet.size_ += x;
      packet.largest_ = Math.max(packet.largest_, x);
    });
    return data;
  },

  /** What speaks against sending an encoded packet behind so many bytes. */
  check_: function (packet, queued) {
    var e = this.engine;
    // What is too large for a server of the base ends the session there, as it does with other clients.
    if (e && e.id && !e.stock_ && packet.largest_ >= e.limit_()) return new Error('packet is larger than the server takes');
    if (queued + packet.size_ > (this.opts.maxSendBuffer || maxSendBuffer)) return new Error('send buffer is full');
  },

  disconnect: function () {
    return this._close();
  },

  _close: function () {
    this.skipReconnect = true;
    this._reconnecting = false;
    this.retryT_.stop_();
    this.closed_('forced close');
  },

  closed_: function (reason, err) {
    var m = this, e = m.engine, i;
    m.release_();
    m.decoder.destroy();
    m._readyState = 'closed';
    if (e) {
      // What had no number, or was not written, may go into the next session.
      for (i = e.waiting_.length; i-- && reason != 'forced close';) m.giveBack_(e.waiting_[i]);
      e.close();
    }
    m.attempts_ = 0;
    m.emitReserved('close', reason, err);
    if (m._reconnection && !m.skipReconnect) m.reconnect(e && e.hint_);
  },

  giveBack_: function (u) {
    var p = u.packet_, socket = this.nsps[p.nsp];
    if (p.type == EVENT && !p.off_ && socket && socket.active && !p.queued_ && !p.volatile_) {
      socket.sendBuffer.unshift(p);
      socket.bytes_ += p.size_;
    }
  },

  /**
   * Opens the next session, soon.
   * @param {number=} hint of the server, in milliseconds
   */
  reconnect: function (hint) {
    var m = this;
    if (m._reconnecting || m.skipReconnect) return m;
    if (m.attempts_ >= m._reconnectionAttempts) {
      m.attempts_ = 0;
      m.emitReserved('reconnect_failed');
      m._reconnecting = false;
      return m;
    }
    m._reconnecting = true;
    var wait = backoff(m._reconnectionDelay, m._reconnectionDelayMax, m.attempts_++, m._randomizationFactor);
    // A hint is believed once in a while: a server that loses each session at once would be asked without a pause.
    if (hint != null && now() - m.hinted_ > 5000) {
      m.hinted_ = now();
      wait = hint;
    }
    m.retryT_.start_(wait);
    return m;
  },

  retry_: function () {
    var m = this;
    if (m.skipReconnect) return;
    m.emitReserved('reconnect_attempt', m.attempts_);
    if (m.skipReconnect) return; // by a listener
    m.open(function (err) {
      m._reconnecting = false;
      if (err) {
        m.reconnect(m.engine.hint_);
        m.emitReserved('reconnect_error', err);
        return;
      }
      var n = m.attempts_;
      m.attempts_ = 0;
      m.emitReserved('reconnect', n);
    });
  }
});

Manager.prototype.connect = Manager.prototype.open;

function nothing() {}
