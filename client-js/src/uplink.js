// uplink.js: the POSTs of an SSE or polling connection, one at a time.

import { request } from './http.js';
import { formatPayload } from './eio.js';
import { after } from './env.js';
import { sizeOf } from './binary.js';

var tries = 3, maxPackets = 500;

/** Bytes of events in one body, if they are not larger each. */
export var maxEvents = 65536;

function dataOf(m) {
  return m.data_;
}

/** What SSE and polling have in common. */
export var uplink = {
  busy_: function () {
    return this.posting_;
  },

  /**
   * Has done called when no POST is under way, with a server of the base no GET either. No messages are sent from now on,
   * and no next GET.
   */
  pause_: function (done) {
    var a = this;
    a.paused_ = function () {
      if (a.posting_ || a.engine_.stock_ && a.getting_) return;
      a.paused_ = function () {};
      done();
    };
    a.paused_();
  },

  unpause_: function () {
    this.paused_ = null;
    if (this.next_ && !this.getting_) this.next_();
    this.flush_();
  },

  /** Makes the next POST, if anything waits and none is under way. */
  flush_: function () {
    var a = this, s = a.engine_, query = a.sidQuery_(), upTo = 0, last = false;
    if (a.posting_ || !a.opened_ || a.dead_ && !a.leaving_) return;
    var packets = a.control_();
    if (!s.stock_) {
      query += '&at=' + a.k_;
      if (a.ready_()) {
        var messages = s.body_(packets);
        if (messages.length) query += '&n=' + (s.base_ + 1);
        upTo = s.base_ + messages.length;
        packets = packets.concat(messages.map(dataOf));
      }
    } else if (!packets.length && a.ready_()) { // together they might be too large
      packets = s.unnumbered_(s.limit_());
    }
    if (a.leaving_ && !s.left_() && !packets.length) {
      packets = ['1'];
      last = true;
    }
    if (!packets.length) return;
    a.posting_ = true;
    a.abortPost_ = post(a, query, formatPayload(packets), s.stock_ ? s.interval_ + s.timeout_ : s.patience_(), s.stock_ ? 1 : tries, function (why, err) {
      a.posting_ = false;
      if (last) return a.stop_();
      if (a.dead_ && !a.leaving_) return;
      if (why != null) return a.leaving_ ? a.stop_() : s.gone_(a, err, why);
      if (!s.stock_) {
        if (upTo > s.base_) a.moved_ = true;
        s.acknowledged_(upTo);
      }
      s.flushed_(packets.length);
      if (a.paused_) a.paused_();
      a.flush_();
    });
  }
};

/**
 * Makes a POST until it is answered, or its tries are over. The server knows its messages by their numbers.
 * @param {function((string|undefined), *): void} done is called with a refusal, '' for a lost connection, undefined for "ok"
 * @returns {function(): void} gives it up
 */
export function post(a, query, body, wait, times, done) {
  var abort, timer, n = 0;
  function failed() {
    if (++n >= times) return done('', a.engine_.error_('xhr post error', 0));
    timer = after(a.opts, 100 << n, go);
  }
  function go() {
    abort = a.request_('POST', query, body, function (status, text) {
      timer.stop_();
      if (status == 200 && text == 'ok') done();
      else if (status) done(status == 413 ? 'large' : a.engine_.refusal_(status, text), a.engine_.error_('xhr post error', status));
      else failed();
    });
    timer = after(a.opts, wait, function () {
      abort();
      failed();
    });
  }
  go();
  return function () {
    timer.stop_();
    abort();
  };
}

/** The request of a connection. */
export function requestOf(method, query, body, done, chunk) {
  var a = this, o = a.opts;
  return request({
    method: method,
    url: a.engine_.url_(a, query),
    body: body,
    headers: o.extraHeaders,
    credentials: o.withCredentials,
    fetch: NODE && a.fetch_
  }, done, chunk);
}

/**
 * @param {Array<string>} control
 * @param {Array<{data_: *, size_: number}>} kept
 * @param {number} limit
 * @param {boolean=} all as many as the server takes, not as many as are good for it
 * @returns {Array} those messages of kept that fit into a body behind the control packets
 */
export function fitting(control, kept, limit, all) {
  var messages = [], size = 0, i;
  for (i = 0; i < control.length; i++) size += sizeOf(control[i]) + 1;
  for (i = 0; i < kept.length; i++) {
    size += kept[i].size_ + 1;
    if ((i || control.length) && size - 1 > limit || i && !all && (i == maxPackets || size > maxEvents)) break;
    messages.push(kept[i]);
  }
  return messages;
}
