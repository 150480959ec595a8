// sse.js: the SSE transport: EventSource, or a request that is read while it comes.

import { extend, root } from './env.js';
import { parsePayload } from './eio.js';
import { urlOf } from './engine.js';
import { busy, gone, refusal } from './attach.js';
import { receive } from './numbers.js';
import { attachQuery, transport } from './transport.js';
import { eventReader } from './events.js';
import { canStream, request } from './request.js';
import { uplink } from './uplink.js';

export var SSE = transport(function () { return root.EventSource || canStream(); }, extend({
  name: 'sse',

  run_: function () {
    var a = this, Class = root.EventSource, url = urlOf(a, attachQuery(a)), read, es;
    function take(e) {
      if (e.type == 'x') gone(a, 'sse error', 400, '', refusal(400, e.data));
      else receive(a, +e.lastEventId, function () { return parsePayload(e.type == 'e' ? JSON.parse(e.data) : e.data); });
    }
    function ended(status, text) {
      gone(a, 'sse error', status, a.opened_ && 'transport close', refusal(status, text));
    }
    if (!Class || a.opts.extraHeaders) {
      read = eventReader(take);
      a.abortDown_ = request(a, url + (NODE && !root.XMLHttpRequest ? '' : '&xs=1'), 'GET', undefined, ended, NODE ? function (text) {
        busy(a); // with a part of an event, too
        read(text);
      } : read);
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
