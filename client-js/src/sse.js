// sse.js: the SSE transport: EventSource, or a request that is read while it comes.

import { extend, root } from './env.js';
import { parsePayload } from './eio.js';
import { urlOf } from './engine.js';
import { gone, refusal } from './attach.js';
import { receive } from './numbers.js';
import { attachQuery, transport } from './transport.js';
import { canStream, request, uplink } from './http.js';

export var SSE = transport(function () { return root.EventSource || canStream(); }, extend({
  name: 'sse',

  run_: function () {
    var a = this, Class = root.EventSource, query = attachQuery(a), url = urlOf(a, query), es;
    function take(e) {
      event(a, e);
    }
    function ended(status, text) {
      gone(a, 'sse error', status, a.opened_ && 'transport close', refusal(status, text));
    }
    if (!Class || a.opts.extraHeaders) {
      a.abortDown_ = request(a, 'GET', query + (NODE && !root.XMLHttpRequest ? '' : '&xs=1'), undefined, ended, eventReader(take));
      return;
    }
    es = new Class(url, { withCredentials: !!a.opts.withCredentials });
    es.onmessage = take;
    es.addEventListener('e', take);
    es.addEventListener('x', take);
    es.onerror = ended;
    a.abortDown_ = function () { es.close(); };
  }
}, uplink));

/** Takes an event; its id is the number of its last message. */
function event(a, e) {
  var packets, before = +e.lastEventId;
  if (e.type == 'x') return gone(a, 'sse error', 400, '', refusal(400, e.data));
  try {
    packets = parsePayload(e.type == 'e' ? JSON.parse(e.data) : e.data);
  } catch (err) {
    return gone(a, 'parse error', err, 'parse error');
  }
  packets.forEach(function (p) { if (p.type == 'message') before--; });
  receive(a, before, packets);
}

/**
 * Reads events.
 * @param {function({type: string, lastEventId: string, data: string}): void} take is called with each
 * @returns {function(string): void} takes the next piece of the stream
 */
export function eventReader(take) {
  var rest = '', e = {};
  return function (text) {
    var lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(function (line) {
      var m = /^(event|data|id): ?([\s\S]*)/.exec(line);
      if (m) e[m[1]] = m[1] == 'data' && e.data != null ? e.data + '\n' + m[2] : m[2];
      if (line) return;
      if (e.data != null) take({ type: e.event, lastEventId: e.id, data: e.data });
      e = { id: e.id };
    });
  };
}
