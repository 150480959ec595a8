// sse.js: the SSE transport: EventSource, or a request that is read while it comes.

import { Transport } from './transport.js';
import { extend, inherit, root } from './env.js';
import { parsePayload } from './eio.js';
import { requestOf, uplink } from './uplink.js';
import { canStream } from './http.js';

/** @constructor */
export function SSE(engine) {
  Transport.call(this, engine);
}

SSE.of_ = function () {
  return root.EventSource || canStream();
};

inherit(SSE, Transport, extend({
  name: 'sse',

  run_: function () {
    var a = this, s = a.engine_, Class = root.EventSource, query = a.attachQuery_();
    if (Class && !a.opts.extraHeaders) {
      // Without credentials some engines know no second argument.
      var url = s.url_(a, query), es = a.opts.withCredentials ? new Class(url, { withCredentials: true }) : new Class(url);
      es.onmessage = function (e) { a.event_('', e.lastEventId, e.data); };
      es.addEventListener('e', function (e) { a.event_('e', e.lastEventId, e.data); });
      es.addEventListener('x', function (e) { a.event_('x', '', e.data); });
      es.onerror = function () { a.ended_(0, ''); };
      a.abortGet_ = function () { es.close(); };
      return;
    }
    var read = eventReader(function (name, id, data) { a.event_(name, id, data); });
    a.abortGet_ = a.request_('GET', query + (NODE && !root.XMLHttpRequest ? '' : '&xs=1'), undefined, function (status, text) {
      a.ended_(status, text);
    }, function (status, text) {
      if (status == 200) read(text);
    });
  },

  /** Takes an event; id is the number of its last message. */
  event_: function (name, id, data) {
    var a = this, s = a.engine_, packets, before = +id, i;
    if (a.dead_ && !a.leaving_) return;
    if (name == 'x') return s.gone_(a, s.error_('sse error', 400), s.refusal_(400, data));
    if (name && name != 'e' && name != 'message') return;
    try {
      packets = parsePayload(name == 'e' ? JSON.parse(data) : data);
    } catch (err) {
      return s.gone_(a, err, '', 'parse error');
    }
    for (i = 0; i < packets.length; i++) if (packets[i].type == 'message') before--;
    s.receive_(a, before, packets);
  },

  ended_: function (status, text) {
    var s = this.engine_;
    if (this.opened_) s.gone_(this, s.error_('sse closed', status), '', 'transport close');
    else s.gone_(this, s.error_('sse error', status), s.refusal_(status, text));
  },

  request_: requestOf,

  stop_: function () {
    this.leaving_ = false;
    if (this.abortGet_) this.abortGet_();
    if (this.abortPost_) this.abortPost_();
  }
}, uplink));

/**
 * Reads events as the server writes them.
 * @param {function(string, string, string): void} take is called with name, id and data of each
 * @returns {function(string): void} takes the next piece of the stream
 */
export function eventReader(take) {
  var rest = '', name = '', id = '', data = null;
  return function (text) {
    var lines = (rest + text).split('\n'), i;
    rest = lines.pop();
    for (i = 0; i < lines.length; i++) {
      var m = /^(\w*)(?:: ?([\s\S]*))?$/.exec(lines[i].replace(/\r$/, ''));
      if (!m) continue;
      if (m[0]) {
        if (m[1] == 'event') name = m[2];
        if (m[1] == 'id') id = m[2];
        if (m[1] == 'data') data = (data == null ? '' : data + '\n') + m[2];
        continue;
      }
      if (data != null) take(name, id, data);
      name = '';
      data = null;
    }
  };
}
