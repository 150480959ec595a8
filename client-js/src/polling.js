// polling.js: a run of polling GETs.

import { maxPolls, pollWait } from './constants.js';
import { extend, now, root, tick } from './env.js';
import { Timer } from './timer.js';
import { parsePayload } from './eio.js';
import { urlOf } from './engine.js';
import { gone, refusal } from './attach.js';
import { receive, told } from './numbers.js';
import { attachQuery, sidQuery, transport } from './transport.js';
import { request } from './request.js';
import { uplink } from './uplink.js';

var stamps = 0;

export var Polling = transport(function () { return root.XMLHttpRequest || NODE && root.fetch; }, extend({
  name: 'polling',

  run_: function () {
    var a = this, query = attachQuery(a);
    a.p_ = a.failed_ = 0;
    a.getT_ = new Timer(a, function () {
      a.abortDown_();
      if (a.getting_) missed(a, 0, '');
      else a.next_();
    });
    get(a, query + (query && !a.leg_ ? '&p=0' : ''), a.engine_.have_);
  },

  /** Makes the next GET. Only its answer is read. */
  next_: function () {
    var a = this, s = a.engine_, before = s.have_;
    if (a.paused_) a.paused_();
    else get(a, sidQuery(a) + (s.stock_ ? '' : '&at=' + a.k_ + '&p=' + ++a.p_ + '&ack=' + told(s)), before);
  }
}, uplink));

function get(a, query, before) {
  var s = a.engine_, abort;
  a.getting_ = true;
  if (NODE) tick(function () { a.emitReserved('poll'); });
  if (a.opts.timestampRequests !== false) { // keeps caches from answering
    query += '&' + (a.opts.timestampParam || 't') + '=' + now().toString(36) + stamps++;
  }
  if (a.opened_) a.getT_.start_(s.interval_ + (s.stock_ ? s.timeout_ : 5000)); // OPEN has a limit of its own
  abort = request(a, urlOf(a, query), 'GET', undefined, function (status, text) {
    a.getting_ = false;
    a.getT_.stop_();
    if (status != 200) return missed(a, status, text);
    a.failed_ = 0;
    receive(a, before, function () { return parsePayload(text); });
    if (a.dead_ || s.over_) return;
    if (a.opened_) a.next_();
    else gone(a, 'xhr poll error', status);
  });
  a.abortDown_ = function () {
    a.getT_.stop_();
    abort();
  };
}

/** A GET has failed. */
function missed(a, status, text) {
  var code = refusal(status, text);
  a.getting_ = false;
  if (code || !a.opened_ || a.engine_.stock_ || ++a.failed_ == maxPolls) gone(a, 'xhr poll error', status, '', code);
  else a.getT_.start_(pollWait);
}
