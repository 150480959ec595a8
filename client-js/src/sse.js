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
      if (e.type == 'x') gone(a, 'sse error', 400, '', refusal(400, e.data));
      else receive(a, +e.lastEventId, function () { return parsePayload(e.type == 'e' ? JSON.parse(e.data) : e.data); });
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

/**
 * Reads events as the server writes them: with one line of data each.
 * @param {function({type: string, lastEventId: string, data: string}): void} take is called with each
 * @returns {function(string): void} takes the next piece of the stream
 */
export function eventReader(take) {
  var rest = '';
  return function (text) {
    var blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    blocks.forEach(function (block) {
      var e = {};
      block.replace(/(?:^|\n)(event|id|data): ?([^\r\n]*)/g, function (line, key, value) { e[key] = value; });
      if (e.data != null) take({ type: e.event, lastEventId: e.id, data: e.data });
    });
  };
}
