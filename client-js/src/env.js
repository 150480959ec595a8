// env.js: what differs between browsers, workers and Node, and what ES5 lacks.

/* global root_, NODE */

/** The global object, by the build. Its members are looked up when they are needed. */
export var root = root_;

/** Node, not a page that Node plays. Builds for script elements know nothing of it: NODE is false there. */
export var isNode = NODE && typeof process == 'object' && !!process.versions && !!process.versions.node &&
  typeof Buffer == 'function' && typeof document == 'undefined';

/** Does nothing. */
export function nothing() {}

/** @returns {number} milliseconds of the clock */
export function now() {
  return +new Date();
}

/**
 * Calls f soon, but after what runs now.
 * @param {function(): void} f
 */
export function tick(f) {
  if (root.Promise) Promise.resolve().then(f);
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
  for (var key in from) if ({}.hasOwnProperty.call(from, key)) to[key] = from[key];
  return to;
}

/** @returns {boolean} whether x is an object, or an array */
export function isObject(x) {
  return !!x && typeof x == 'object';
}

/**
 * @param {{length: number}} list
 * @returns {Array} its elements
 */
export function copy(list) {
  return [].slice.call(list);
}

/**
 * Has the instances of Class inherit from Parent.
 * @param {Function} Class
 * @param {Function} Parent
 * @param {Object} members of the prototype
 * @returns {Function} Class
 */
export function inherit(Class, Parent, members) {
  Class.prototype = extend(Object.create(Parent.prototype), members);
  Class.prototype.constructor = Class;
  return Class;
}

/**
 * Defines a read-only property.
 * @param {Function} Class
 * @param {string} name
 * @param {function(): *} get
 */
export function getter(Class, name, get) {
  Object.defineProperty(Class.prototype, name, { get: get, configurable: true });
}

/**
 * Random text for secrets: from the cryptographic source if there is one that does something. Each character has 5 bits.
 * @param {number} n characters of 0-9 a-v
 * @returns {string}
 */
export function randomText(n) {
  var bytes = [], text = '';
  if (root.crypto && root.Uint8Array) crypto.getRandomValues(bytes = new Uint8Array(n));
  while (n--) text += ((bytes[n] ^ Math.random() * 32) & 31).toString(32);
  return text;
}

/**
 * How long to wait before the next try.
 * @param {number} min milliseconds
 * @param {number} max milliseconds
 * @param {number} attempt 0 for the first
 * @param {number} jitter the part of it by which it is longer or shorter, at random
 * @returns {number} milliseconds
 */
export function backoff(min, max, attempt, jitter) {
  return Math.min(Math.min(min * Math.pow(2, attempt), max) * (1 + jitter * (Math.random() * 2 - 1)), max);
}
