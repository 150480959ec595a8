// emitter.js: listeners by the name of an event, as component-emitter has them.

import { copy } from './env.js';

/** @constructor */
export function Emitter() {}

var p = Emitter.prototype;

p.on = p.addEventListener = function (event, f) {
  var all = this.all_ = this.all_ || {}, key = '$' + event; // an event may be called __proto__
  (all[key] = all[key] || []).push(f);
  return this;
};

p.once = function (event, f) {
  function listen() {
    this.off(event, listen);
    f.apply(this, arguments);
  }
  listen.fn = f;
  return this.on(event, listen);
};

/** Removes a listener, all of an event, or all. */
p.off = p.removeListener = p.removeAllListeners = p.removeEventListener = function (event, f) {
  var n = arguments.length, list = this.listeners(event), i = list.length;
  if (!n) this.all_ = {};
  while (i--) {
    if (n == 1 || list[i] === f || list[i].fn === f) {
      list.splice(i, 1);
      if (n > 1) break;
    }
  }
  return this;
};

/** Calls the listeners, each as call does. */
p.emit = p.emitReserved = function (event) {
  callAll(this, this.listeners(event), copy(arguments).slice(1));
  return this;
};

p.listeners = function (event) {
  return (this.all_ || {})['$' + event] || [];
};

p.hasListeners = function (event) {
  return !!this.listeners(event).length;
};

/**
 * Calls what belongs to the application. What it throws is thrown outside of the library, which goes on.
 * @param {*} self
 * @param {Function} f
 * @param {Array} args
 */
export function call(self, f, args) {
  try {
    f.apply(self, args);
  } catch (err) {
    setTimeout(function () { throw err; }, 0);
  }
}

/** Calls all of a list, which may change meanwhile. */
export function callAll(self, list, args) {
  copy(list).forEach(function (f) { call(self, f, args); });
}
