// websocket.js: the WebSocket transport.

import { isNode, root } from './env.js';
import { parsePacket, asText } from './eio.js';
import { flushed, urlOf } from './engine.js';
import { gone, probe } from './attach.js';
import { acknowledged, receive } from './numbers.js';
import { attachQuery, flush, stop, transport } from './transport.js';

/** @returns {Function} the class of WebSockets, if there is any */
function classOf(opts) {
  return opts.WebSocket || root.WebSocket;
}

export var WS = transport(classOf, {
  name: 'websocket',

  run_: function () {
    var a = this, o = a.opts, Class = classOf(o), url = urlOf(a, attachQuery(a)), protocols = o.protocols || [], ws;
    try {
      if (NODE && isNode && o.extraHeaders) {
        // The class of Node takes options in the place of the protocols, that of the package ws behind them.
        ws = Class == root.WebSocket && Class.length < 3 ? new Class(url, { protocols: protocols, headers: o.extraHeaders }) :
          new Class(url, protocols, { headers: o.extraHeaders });
      } else ws = new Class(url, protocols);
    } catch (err) { // a policy of the page forbids it
      return setTimeout(function () { gone(a, 'websocket error', err); }, 0);
    }
    a.ws_ = ws;
    ws.binaryType = 'arraybuffer';
    ws.onopen = function () {
      if (NODE && o.autoUnref && ws._socket) ws._socket.unref();
      if (!a.leg_) probe(a); // which waits for OPEN: a server of the base takes a ping there for an offence
      flush(a);
    };
    ws.onmessage = function (e) {
      receive(a, 0, function () { return [parsePacket(e.data)]; });
    };
    ws.onclose = function (e) { gone(a, 'websocket error', e, 'transport close', e.code); };
    ws.onerror = function (e) { gone(a, 'websocket error', e); };
    a.abortDown_ = function () {
      if (NODE && !ws.readyState && isNode) ws.onopen = function () { ws.close(); }; // closing now would throw there
      else ws.close();
    };
  },

  free_: function () {
    return this.ws_ && this.ws_.readyState == 1;
  },

  write_: function (packets) {
    var a = this, s = a.engine_, end = a.leaving_ && !s.waiting_.length;
    if (end && !s.stock_) packets.push('1');
    packets.forEach(function (x) { a.ws_.send(a.opts.forceBase64 ? asText(x) : x); });
    if (s.stock_) acknowledged(s, s.last_);
    if (end) stop(a);
    flushed(s, packets.length);
  }
});
