// emitter.js: listeners by the name of an event, as component-emitter has them.

/** @constructor */
export function Emitter() {}

Emitter.prototype = {
  constructor: Emitter,

  on: function (event, f) {
    var all = this._callbacks = this._callbacks || {};
    (all['$' + event] = all['$' + event] || []).push(f);
    return this;
  },

  once: function (event, f) {
    function listen() {
      this.off(event, listen);
      f.apply(this, arguments);
    }
    listen.fn = f;
    return this.on(event, listen);
  },

  /** Removes a listener, all of an event, or all. */
  off: function (event, f) {
    var all = this._callbacks || {}, key = '$' + event, list = all[key], n = arguments.length;
    if (!n) this._callbacks = {};
    else if (n == 1) delete all[key];
    else if (list) {
      for (var i = 0; i < list.length; i++) {
        if (list[i] === f || list[i].fn === f) {
          // A copy, for an emit that is under way.
          all[key] = list.slice(0, i).concat(list.slice(i + 1));
          break;
        }
      }
      if (!all[key].length) delete all[key];
    }
    return this;
  },

  emit: function (event) {
    var list = this.listeners(event).slice(), args = [].slice.call(arguments, 1);
    for (var i = 0; i < list.length; i++) list[i].apply(this, args);
    return this;
  },

  /** emit, for the library's own events: see call. */
  emitReserved: function (event) {
    var list = this.listeners(event).slice(), args = [].slice.call(arguments, 1);
    for (var i = 0; i < list.length; i++) call(this, list[i], args);
    return this;
  },

  listeners: function (event) {
    return (this._callbacks || {})['$' + event] || [];
  },

  hasListeners: function (event) {
    return !!this.listeners(event).length;
  }
};

var p = Emitter.prototype;
p.addEventListener = p.on;
p.removeListener = p.removeAllListeners = p.removeEventListener = p.off;

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
