// polling.js: a run of polling GETs.

import { Transport } from './transport.js';
import { after, extend, inherit, now, root, tick } from './env.js';
import { parsePayload } from './eio.js';
import { requestOf, uplink } from './uplink.js';

/** @constructor */
export function Polling(engine) {
  Transport.call(this, engine);
  this.p_ = this.failed_ = 0;
}

Polling.of_ = function () {
  return root.XMLHttpRequest || NODE && root.fetch;
};

inherit(Polling, Transport, extend({
  name: 'polling',

  run_: function () {
    var query = this.attachQuery_();
    this.get_(query + (query && !this.leg_ ? '&p=0' : ''), this.asked_);
  },

  /** Makes the next GET. Only its answer is read. */
  next_: function () {
    var a = this, s = a.engine_;
    if (a.paused_) return a.paused_();
    a.get_(a.sidQuery_() + (s.stock_ ? '' : '&at=' + a.k_ + '&p=' + ++a.p_ + '&ack=' + s.told_()), s.have_);
  },

  get_: function (query, before) {
    var a = this, s = a.engine_;
    a.getting_ = true;
    if (NODE) tick(function () { a.emitReserved('poll'); });
    a.abortGet_ = a.request_('GET', query + stamp(a.opts), undefined, function (status, text) {
      timer.stop_();
      a.getting_ = false;
      if (status != 200) return a.missed_(status, s.refusal_(status, text));
      a.failed_ = 0;
      try {
        text = parsePayload(text);
      } catch (err) {
        return s.gone_(a, err, '', 'parse error');
      }
      s.receive_(a, before, text);
      if (a.dead_) return;
      if (a.opened_) a.next_();
      else s.gone_(a, s.error_('first answer without OPEN', status));
    });
    var timer = a.getT_ = after(a.opts, s.interval_ + (s.stock_ ? s.timeout_ : 5000), function () {
      a.abortGet_();
      a.missed_(0, '');
    });
    if (!a.opened_) timer.stop_(); // OPEN has a limit of its own
  },

  /** A GET has failed. */
  missed_: function (status, why) {
    var a = this, s = a.engine_;
    if (a.dead_) return;
    if (why || !a.opened_ || s.stock_ || ++a.failed_ == 3) return s.gone_(a, s.error_('xhr poll error', status), why);
    a.getT_ = after(a.opts, 100, function () { a.next_(); });
  },

  request_: requestOf,

  stop_: function () {
    this.leaving_ = false;
    if (this.getT_) this.getT_.stop_();
    if (this.abortGet_) this.abortGet_();
    if (this.abortPost_) this.abortPost_();
  }
}, uplink));

// stamp keeps caches from answering.
var stamps = 0;

function stamp(opts) {
  return opts.timestampRequests === false ? '' :
    '&' + (opts.timestampParam || 't') + '=' + now().toString(36) + (stamps++).toString(36);
}
