// env.js: what differs between browsers, workers and Node.

/* global root_, NODE */

/** The global object, by the build. Its members are looked up when they are needed. */
export var root = root_;

/** Node, not a page that Node plays. Builds for script elements know nothing of it: NODE is false there. */
export var isNode = NODE && typeof process == 'object' && !!process.versions && !!process.versions.node &&
  typeof Buffer == 'function' && typeof document == 'undefined';

/** @returns {number} milliseconds of the clock */
export function now() {
  return +new Date();
}

/**
 * Calls f soon, but after what runs now.
 * @param {function(): void} f
 */
export function tick(f) {
  if (typeof Promise == 'function') Promise.resolve().then(f);
  else setTimeout(f, 0);
}

/**
 * Copies the members of from to to.
 * @template T
 * @param {T} to
 * @param {Object=} from
 * @returns {T}
 */
export function extend(to, from) {
  for (var key in from) if (has(from, key)) to[key] = from[key];
  return to;
}

/** @returns {boolean} whether o itself has the member */
export function has(o, key) {
  return Object.prototype.hasOwnProperty.call(o, key);
}

/**
 * Has the instances of Class inherit from Parent.
 * @param {Function} Class
 * @param {Function} Parent
 * @param {Object} members of the prototype
 */
export function inherit(Class, Parent, members) {
  Class.prototype = extend(Object.create(Parent.prototype), members);
  Class.prototype.constructor = Class;
}

/**
 * Defines a read-only property.
 * @param {Object} prototype
 * @param {string} name
 * @param {function(): *} get
 */
export function getter(prototype, name, get) {
  Object.defineProperty(prototype, name, { get: get, configurable: true });
}

var nativeSet = root.setTimeout, nativeClear = root.clearTimeout;

// A timer that fires so much later than it should has slept with the device.
var asleep = 2000;

/**
 * A timer that calls f once for each start. f is told whether the device has slept meanwhile.
 * @constructor
 * @param {{useNativeTimers: boolean, autoUnref: boolean}} opts
 * @param {function(boolean): void} f
 */
export function Timer(opts, f) {
  this.opts_ = opts;
  this.f_ = f;
  /** whether it is running */
  this.on_ = null;
}

Timer.prototype.start_ = function (ms) {
  var timer = this, due = now() + ms;
  timer.stop_();
  var set = timer.opts_.useNativeTimers ? nativeSet : setTimeout;
  timer.on_ = [set(function () {
    timer.on_ = null;
    timer.f_(now() - due > asleep);
  }, ms)];
  if (NODE && timer.opts_.autoUnref && timer.on_[0].unref) timer.on_[0].unref();
};

Timer.prototype.stop_ = function () {
  if (this.on_) (this.opts_.useNativeTimers ? nativeClear : clearTimeout)(this.on_[0]);
  this.on_ = null;
};

/**
 * A timer that is started at once.
 * @returns {Timer}
 */
export function after(opts, ms, f) {
  var t = new Timer(opts, f);
  t.start_(ms);
  return t;
}

/**
 * Random text for secrets: from the cryptographic source if there is one.
 * @param {number} n characters of A-Z a-z 0-9 - _
 * @returns {string}
 */
export function randomText(n) {
  var c = root.crypto || root.msCrypto, bytes = [], text = '';
  if (c && typeof Uint8Array != 'undefined') c.getRandomValues(bytes = new Uint8Array(n));
  for (var i = 0; i < n; i++) text += alphabet.charAt((bytes.length ? bytes[i] : Math.random() * 64) & 63);
  return text;
}

export var alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
