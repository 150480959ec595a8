// websocket.js: the WebSocket transport.

import { Transport } from './transport.js';
import { inherit, isNode, root } from './env.js';
import { parsePacket, asText } from './eio.js';

/** @constructor */
export function WS(engine) {
  Transport.call(this, engine);
}

/** @returns {Function} the class of WebSockets, if there is any */
WS.of_ = function (opts) {
  return opts.WebSocket || root.WebSocket || root.MozWebSocket;
};

inherit(WS, Transport, {
  name: 'websocket',

  run_: function () {
    var a = this, s = a.engine_, Class = WS.of_(a.opts), ws, url = s.url_(a, a.attachQuery_());
    try {
      ws = NODE && isNode && a.opts.extraHeaders ?
        new Class(url, a.opts.protocols || [], { headers: a.opts.extraHeaders }) :
        a.opts.protocols ? new Class(url, a.opts.protocols) : new Class(url);
    } catch (err) { // a policy of the page forbids it
      return setTimeout(function () { s.gone_(a, err); }, 0);
    }
    a.ws_ = ws;
    ws.binaryType = 'arraybuffer';
    ws.onopen = function () {
      // A leg waits for OPEN: a server of the base takes a ping there for an offence.
      if (!a.leg_) a.dueProbe_ = a.probing_ = true;
      a.flush_();
    };
    ws.onmessage = function (e) {
      var packet;
      try {
        packet = parsePacket(e.data);
      } catch (err) {
        return s.gone_(a, err, '', 'parse error');
      }
      s.receive_(a, 0, [packet]);
    };
    ws.onclose = function (e) {
      s.gone_(a, e, e.code == 4001 ? 'unknown' : e.code == 4002 ? 'superseded' : e.code == 1009 ? 'large' : '', 'transport close');
    };
    ws.onerror = function (e) {
      s.gone_(a, e);
    };
  },

  busy_: function () {
    return this.ws_.bufferedAmount > 65536;
  },

  flush_: function () {
    var a = this, s = a.engine_, i;
    if (!a.ws_ || a.ws_.readyState != 1 || a.dead_ && !a.leaving_) return;
    var packets = a.control_();
    if (a.ready_()) packets = packets.concat(s.messages_(a));
    if (a.leaving_ && !s.left_() && !s.stock_) packets.push('1');
    for (i = 0; i < packets.length; i++) {
      a.ws_.send(typeof packets[i] != 'string' && (a.opts.forceBase64) ? asText(packets[i]) : packets[i]);
    }
    if (a.leaving_ && !s.left_()) a.stop_();
    s.flushed_(packets.length);
  },

  stop_: function () {
    var ws = this.ws_;
    this.leaving_ = false;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.onerror = function () {}; // what nobody listens to is thrown in Node
    if (NODE && ws.readyState == 0 && isNode) ws.onopen = function () { ws.close(); }; // closing now would throw there
    else ws.close();
  }
});
