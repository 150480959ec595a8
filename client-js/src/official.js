// official.js: the SSE transport as a class for the official client, socket.io-client 4.8 or engine.io-client 6.6, which
// takes classes in its option transports. A session has the semantics of the base: it ends with its stream.

import { maxPackets } from './constants.js';
import { extend, isNode, nothing, root } from './env.js';
import { freeze, isBinary, sizeOf } from './binary.js';
import { asText, formatPayload, names, parsePayload } from './eio.js';
import { eventReader } from './events.js';
import { request } from './request.js';
import { encodeQuery } from './url.js';

/**
 * What the official client expects of a transport: open, send, close, and the events open, packet, drain, error and close.
 * @constructor
 * @param {Object} opts of the client, with hostname, port, secure, path and query; EventSource is the class to use
 */
export function SSE(opts) {
  var t = this;
  t.opts = opts;
  t.query = opts.query;
  t.socket = opts.socket;
  t.writable = false;
  // Its events are like those of the client.
  ['on', 'once', 'off', 'removeListener', 'removeAllListeners', 'emit'].forEach(function (method) { t[method] = t.socket[method]; });
}

extend(SSE.prototype, {
  name: 'sse',
  readyState: '',

  /** Ends what comes down. */
  stop_: nothing,

  open: function () {
    var t = this, o = t.opts, Class = o.EventSource || root.EventSource, es;
    function take(e) {
      received(t, e);
    }
    function lost(status) {
      if (es) es.close();
      if (t.readyState == 'opening') fail(t, status);
      else close(t);
    }
    t.readyState = 'opening';
    if (NODE && (!Class || o.extraHeaders)) t.stop_ = request(t, urlOf(t), 'GET', undefined, lost, eventReader(take));
    else if (!Class) setTimeout(lost, 0);
    else {
      es = new Class(urlOf(t), { withCredentials: !!o.withCredentials });
      es.onmessage = take;
      es.addEventListener('e', take);
      es.addEventListener('x', take);
      es.onerror = lost;
      t.stop_ = function () { es.close(); };
    }
    return t;
  },

  send: function (packets) {
    var t = this, texts = [], unread = packets.length;
    if (t.readyState != 'open') return;
    t.writable = false;
    packets.forEach(function (p, i) {
      freeze(p.data, function (x) {
        texts[i] = isBinary(x) ? asText(x) : names.indexOf(p.type) + (x || '');
        if (!--unread) post(t, texts);
      });
    });
  },

  close: function () {
    var t = this, stop = t.stop_;
    if (t.readyState == 'open') { // the server shall not hear of the stream's end first
      t.stop_ = nothing;
      request(t, urlOf(t), 'POST', '1', stop);
    }
    close(t);
    return t;
  }
});

function urlOf(t) {
  var o = t.opts, host = o.hostname;
  return 'http' + (o.secure ? 's' : '') + '://' + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + o.port +
    o.path + encodeQuery(t.query).replace('&', '?');
}

/** Takes an event. */
function received(t, e) {
  var packets;
  if (e.type == 'x') return fail(t, e.data);
  try {
    packets = parsePayload(e.type == 'e' ? JSON.parse(e.data) : e.data);
  } catch (err) {
    return fail(t, err);
  }
  packets.forEach(function (p) {
    if (t.readyState == 'closed') return;
    if (p.type == 'open') {
      t.maxPayload_ = JSON.parse(p.data).maxPayload;
      t.readyState = 'open';
      t.writable = true;
      t.emit('open');
    }
    if (p.type == 'close') close(t);
    else t.emit('packet', { type: p.type, data: bytesAs(t.socket.binaryType, p.data) });
  });
}

/** What came, in the form that the application wants bytes in. */
function bytesAs(type, x) {
  if (typeof x == 'string') return x;
  if (type == 'blob') return new Blob([x]);
  return NODE && isNode && type == 'arraybuffer' ? new Uint8Array(x).buffer : x;
}

/** Sends texts, as many at once as the server takes: the client does not look at that for a transport of another name. */
function post(t, texts) {
  var n = 0, size = 0;
  while (n < texts.length && n < maxPackets) {
    size += sizeOf(texts[n]);
    if (n && size > t.maxPayload_) break;
    n++;
  }
  request(t, urlOf(t), 'POST', formatPayload(texts.splice(0, n)), function (status, text) {
    if (t.readyState == 'closed') return;
    if (status != 200 || text != 'ok') return fail(t, status);
    if (texts.length) return post(t, texts);
    t.writable = true;
    t.emit('drain');
  });
}

/** Ends the stream, by which the server knows, and the client hears of an error. */
function fail(t, description) {
  var err = new Error('sse error');
  t.readyState = 'closed';
  t.stop_();
  err.type = 'TransportError';
  err.description = description;
  t.emit('error', err);
}

function close(t) {
  if (t.readyState == 'closed') return;
  t.readyState = 'closed';
  t.stop_();
  t.emit('close', { description: 'sse closed' });
}
