// timer.js: timers that know of sleep, and of the options for timers.

import { asleep } from './constants.js';
import { now, root } from './env.js';

var nativeSet = root.setTimeout, nativeClear = root.clearTimeout;

/**
 * A timer that calls f once for each start, with its owner, and whether the device has slept meanwhile.
 * @constructor
 * @param {{opts: {useNativeTimers: boolean, autoUnref: boolean}}} owner
 * @param {function(*, boolean): void} f
 */
export function Timer(owner, f) {
  this.owner_ = owner;
  this.f_ = f;
  /** what setTimeout has returned, while it is running */
  this.on_ = 0;
}

Timer.prototype.start_ = function (ms) {
  var timer = this, opts = timer.owner_.opts, due = now() + ms;
  timer.stop_();
  timer.on_ = (opts.useNativeTimers ? nativeSet : setTimeout)(function () {
    timer.on_ = 0;
    timer.f_(timer.owner_, now() - due > asleep);
  }, ms);
  if (NODE && opts.autoUnref && timer.on_.unref) timer.on_.unref();
};

Timer.prototype.stop_ = function () {
  (this.owner_.opts.useNativeTimers ? nativeClear : clearTimeout)(this.on_);
  this.on_ = 0;
};

/**
 * A timer that is started at once.
 * @returns {Timer}
 */
export function after(owner, ms, f) {
  var t = new Timer(owner, f);
  t.start_(ms);
  return t;
}
