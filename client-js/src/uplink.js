// uplink.js: the POSTs of an SSE or polling connection, one at a time.

import { maxPosts, postWait } from './constants.js';
import { after } from './timer.js';
import { formatPayload } from './eio.js';
import { request } from './request.js';
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
    url = urlOf(a, sidQuery(a) + (s.stock_ ? '' : '&at=' + k + (n ? '&n=' + (s.base_ + 1) : ''))), body = formatPayload(packets);
  function again() {
    abort();
    if (s.stock_ || ++failed == maxPosts) done('timeout');
    else timer = after(a, postWait * failed, go);
  }
  function go() {
    abort = request(a, url, 'POST', body, function (status, text) {
      timer.stop_();
      if (status == 200 && text == 'ok') done();
      else if (status) done(status, refusal(status, text));
      else again();
    });
    timer = after(a, s.stock_ ? s.interval_ + s.timeout_ : patience(s, body.length), again);
  }
  if (hurry && !a.opts.extraHeaders && navigator.sendBeacon && navigator.sendBeacon(url, body)) return;
  go();
  return function () {
    timer.stop_();
    abort();
  };
}
