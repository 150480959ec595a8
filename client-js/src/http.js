// http.js: requests, by XMLHttpRequest in pages, by fetch in Node, and the POSTs of an SSE or polling connection.

import { maxPosts, postWait } from './constants.js';
import { after, extend, nothing, root } from './env.js';
import { formatPayload } from './eio.js';
import { flushed, urlOf } from './engine.js';
import { gone, patience, refusal } from './attach.js';
import { acknowledged, left } from './numbers.js';
import { flush, sidQuery, stop } from './transport.js';

/** What SSE and polling have in common. */
export var uplink = {
  free_: function () {
    return this.opened_ && !this.posting_;
  },

  write_: function (packets, n) {
    var a = this, s = a.engine_, upTo = s.base_ + n, last = a.leaving_ && !packets.length && !left(s);
    if (last) packets.push('1');
    if (!packets.length) return;
    a.posting_ = true;
    a.abortUp_ = post(a, a.k_, n, packets, function (err, code) {
      a.posting_ = false;
      if (a.leaving_ && (last || err)) stop(a);
      else if (err) gone(a, 'xhr post error', err, '', code);
      else if (!a.dead_ || a.leaving_) {
        if (upTo > s.base_) a.moved_ = true;
        acknowledged(s, upTo);
        flushed(s, packets.length);
        if (a.paused_) a.paused_();
        flush(a);
      }
    });
  }
};

/**
 * Makes a POST until it is answered, or its tries are over. The server knows its messages by their numbers.
 * @param {number} k of the attachment that it belongs to
 * @param {number} n how many of the packets are messages
 * @param {function(*=, number=): void} done is called without arguments for "ok", else with the status and what was refused
 * @param {boolean=} hurry the page goes away: nobody will hear what becomes of it
 * @returns {function(): void} gives it up
 */
export function post(a, k, n, packets, done, hurry) {
  var s = a.engine_, failed = 0, timer, abort,
    query = sidQuery(a) + (s.stock_ ? '' : '&at=' + k + (n ? '&n=' + (s.base_ + 1) : '')), body = formatPayload(packets);
  function again() {
    abort();
    if (s.stock_ || ++failed == maxPosts) done('timeout');
    else timer = after(a, postWait * failed, go);
  }
  function go() {
    abort = request(a, 'POST', query, body, function (status, text) {
      timer.stop_();
      if (status == 200 && text == 'ok') done();
      else if (status) done(status, refusal(status, text));
      else again();
    });
    timer = after(a, s.stock_ ? s.interval_ + s.timeout_ : patience(s), again);
  }
  if (hurry && !a.opts.extraHeaders && navigator.sendBeacon && navigator.sendBeacon(urlOf(a, query), body)) return;
  go();
  return function () {
    timer.stop_();
    abort();
  };
}

/**
 * Whether the body of an answer can be read while it comes.
 * @returns {boolean}
 */
export function canStream() {
  return root.XMLHttpRequest ? 'onprogress' in new XMLHttpRequest() : NODE && !!root.fetch;
}

/**
 * Makes a request of a.
 * @param {function(number, string): void} done is called once, with the status, 0 if there was no answer, and the body
 * @param {function(string): void=} chunk is called with each new piece of the body
 * @returns {function(): void} gives it up; done is not called then
 */
export function request(a, method, query, body, done, chunk) {
  var o = a.opts, url = urlOf(a, query), headers = extend(body ? { 'Content-Type': 'text/plain;charset=UTF-8' } : {}, o.extraHeaders),
    x, key, read = 0;
  if (NODE && (a.fetch_ || !root.XMLHttpRequest)) return byFetch(method, url, headers, o.withCredentials, body, done, chunk);
  x = new XMLHttpRequest();
  x.onreadystatechange = function () {
    var state = x.readyState, text;
    if (state < 3 || state < 4 && !chunk) return;
    text = x.responseText;
    if (chunk && x.status == 200) chunk(text.slice(read));
    read = text.length;
    if (state > 3) done(x.status, text);
  };
  x.open(method, url, true);
  for (key in headers) x.setRequestHeader(key, headers[key]);
  x.withCredentials = !!o.withCredentials;
  x.send(body);
  return function () {
    x.onreadystatechange = nothing;
    x.abort();
  };
}

function byFetch(method, url, headers, credentials, body, done, chunk) {
  var control = root.AbortController && new AbortController(), over = false;
  function end(status, text) {
    if (!over) done(status, text);
  }
  root.fetch(url, {
    method: method,
    body: body,
    headers: headers,
    credentials: credentials ? 'include' : 'same-origin',
    signal: control && control.signal
  }).then(function (answer) {
    var status = answer.status, reader, decoder;
    if (!chunk || status != 200 || !answer.body) return answer.text().then(function (text) { end(status, text); });
    reader = answer.body.getReader();
    decoder = new TextDecoder();
    return reader.read().then(function next(part) {
      if (over) return;
      if (part.done) return end(status, '');
      chunk(decoder.decode(part.value, { stream: true }));
      return reader.read().then(next);
    });
  }).then(null, function () { end(0, ''); });
  return function () {
    over = true;
    if (control) control.abort();
  };
}
