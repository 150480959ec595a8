/*! Everwire client, MIT */(function(root_,module_,define_){
(function() {
  // emitter.js
  function Emitter() {
  }
  Emitter.prototype = {
    constructor: Emitter,
    on: function(event, f) {
      var all = this._callbacks = this._callbacks || {};
      (all["$" + event] = all["$" + event] || []).push(f);
      return this;
    },
    once: function(event, f) {
      function listen() {
        this.off(event, listen);
        f.apply(this, arguments);
      }
      listen.fn = f;
      return this.on(event, listen);
    },
    /** Removes a listener, all of an event, or all. */
    off: function(event, f) {
      var all = this._callbacks || {}, key = "$" + event, list = all[key], n = arguments.length;
      if (!n) this._callbacks = {};
      else if (n == 1) delete all[key];
      else if (list) {
        for (var i = 0; i < list.length; i++) {
          if (list[i] === f || list[i].fn === f) {
            all[key] = list.slice(0, i).concat(list.slice(i + 1));
            break;
          }
        }
        if (!all[key].length) delete all[key];
      }
      return this;
    },
    emit: function(event) {
      var list = this.listeners(event).slice(), args = [].slice.call(arguments, 1);
      for (var i = 0; i < list.length; i++) list[i].apply(this, args);
      return this;
    },
    /** emit, for the library's own events: see call. */
    emitReserved: function(event) {
      var list = this.listeners(event).slice(), args = [].slice.call(arguments, 1);
      for (var i = 0; i < list.length; i++) call(this, list[i], args);
      return this;
    },
    listeners: function(event) {
      return (this._callbacks || {})["$" + event] || [];
    },
    hasListeners: function(event) {
      return !!this.listeners(event).length;
    }
  };
  var p = Emitter.prototype;
  p.addEventListener = p.on;
  p.removeListener = p.removeAllListeners = p.removeEventListener = p.off;
  function call(self, f, args) {
    try {
      f.apply(self, args);
    } catch (err) {
      setTimeout(function() {
        throw err;
      }, 0);
    }
  }

  // env.js
  var root = root_;
  var isNode = typeof process == "object" && !!process.versions && !!process.versions.node && typeof Buffer == "function" && typeof document == "undefined";
  function now() {
    return +/* @__PURE__ */ new Date();
  }
  function tick(f) {
    if (typeof Promise == "function") Promise.resolve().then(f);
    else setTimeout(f, 0);
  }
  function extend(to, from) {
    for (var key in from) if (has(from, key)) to[key] = from[key];
    return to;
  }
  function has(o, key) {
    return Object.prototype.hasOwnProperty.call(o, key);
  }
  function inherit(Class, Parent, members) {
    Class.prototype = extend(Object.create(Parent.prototype), members);
    Class.prototype.constructor = Class;
  }
  function getter(prototype, name, get) {
    Object.defineProperty(prototype, name, { get: get, configurable: true });
  }
  var nativeSet = root.setTimeout;
  var nativeClear = root.clearTimeout;
  var asleep = 2e3;
  function Timer(opts, f) {
    this.opts_ = opts;
    this.f_ = f;
    this.on_ = null;
  }
  Timer.prototype.start_ = function(ms) {
    var timer = this, due = now() + ms;
    timer.stop_();
    var set = timer.opts_.useNativeTimers ? nativeSet : setTimeout;
    timer.on_ = [set(function() {
      timer.on_ = null;
      timer.f_(now() - due > asleep);
    }, ms)];
    if (timer.opts_.autoUnref && timer.on_[0].unref) timer.on_[0].unref();
  };
  Timer.prototype.stop_ = function() {
    if (this.on_) (this.opts_.useNativeTimers ? nativeClear : clearTimeout)(this.on_[0]);
    this.on_ = null;
  };
  function after(opts, ms, f) {
    var t = new Timer(opts, f);
    t.start_(ms);
    return t;
  }
  function randomText(n) {
    var c = root.crypto || root.msCrypto, bytes = [], text = "";
    if (c && typeof Uint8Array != "undefined") c.getRandomValues(bytes = new Uint8Array(n));
    for (var i = 0; i < n; i++) text += alphabet.charAt((bytes.length ? bytes[i] : Math.random() * 64) & 63);
    return text;
  }
  var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  // binary.js
  var chars = alphabet.slice(0, 62) + "+/";
  var hasArrayBuffer = typeof ArrayBuffer != "undefined" && typeof Uint8Array != "undefined";
  function isBlob(x) {
    return typeof Blob != "undefined" && x instanceof Blob;
  }
  function isView(x) {
    return ArrayBuffer.isView ? ArrayBuffer.isView(x) : !!x && x.buffer instanceof ArrayBuffer && typeof x.byteOffset == "number";
  }
  function isBinary(x) {
    return hasArrayBuffer && (x instanceof ArrayBuffer || isView(x)) || isBlob(x);
  }
  function bytesOf(x) {
    return x instanceof ArrayBuffer ? new Uint8Array(x) : new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  }
  function toBase64(x) {
    var b = bytesOf(x), text = "", part = [];
    if (isNode) return Buffer.from(b.buffer, b.byteOffset, b.length).toString("base64");
    for (var i = 0; i < b.length; i += 3) {
      var n = b[i] << 16 | b[i + 1] << 8 | b[i + 2];
      part.push(chars.charAt(n >> 18) + chars.charAt(n >> 12 & 63) + (i + 1 < b.length ? chars.charAt(n >> 6 & 63) : "=") + (i + 2 < b.length ? chars.charAt(n & 63) : "="));
      if (part.length > 4095) {
        text += part.join("");
        part = [];
      }
    }
    return text + part.join("");
  }
  function fromBase64(text) {
    if (isNode) return Buffer.from(text, "base64");
    if (!hasArrayBuffer) return { base64: true, data: text };
    var end = text.replace(/=+$/, "").length, bytes = new Uint8Array(end * 3 >> 2);
    for (var i = 0, n = 0, bits = 0, at = 0; i < end; i++) {
      n = n << 6 | chars.indexOf(text.charAt(i));
      if ((bits += 6) > 7) bytes[at++] = n >> (bits -= 8);
    }
    return bytes.buffer;
  }
  function received(x) {
    return isNode && x instanceof ArrayBuffer ? Buffer.from(x) : x;
  }
  function freeze(x, done) {
    if (!isBlob(x)) return done(isBinary(x) ? new Uint8Array(bytesOf(x)).buffer : x);
    function failed() {
      done(new ArrayBuffer(0));
    }
    if (x.arrayBuffer) return x.arrayBuffer().then(done, failed);
    var reader = new root.FileReader();
    reader.onload = function() {
      done(reader.result);
    };
    reader.onerror = failed;
    reader.readAsArrayBuffer(x);
  }
  function sizeOf(x) {
    if (typeof x != "string") return Math.ceil((x.byteLength || x.size || 0) / 3) * 4 + 1;
    for (var i = 0, n = 0; i < x.length; i++) {
      var c = x.charCodeAt(i);
      n += c < 128 ? 1 : c < 2048 || c >> 11 == 27 ? 2 : 3;
    }
    return n;
  }

  // eio.js
  var protocol = 4;
  var names = ["open", "close", "ping", "pong", "message", "upgrade", "noop", "ack"];
  function parsePacket(x) {
    if (typeof x != "string") return { type: "message", data: received(x) };
    if (x.charAt(0) == "b") return { type: "message", data: fromBase64(x.slice(1)) };
    var type = names[x.charAt(0)];
    if (!type) throw new Error("no packet: " + x.slice(0, 60));
    return { type: type, data: x.slice(1) };
  }
  function parsePayload(text) {
    return text ? text.split("").map(parsePacket) : [];
  }
  function formatPayload(packets) {
    return packets.map(asText).join("");
  }
  function asText(x) {
    return typeof x == "string" ? x : "b" + toBase64(x);
  }

  // url.js
  function parseURI(uri, opts) {
    var here = root.location || {};
    var page = here.protocol + "//" + here.host;
    opts = opts || {};
    if (uri == null) uri = opts.hostname ? "http" + (opts.secure ? "s" : "") + "://" + opts.hostname + (opts.port ? ":" + opts.port : "") : page;
    if (/^\/\//.test(uri)) uri = (here.protocol || "https:") + uri;
    else if (uri.charAt(0) == "/") uri = page + uri;
    else if (!/^(https?|wss?):\/\//i.test(uri)) uri = (here.protocol || "https:") + "//" + uri;
    var m = /^(?:(\w+):)?\/\/(?:[^\/?#]*@)?(\[[^\]]*\]|[^:\/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?/.exec(uri) || [];
    var secure = /^(https|wss)$/i.test(m[1]);
    return {
      secure: secure,
      hostname: (m[2] || "localhost").replace(/[\[\]]/g, ""),
      port: m[3] || (secure ? "443" : "80"),
      path: m[4] || "/",
      query: m[5] || ""
    };
  }
  function encodeQuery(query) {
    var text = "";
    for (var key in query) text += "&" + encodeURIComponent(key) + "=" + encodeURIComponent(query[key]);
    return text;
  }
  function decodeQuery(text) {
    var query = {}, parts = text ? text.split("&") : [];
    for (var i = 0; i < parts.length; i++) {
      var m = /^([^=]*)=?(.*)$/.exec(parts[i]);
      query[decodeURIComponent(m[1])] = decodeURIComponent(m[2]);
    }
    return query;
  }

  // memory.js
  var known = {};
  var lifetime = 6e5;
  var upwardFirst = 5e3;
  var upwardMax = 6e5;
  function memoryOf(key) {
    var m = known[key];
    if (!m) {
      m = known[key] = { failures_: {}, up_: upwardFirst, key_: "everwire" + key };
      try {
        var kept = JSON.parse(root.sessionStorage.getItem(m.key_));
        if (now() - kept.at < lifetime) {
          m.won = kept.won;
          m.rtt = kept.rtt;
          m.at = kept.at;
          m.failures_.websocket = +(m.won != "websocket");
        }
      } catch (err) {
      }
    }
    if (now() - m.at > lifetime) m.won = null;
    return m;
  }
  function remember(m, transport) {
    m.won = transport;
    m.at = now();
    try {
      root.sessionStorage.setItem(m.key_, JSON.stringify({ won: m.won, at: m.at, rtt: m.rtt }));
    } catch (err) {
    }
  }

  // backoff.js
  function backoff(min, max, attempt, jitter) {
    var ms = Math.min(min * Math.pow(2, attempt), max);
    return Math.floor(Math.min(ms * (1 + jitter * (Math.random() * 2 - 1)), max));
  }

  // attach.js
  var patienceMin = 2500;
  var patienceMax = 2e4;
  var rejoinMin = 50;
  var rejoinMax = 5e3;
  var maxSuper = 3;
  var swapWait = 5e3;
  function kinds(a) {
    return a.prototype.name;
  }
  var attachments = {
    patience_: function() {
      return Math.min(patienceMin * Math.pow(2, this.race_.silences_), patienceMax);
    },
    /** The classes of transports that may be used, the one that has failed least first. */
    best_: function() {
      var s = this, m = s.memory_, all = s.classes_.filter(function(c) {
        return !s.allowed_ || s.allowed_.indexOf(kinds(c)) >= 0;
      });
      function rank(c) {
        return (m.failures_[kinds(c)] || 0) + (m.won && m.won != kinds(c) && s.opts.rememberUpgrade !== false ? 0.5 : 0) + all.indexOf(c) / 100;
      }
      return all.slice().sort(function(a, b) {
        return rank(a) - rank(b);
      });
    },
    /** Starts the race: each leg has a head start over the next one. */
    run_: function() {
      this.legs_ = this.best_();
      this.nextLeg_();
    },
    nextLeg_: function() {
      var s = this;
      s.legT_.stop_();
      s.start_(s.legs_.shift(), true);
      if (s.legs_.length) s.legT_.start_(Math.min(Math.max(3 * (s.memory_.rtt || 200), 250), 600));
    },
    /** Starts an attachment. */
    start_: function(Class, leg) {
      var s = this, a = new Class(s), wait = s.patience_();
      a.k_ = ++s.race_.k_;
      a.leg_ = leg;
      a.since_ = now();
      if (true) s.note_("start " + a.name + " " + a.k_ + (leg ? " in a race" : ""));
      s.enlist_(a, leg ? Math.min(2 * wait, patienceMax) : wait);
      a.run_();
    },
    /** Makes a the newest attachment. OPEN must come in time. */
    enlist_: function(a, wait) {
      this.live_.push(a);
      a.openT_.start_(wait);
    },
    /** Ends a without consequences. */
    kill_: function(a) {
      var s = this, i = s.live_.indexOf(a);
      if (a.dead_) return;
      a.dead_ = true;
      a.stopTimers_();
      a.stop_();
      if (i >= 0) s.live_.splice(i, 1);
      if (s.cur_ == a) {
        s.cur_ = null;
        s.lost_ = a;
        s.sentT_.stop_();
      }
      if (s.trial_ == a) s.trial_ = null;
    },
    /** Whether a newer attachment than a lives. */
    newer_: function(a) {
      return this.live_.some(function(other) {
        return other.k_ > a.k_;
      });
    },
    /**
     * a has come to its end.
     * @param {string=} why "unknown", "superseded" or "large"; any other text is no refusal
     * @param {string=} reason
     */
    gone_: function(a, err, why, reason) {
      var s = this;
      if (true) s.note_("end of " + a.name + " " + a.k_ + ": " + (why || reason || err && err.message || "error"));
      if (a.dead_ || s.over_) s.kill_(a);
      else if (s.trial_ == a) s.trialFailed_(a, err);
      else if (why) s.refused_(a, err, why, reason || "transport error");
      else s.dead_(a, err, reason || "transport error");
    },
    /** What an answer refuses, '' if nothing. */
    refusal_: function(status, text) {
      if (status != 400) return "";
      try {
        var r = JSON.parse(text);
        return r.code == 1 ? "unknown" : r.code == 3 && r.message == "superseded" ? r.message : "";
      } catch (err) {
        return "";
      }
    },
    /** Only what the newest attachment is told counts. */
    refused_: function(a, err, why, reason) {
      var s = this, newest = !s.newer_(a), superseded = why == "superseded";
      if (!s.id) {
        s.race_ = new s.race_.constructor();
        return s.end_("transport error", s.error_("session unknown", 400), 0);
      }
      if (s.stock_ || why == "large") return s.end_(reason, err);
      if (newest && (!superseded || ++s.super_ > maxSuper)) return s.end_("transport close", err, 0);
      s.dead_(a, err, reason);
    },
    /** a was silent for too long. */
    silent_: function(a, what) {
      if (this.trial_ == a) this.trialFailed_(a, new Error(what));
      else this.dead_(a, this.error_(what), "ping timeout", true);
    },
    /** a is lost. If it was the last that lived, the client attaches again. */
    dead_: function(a, err, reason, silent) {
      var s = this, newer = s.newer_(a), had = s.cur_, m = s.memory_;
      if (a.dead_ || s.over_) return;
      var failed = silent || !a.proved_ && !a.moved_;
      if (true) s.note_("lost " + a.name + " " + a.k_ + ": " + (err && err.message || reason));
      if (failed) m.failures_[a.name] = (m.failures_[a.name] || 0) + 1;
      if (silent) s.race_.silences_++;
      if (a.name == "websocket" && a.opened_) m.up_ = now() - a.since_ > 6e4 ? upwardFirst : Math.min(2 * m.up_, upwardMax);
      if (s.stock_) return s.end_(reason, err);
      s.kill_(a);
      if (!s.id) {
        if (s.legs_.length) s.nextLeg_();
        else if (!s.live_.length) s.end_("transport error", err);
        return;
      }
      if (!newer) {
        var o = s.live_[s.live_.length - 1];
        if (o) {
          if (o.paused_) o.unpause_();
          if (o.opened_ && o.name != "polling") {
            o.probeT_.stop_();
            s.probe_(o);
          }
        } else {
          s.fails_ = failed ? s.fails_ + 1 : 0;
          if (!failed) s.race_.silences_ = 0;
          s.retryT_.start_(backoff(rejoinMin, rejoinMax, Math.max(s.fails_ - 1, 0), 0.5));
        }
      }
      if (had && !s.cur_) s.suspend_();
    },
    /** The application hears that the session has no connection. */
    suspend_: function() {
      this.suspended_ = true;
      this.emitReserved("suspend");
    },
    /** Attaches at once, if nothing lives: the network is back, or the page. */
    hurry_: function() {
      var s = this;
      if (s.cur_ && !s.stock_) s.probe_(s.cur_);
      else if (s.retryT_.on_) s.retryT_.start_(0);
    },
    /** Finds out whether a fresh connection is alive. */
    prove_: function(a) {
      var s = this;
      if (!s.stock_ && a.name != "polling") {
        if (a.proved_) s.alive_(a);
        else if (a.probing_) s.awaitProbe_(a);
        else s.probe_(a);
        a.swapT_.start_(swapWait);
      } else s.alive_(a);
      s.planUpward_();
    },
    /** Sends 2probe, unless one is under way. */
    probe_: function(a) {
      if (a.dead_ || a.probeT_.on_ || a.name == "polling") return;
      a.dueProbe_ = true;
      this.awaitProbe_(a);
      a.flush_();
    },
    awaitProbe_: function(a) {
      a.probeT_.start_(this.patience_());
    },
    alive_: function(a) {
      var s = this;
      a.probeT_.stop_();
      a.proved_ = true;
      s.fails_ = s.race_.silences_ = s.memory_.failures_[a.name] = 0;
      if (s.cur_ == a && s.memory_.won != a.name) remember(s.memory_, a.name);
    },
    /** Has a WebSocket tried later, if the session is on another transport. */
    planUpward_: function() {
      var s = this, m = s.memory_;
      if (!s.cur_ || s.cur_.name == "websocket" || s.opts.upgrade === false || s.upT_.on_ || s.classes_.indexOf(s.WS_) < 0 || s.stock_ && s.upgrades.indexOf("websocket") < 0 || s.allowed_ && s.allowed_.indexOf("websocket") < 0) return;
      s.upT_.start_(m.failures_.websocket ? m.up_ : 0);
    },
    /** Opens a WebSocket that attaches nothing until it was proved. */
    tryUpward_: function() {
      var s = this;
      if (!s.cur_ || s.live_.length > 1 || s.trial_) return s.planUpward_();
      if (s.cur_.name == "websocket") return;
      var a = s.trial_ = new s.WS_(s);
      s.emitReserved("upgrading", a);
      a.openT_.start_(s.patience_());
      a.run_();
    },
    trialFailed_: function(a, err) {
      var s = this, m = s.memory_;
      m.failures_.websocket = (m.failures_.websocket || 0) + 1;
      m.up_ = Math.min(2 * m.up_, upwardMax);
      if (true) s.note_("no WebSocket");
      s.kill_(a);
      s.emitReserved("upgradeError", err);
      if (s.cur_ && s.cur_.paused_) s.cur_.unpause_();
      s.planUpward_();
    },
    /** Makes the trial the newest attachment. */
    promote_: function(a) {
      var s = this, cur = s.cur_;
      function go() {
        if (a.dead_) return;
        if (s.stock_) s.upgraded_(a);
        else s.attachTrial_(a);
      }
      a.proved_ = true;
      if (!cur || !cur.pause_) go();
      else if (!cur.paused_) cur.pause_(go);
    },
    attachTrial_: function(a) {
      var s = this;
      s.trial_ = null;
      a.k_ = ++s.race_.k_;
      a.sent_ = s.base_;
      a.num_ = a.asked_ = s.have_;
      a.dueAttach_ = true;
      s.enlist_(a, s.patience_());
      s.retryT_.stop_();
      a.flush_();
    },
    /** A session of the base goes on over a. */
    upgraded_: function(a) {
      var s = this;
      s.trial_ = null;
      a.openT_.stop_();
      a.probeT_.stop_();
      s.kill_(s.cur_);
      s.live_ = [s.cur_ = a];
      a.opened_ = a.dueAttach_ = true;
      s.alive_(a);
      s.emitReserved("upgrade", a);
      a.flush_();
    },
    /** Keeps the last transport decisions, which explain why which transport is in use. */
    note_: function(text) {
      if (true) {
        var log = notes;
        log.push((/* @__PURE__ */ new Date()).toISOString() + " " + text);
        if (log.length > 200) log.shift();
      }
    }
  };
  var notes = [];

  // http.js
  function canStream() {
    return root.XMLHttpRequest ? "onprogress" in new root.XMLHttpRequest() : !!root.fetch;
  }
  function request(r, done, chunk) {
    var over = false;
    function end(status, text) {
      if (over) return;
      over = true;
      done(status, text);
    }
    var headers = {};
    if (r.body) headers["Content-Type"] = "text/plain;charset=UTF-8";
    for (var key in r.headers) headers[key] = r.headers[key];
    var abort = (!root.XMLHttpRequest || r.fetch ? byFetch : byXHR)(r, headers, end, chunk && function(status, text) {
      if (!over && text) chunk(status, text);
    });
    return function() {
      over = true;
      abort();
    };
  }
  function byXHR(r, headers, end, chunk) {
    var x = new root.XMLHttpRequest(), read = 0;
    x.onreadystatechange = function() {
      var text = "", status = 0, state = x.readyState;
      if (state < 3 || state < 4 && !chunk) return;
      try {
        status = x.status;
        text = x.responseText;
      } catch (err) {
        if (state < 4) return;
      }
      if (chunk) chunk(status, text.slice(read));
      read = text.length;
      if (state > 3) end(status, text);
    };
    try {
      x.open(r.method, r.url, true);
      for (var key in headers) x.setRequestHeader(key, headers[key]);
      if (r.credentials) x.withCredentials = true;
      x.send(r.body);
    } catch (err) {
      setTimeout(function() {
        end(0, String(err));
      }, 0);
    }
    return function() {
      x.onreadystatechange = function() {
      };
      try {
        x.abort();
      } catch (err) {
      }
    };
  }
  function byFetch(r, headers, end, chunk) {
    var control = root.AbortController && new AbortController();
    function failed(err) {
      end(0, String(err));
    }
    root.fetch(r.url, {
      method: r.method,
      body: r.body,
      headers: headers,
      credentials: r.credentials ? "include" : "same-origin",
      signal: control && control.signal
    }).then(function(answer) {
      var status = answer.status;
      if (!chunk || !answer.body) return answer.text().then(function(text) {
        end(status, text);
      });
      var reader = answer.body.getReader(), decoder = new TextDecoder(), all = "";
      return reader.read().then(function next(part) {
        if (part.done) return end(status, all);
        var text = decoder.decode(part.value, { stream: true });
        if (status != 200) all += text;
        chunk(status, text);
        return reader.read().then(next);
      });
    }).then(null, failed);
    return function() {
      if (control) control.abort();
    };
  }

  // uplink.js
  var tries = 3;
  var maxPackets = 500;
  var maxEvents = 65536;
  function dataOf(m) {
    return m.data_;
  }
  var uplink = {
    busy_: function() {
      return this.posting_;
    },
    /**
     * Has done called when no POST is under way, with a server of the base no GET either. No messages are sent from now on,
     * and no next GET.
     */
    pause_: function(done) {
      var a = this;
      a.paused_ = function() {
        if (a.posting_ || a.engine_.stock_ && a.getting_) return;
        a.paused_ = function() {
        };
        done();
      };
      a.paused_();
    },
    unpause_: function() {
      this.paused_ = null;
      if (this.next_ && !this.getting_) this.next_();
      this.flush_();
    },
    /** Makes the next POST, if anything waits and none is under way. */
    flush_: function() {
      var a = this, s = a.engine_, query = a.sidQuery_(), upTo = 0, last = false;
      if (a.posting_ || !a.opened_ || a.dead_ && !a.leaving_) return;
      var packets = a.control_();
      if (!s.stock_) {
        query += "&at=" + a.k_;
        if (a.ready_()) {
          var messages = s.body_(packets);
          if (messages.length) query += "&n=" + (s.base_ + 1);
          upTo = s.base_ + messages.length;
          packets = packets.concat(messages.map(dataOf));
        }
      } else if (!packets.length && a.ready_()) {
        packets = s.unnumbered_(s.limit_());
      }
      if (a.leaving_ && !s.left_() && !packets.length) {
        packets = ["1"];
        last = true;
      }
      if (!packets.length) return;
      a.posting_ = true;
      a.abortPost_ = post(a, query, formatPayload(packets), s.stock_ ? s.interval_ + s.timeout_ : s.patience_(), s.stock_ ? 1 : tries, function(why, err) {
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
  function post(a, query, body, wait, times, done) {
    var abort, timer, n = 0;
    function failed() {
      if (++n >= times) return done("", a.engine_.error_("xhr post error", 0));
      timer = after(a.opts, 100 << n, go);
    }
    function go() {
      abort = a.request_("POST", query, body, function(status, text) {
        timer.stop_();
        if (status == 200 && text == "ok") done();
        else if (status) done(status == 413 ? "large" : a.engine_.refusal_(status, text), a.engine_.error_("xhr post error", status));
        else failed();
      });
      timer = after(a.opts, wait, function() {
        abort();
        failed();
      });
    }
    go();
    return function() {
      timer.stop_();
      abort();
    };
  }
  function requestOf(method, query, body, done, chunk) {
    var a = this, o = a.opts;
    return request({
      method: method,
      url: a.engine_.url_(a, query),
      body: body,
      headers: o.extraHeaders,
      credentials: o.withCredentials,
      fetch: a.fetch_
    }, done, chunk);
  }
  function fitting(control, kept, limit, all) {
    var messages = [], size = 0, i;
    for (i = 0; i < control.length; i++) size += sizeOf(control[i]) + 1;
    for (i = 0; i < kept.length; i++) {
      size += kept[i].size_ + 1;
      if ((i || control.length) && size - 1 > limit || i && !all && (i == maxPackets || size > maxEvents)) break;
      messages.push(kept[i]);
    }
    return messages;
  }

  // numbers.js
  var ackMessages = 32;
  var ackBytes = 65536;
  var ackDelay = 1e3;
  var sentWait = 2e3;
  var numbers = {
    /**
     * Takes packets that came on a. Unless a is a WebSocket, where messages are counted, before is the number before the
     * first message.
     */
    receive_: function(a, before, packets) {
      var s = this, i, p3;
      if (a.name != "websocket") a.num_ = before;
      for (i = 0; i < packets.length; i++) {
        p3 = packets[i];
        if (a.dead_ || s.over_) return;
        s.emitReserved("packet", p3);
        if (p3.type == "open") s.open_(a, p3.data);
        else if (p3.type == "pong" && p3.data == "probe") {
          if (s.trial_ == a) s.promote_(a);
          else s.alive_(a);
        } else if (a.opened_) s.packet_(a, p3);
      }
      if (!a.dead_ && !s.over_) s.settle_();
    },
    packet_: function(a, p3) {
      var s = this, n;
      switch (p3.type) {
        case "message":
          a.num_++;
          s.message_(a, p3.data);
          break;
        case "ping":
          s.watchPings_();
          a.duePong_ = true;
          a.dueAck_ = !s.stock_;
          s.emitReserved("ping");
          s.emitReserved("pong");
          a.flush_();
          break;
        case "ack":
          n = /^\d{1,16}$/.test(p3.data) ? +p3.data : Infinity;
          if (n > s.base_) a.moved_ = true;
          s.acknowledged_(n);
          break;
        case "noop":
          if (!s.stock_ && s.newer_(a)) s.dead_(a, s.error_("retired"));
          break;
        case "close":
          n = /^\{"retry":(\d+)/.exec(p3.data);
          s.end_("transport close", s.error_("closed by the server"), n ? +n[1] : void 0);
      }
    },
    /** Takes a message, unless the client has it already. */
    message_: function(a, data) {
      var s = this;
      if (!s.stock_) {
        if (a.num_ <= s.have_) return;
        if (a.num_ > s.have_ + 1) return s.dead_(a, s.error_("message " + a.num_ + " after " + s.have_), "transport error");
        s.have_++;
        a.moved_ = true;
        s.unacked_ += data.length || data.byteLength || 0;
      }
      s.emitReserved("data", data);
      s.emitReserved("message", data);
    },
    /** Acknowledges what has come, if it is time. A poll does so by itself. */
    settle_: function() {
      var s = this;
      if (s.stock_ || !s.cur_ || s.cur_.name == "polling" || s.have_ == s.acked_) return;
      if (s.have_ - s.acked_ >= ackMessages || s.unacked_ >= ackBytes) s.acknowledge_();
      else if (!s.ackT_.on_) s.ackT_.start_(ackDelay);
    },
    acknowledge_: function() {
      var s = this;
      if (s.cur_ && s.have_ > s.acked_) {
        s.cur_.dueAck_ = true;
        s.cur_.flush_();
      }
    },
    /** An acknowledgement of all that the client has is under way. */
    told_: function() {
      this.unacked_ = 0;
      this.ackT_.stop_();
      return this.acked_ = this.have_;
    },
    /** Drops what the server has. */
    acknowledged_: function(n) {
      var s = this, d = n - s.base_;
      if (n > s.last_) return s.end_("parse error", new Error("acknowledgement of message " + n + " of " + s.last_));
      if (d <= 0) return;
      s.kept_.splice(0, d).forEach(function(m) {
        s.size_ -= m.size_;
      });
      s.base_ = n;
      s.sentT_.stop_();
      s.watchSent_();
      if (s.closing_) s.farewell_();
      else if (s.waiting_.length) s.wake_();
    },
    /** Has the connection probed when what was sent on it stays unacknowledged. A POST has limits of its own. */
    watchSent_: function() {
      var s = this, a = s.cur_;
      if (!s.stock_ && a && a.name == "websocket" && a.sent_ > s.base_ && !s.sentT_.on_) s.sentT_.start_(sentWait);
    },
    /** Restarts the time in which the server must send a ping. */
    watchPings_: function() {
      var wait = this.interval_ + this.timeout_;
      this.pingBy_ = now() + wait;
      this.pingT_.start_(wait);
    },
    pingMissing_: function(late) {
      var s = this, a = s.cur_;
      if (!a) return;
      if (late && !s.stock_) {
        s.watchPings_();
        s.probe_(a);
      } else s.dead_(a, s.error_("no ping"), "ping timeout", true);
    },
    /** Takes OPEN: a is the connection from now on. */
    open_: function(a, text) {
      var s = this, o;
      try {
        o = JSON.parse(text);
      } catch (err) {
      }
      if (!o || typeof o.sid != "string" || s.id && (s.stock_ || !o.resume || o.sid != s.id)) {
        return s.dead_(a, s.error_("OPEN makes no sense"), "transport error");
      }
      if (a.k_ < s.openK_) s.kill_(a);
      else s.take_(a, o);
    },
    take_: function(a, o) {
      var s = this, first = !s.id, again = a.opened_, r = o.resume, before = s.cur_ || s.lost_;
      if (first) s.begin_(o, a);
      if (true) s.note_("connection " + a.name + " " + a.k_);
      a.opened_ = true;
      s.openK_ = a.k_;
      s.super_ = 0;
      a.openT_.stop_();
      s.legT_.stop_();
      s.legs_ = [];
      s.live_.slice().forEach(function(other) {
        if (other == a || other.k_ > a.k_ && !other.leg_) return;
        if (first && other.k_ < a.k_) s.memory_.failures_[other.name] = (s.memory_.failures_[other.name] || 0) + 1;
        s.kill_(other);
      });
      a.since_ = now();
      s.cur_ = a;
      s.watchPings_();
      if (!s.stock_ && !s.synchronize_(a, r, again)) return;
      if (!again) s.prove_(a);
      if (first) {
        s.readyState = "open";
        s.emitReserved("open");
      } else if (!again) {
        if (before && before.name != a.name) s.emitReserved("upgrade", a);
        if (s.suspended_) s.emitReserved("resume");
        s.suspended_ = false;
      }
      tick(function() {
        a.flush_();
      });
      if (s.closing_) s.farewell_();
    },
    /** Takes what the first OPEN says of the session. */
    begin_: function(o, a) {
      var s = this, r = o.resume;
      s.id = o.sid;
      s.stock_ = s.plain_ || !r;
      s.interval_ = o.pingInterval;
      s.timeout_ = o.pingTimeout;
      s.maxPayload = o.maxPayload;
      s.upgrades = o.upgrades || [];
      s.memory_.rtt = now() - a.since_;
      remember(s.memory_, a.name);
      if (!s.stock_) {
        s.buffer_ = r.buffer;
        s.allowed_ = r.transports;
      }
      s.emitReserved("handshake", o);
    },
    /** Compares the counts of OPEN with the client's. */
    synchronize_: function(a, r, again) {
      var s = this;
      if (!again || r.ack >= s.base_) {
        if (!(r.ack >= s.base_ && r.ack <= s.last_ && r.from <= s.have_)) {
          s.end_("parse error", new Error("OPEN counts " + r.ack + "," + r.from));
          return false;
        }
        s.acknowledged_(r.ack);
        a.sent_ = r.ack;
      }
      a.num_ = s.acked_ = r.from;
      a.dueAck_ = a.name != "polling" && s.have_ > r.from || a.name == "websocket" && a.leg_ && !again;
      return true;
    },
    /** The size of a body that the server takes. */
    limit_: function() {
      return this.maxPayload || 1e6;
    },
    /** Whether anything waits. */
    left_: function() {
      return this.waiting_.length + this.ready_.length;
    },
    /** Takes the unit that is to be sent next, if there is one that may be. */
    shift_: function(room) {
      var s = this, u;
      while ((u = s.waiting_[0]) && u.packet_.off_) {
        s.queued -= u.size_;
        s.waiting_.shift();
      }
      if (!u || u.left_ || u.size_ > room) return;
      s.queued -= u.size_;
      s.waiting_.shift();
      u.packet_.sent_ = true;
      if (u.done_) u.done_();
      return u.data_;
    },
    /** Gives numbers to units that wait, as far as the server's buffer allows, until they have about enough bytes. */
    number_: function(enough) {
      var s = this, before = s.size_, messages;
      while (s.size_ - before < enough && (messages = s.shift_(s.size_ ? s.buffer_ - s.size_ : Infinity))) {
        messages.forEach(function(m) {
          s.kept_.push(m);
          s.size_ += m.size_;
          s.last_++;
        });
      }
    },
    /** The messages that are to be written on a WebSocket next. */
    messages_: function(a) {
      var s = this, messages;
      if (s.stock_) return s.unnumbered_(Infinity);
      s.number_(Infinity);
      messages = s.kept_.slice(Math.max(a.sent_, s.base_) - s.base_).map(function(m) {
        return m.data_;
      });
      a.sent_ = s.last_;
      s.watchSent_();
      return messages;
    },
    /** The messages of a POST, from the oldest that is not acknowledged. */
    body_: function(control) {
      if (!this.kept_.length) this.number_(maxEvents);
      return fitting(control, this.kept_, this.limit_());
    },
    /** Messages of a session of the base. */
    unnumbered_: function(limit) {
      var s = this, messages;
      while (messages = s.shift_(Infinity)) s.ready_ = s.ready_.concat(messages);
      return s.ready_.splice(0, fitting([], s.ready_, limit, limit == Infinity).length).map(function(m) {
        return m.data_;
      });
    }
  };

  // leave.js
  var goodbyeWait = 1e4;
  var maxLeft = 900;
  function unread(u) {
    return u.left_;
  }
  var leaving = {
    /** Ends the session: at once if nothing was said yet, else when what is left was said. */
    leave_: function() {
      var s = this;
      if (s.closing_) return;
      s.closing_ = true;
      s.readyState = "closing";
      s.byeT_.start_(goodbyeWait);
      s.farewell_();
    },
    /**
     * Says goodbye, unless it must wait until more was acknowledged: what is left has to fit into one POST.
     * @param {boolean=} hurry the page goes away
     */
    farewell_: function(hurry) {
      var s = this, a = s.cur_, left = s.kept_.length || s.left_(), Class = s.poster_();
      if (s.over_) return;
      if (!hurry && s.byeT_.on_ && !s.stock_ && a && left && (!Class || s.size_ + s.queued > s.limit_() * 0.9 || s.kept_.length + s.waiting_.length > maxLeft || s.waiting_.some(unread))) {
        return a.flush_();
      }
      var sure = a && a.k_ == s.race_.k_ && s.live_.length == 1 && !s.trial_ && !left;
      if (a && (s.stock_ || a.name == "websocket" && (sure || !Class))) {
        a.leaving_ = true;
        if (a.paused_) a.unpause_();
        a.flush_();
      } else if (s.id && !s.stock_ && Class) s.beacon_(Class, hurry);
      s.finish_();
      s.emitReserved("close", "forced close");
    },
    /** The class of a transport whose POSTs the server takes, polling rather than SSE. */
    poster_: function() {
      var s = this, names2 = s.best_().filter(function(c) {
        return c != s.WS_;
      });
      return names2.indexOf(s.Polling_) < 0 ? names2[0] : s.Polling_;
    },
    /** Sends all that the server may not have, and the end, in one POST. */
    beacon_: function(Class, hurry) {
      var s = this, a = new Class(s), query, messages, body;
      s.buffer_ = Infinity;
      s.number_(s.limit_());
      messages = fitting(["1"], s.kept_, s.limit_(), true);
      query = a.sidQuery_() + "&at=" + s.race_.k_ + (messages.length ? "&n=" + (s.base_ + 1) : "");
      body = formatPayload(messages.map(function(m) {
        return m.data_;
      }).concat("1"));
      if (!hurry || a.opts.extraHeaders || !root.navigator || !navigator.sendBeacon || !navigator.sendBeacon(s.url_(a, query), body)) {
        s.post_(a, query, body, s.patience_(), 3, function() {
        });
      }
    },
    /** The page goes away for good. */
    vanish_: function() {
      if (this.id && (!this.stock_ || this.opts.closeOnBeforeunload)) this.farewell_(true);
    },
    /** The page goes away, but may be restored. */
    freeze_: function() {
      var s = this;
      if (s.stock_) return s.end_("transport close", s.error_("page hidden"));
      s.timers_.forEach(function(t) {
        t.stop_();
      });
      s.frozen_ = true;
      if (s.cur_) s.suspend_();
      s.live_.concat(s.trial_ || []).forEach(function(a) {
        s.kill_(a);
      });
    },
    /** The page is back. */
    thaw_: function() {
      var s = this;
      if (!s.frozen_) return;
      s.frozen_ = false;
      if (s.id) s.start_(s.best_()[0]);
      else s.run_();
    }
  };

  // page.js
  function watch(s) {
    var listening = [];
    function on(target, event, f) {
      if (!target || !target.addEventListener) return;
      target.addEventListener(event, f, false);
      listening.push(function() {
        target.removeEventListener(event, f, false);
      });
    }
    if (typeof document != "undefined") {
      on(root, "online", function() {
        s.hurry_();
      });
      on(root, "offline", function() {
        if (s.stock_ && s.hostname != "localhost") s.end_("transport close", s.error_("network connection lost"));
      });
      on(document, "visibilitychange", function() {
        if (!document.hidden) s.hurry_();
      });
      on(root, "pagehide", function(e) {
        if (e.persisted) s.freeze_();
        else s.vanish_();
      });
      on(root, "pageshow", function(e) {
        if (e.persisted) s.thaw_();
      });
      if (s.opts.closeOnBeforeunload) on(root, "beforeunload", function() {
        s.vanish_();
      });
    }
    return function() {
      while (listening.length) listening.pop()();
    };
  }

  // transport.js
  function Transport(engine) {
    var a = this;
    a.engine_ = engine;
    a.opts = extend(extend({}, engine.opts), (engine.opts.transportOptions || {})[a.name]);
    a.k_ = -1;
    a.num_ = a.asked_ = engine.have_;
    a.sent_ = engine.base_;
    a.openT_ = new Timer(a.opts, function() {
      engine.silent_(a, "no OPEN");
    });
    a.probeT_ = new Timer(a.opts, function(late) {
      if (late || a.posting_ && a.dueProbe_) engine.awaitProbe_(a);
      else engine.silent_(a, "no 3probe");
    });
    a.swapT_ = new Timer(a.opts, function() {
      if (engine.cur_ == a) engine.probe_(a);
    });
  }
  inherit(Transport, Emitter, {
    /** Whether messages may be written. */
    ready_: function() {
      return this.opened_ && !this.paused_ && (this.engine_.cur_ == this || this.leaving_);
    },
    /** Takes the control packets that wait. */
    control_: function() {
      var a = this, s = a.engine_, packets = [];
      if (a.dueAttach_) packets.push("5" + (s.stock_ ? "" : a.k_ + "," + a.asked_));
      if (a.dueAck_) packets.push("7" + s.told_());
      if (a.dueProbe_) packets.push("2probe");
      if (a.duePong_) packets.push("3");
      a.dueAttach_ = a.dueAck_ = a.dueProbe_ = a.duePong_ = false;
      return packets;
    },
    /** The query of the request that attaches, or tries to. */
    attachQuery_: function() {
      var a = this, s = a.engine_;
      if (s.plain_ || s.stock_) return a.k_ < 0 ? a.sidQuery_() : "";
      if (a.k_ < 0) return a.sidQuery_();
      if (a.leg_) return "&resume=1&rid=" + s.race_.id_ + "&at=" + a.k_;
      return a.sidQuery_() + "&at=" + a.k_ + "&ack=" + a.asked_;
    },
    sidQuery_: function() {
      return (this.engine_.stock_ ? "" : "&resume=1") + "&sid=" + this.engine_.id;
    },
    stopTimers_: function() {
      this.openT_.stop_();
      this.probeT_.stop_();
      this.swapT_.stop_();
    }
  });
  getter(Transport.prototype, "writable", function() {
    return this.ready_() && !this.engine_.waiting_.length && !this.busy_();
  });

  // websocket.js
  function WS(engine) {
    Transport.call(this, engine);
  }
  WS.of_ = function(opts) {
    return opts.WebSocket || root.WebSocket || root.MozWebSocket;
  };
  inherit(WS, Transport, {
    name: "websocket",
    run_: function() {
      var a = this, s = a.engine_, Class = WS.of_(a.opts), ws, url = s.url_(a, a.attachQuery_());
      try {
        ws = isNode && a.opts.extraHeaders ? new Class(url, a.opts.protocols || [], { headers: a.opts.extraHeaders }) : a.opts.protocols ? new Class(url, a.opts.protocols) : new Class(url);
      } catch (err) {
        return setTimeout(function() {
          s.gone_(a, err);
        }, 0);
      }
      a.ws_ = ws;
      ws.binaryType = "arraybuffer";
      ws.onopen = function() {
        if (!a.leg_) a.dueProbe_ = a.probing_ = true;
        a.flush_();
      };
      ws.onmessage = function(e) {
        var packet;
        try {
          packet = parsePacket(e.data);
        } catch (err) {
          return s.gone_(a, err, "", "parse error");
        }
        s.receive_(a, 0, [packet]);
      };
      ws.onclose = function(e) {
        s.gone_(a, e, e.code == 4001 ? "unknown" : e.code == 4002 ? "superseded" : e.code == 1009 ? "large" : "", "transport close");
      };
      ws.onerror = function(e) {
        s.gone_(a, e);
      };
    },
    busy_: function() {
      return this.ws_.bufferedAmount > 65536;
    },
    flush_: function() {
      var a = this, s = a.engine_, i;
      if (!a.ws_ || a.ws_.readyState != 1 || a.dead_ && !a.leaving_) return;
      var packets = a.control_();
      if (a.ready_()) packets = packets.concat(s.messages_(a));
      if (a.leaving_ && !s.left_() && !s.stock_) packets.push("1");
      for (i = 0; i < packets.length; i++) {
        a.ws_.send(typeof packets[i] != "string" && a.opts.forceBase64 ? asText(packets[i]) : packets[i]);
      }
      if (a.leaving_ && !s.left_()) a.stop_();
      s.flushed_(packets.length);
    },
    stop_: function() {
      var ws = this.ws_;
      this.leaving_ = false;
      if (!ws) return;
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.onerror = function() {
      };
      if (ws.readyState == 0 && isNode) ws.onopen = function() {
        ws.close();
      };
      else ws.close();
    }
  });

  // sse.js
  function SSE(engine) {
    Transport.call(this, engine);
  }
  SSE.of_ = function() {
    return root.EventSource || canStream();
  };
  inherit(SSE, Transport, extend({
    name: "sse",
    run_: function() {
      var a = this, s = a.engine_, Class = root.EventSource, query = a.attachQuery_();
      if (Class && !a.opts.extraHeaders) {
        var url = s.url_(a, query), es = a.opts.withCredentials ? new Class(url, { withCredentials: true }) : new Class(url);
        es.onmessage = function(e) {
          a.event_("", e.lastEventId, e.data);
        };
        es.addEventListener("e", function(e) {
          a.event_("e", e.lastEventId, e.data);
        });
        es.addEventListener("x", function(e) {
          a.event_("x", "", e.data);
        });
        es.onerror = function() {
          a.ended_(0, "");
        };
        a.abortGet_ = function() {
          es.close();
        };
        return;
      }
      var read = eventReader(function(name, id, data) {
        a.event_(name, id, data);
      });
      a.abortGet_ = a.request_("GET", query + (!root.XMLHttpRequest ? "" : "&xs=1"), void 0, function(status, text) {
        a.ended_(status, text);
      }, function(status, text) {
        if (status == 200) read(text);
      });
    },
    /** Takes an event; id is the number of its last message. */
    event_: function(name, id, data) {
      var a = this, s = a.engine_, packets, before = +id, i;
      if (a.dead_ && !a.leaving_) return;
      if (name == "x") return s.gone_(a, s.error_("sse error", 400), s.refusal_(400, data));
      if (name && name != "e" && name != "message") return;
      try {
        packets = parsePayload(name == "e" ? JSON.parse(data) : data);
      } catch (err) {
        return s.gone_(a, err, "", "parse error");
      }
      for (i = 0; i < packets.length; i++) if (packets[i].type == "message") before--;
      s.receive_(a, before, packets);
    },
    ended_: function(status, text) {
      var s = this.engine_;
      if (this.opened_) s.gone_(this, s.error_("sse closed", status), "", "transport close");
      else s.gone_(this, s.error_("sse error", status), s.refusal_(status, text));
    },
    request_: requestOf,
    stop_: function() {
      this.leaving_ = false;
      if (this.abortGet_) this.abortGet_();
      if (this.abortPost_) this.abortPost_();
    }
  }, uplink));
  function eventReader(take) {
    var rest = "", name = "", id = "", data = null;
    return function(text) {
      var lines = (rest + text).split("\n"), i;
      rest = lines.pop();
      for (i = 0; i < lines.length; i++) {
        var m = /^(\w*)(?:: ?([\s\S]*))?$/.exec(lines[i].replace(/\r$/, ""));
        if (!m) continue;
        if (m[0]) {
          if (m[1] == "event") name = m[2];
          if (m[1] == "id") id = m[2];
          if (m[1] == "data") data = (data == null ? "" : data + "\n") + m[2];
          continue;
        }
        if (data != null) take(name, id, data);
        name = "";
        data = null;
      }
    };
  }

  // polling.js
  function Polling(engine) {
    Transport.call(this, engine);
    this.p_ = this.failed_ = 0;
  }
  Polling.of_ = function() {
    return root.XMLHttpRequest || root.fetch;
  };
  inherit(Polling, Transport, extend({
    name: "polling",
    run_: function() {
      var query = this.attachQuery_();
      this.get_(query + (query && !this.leg_ ? "&p=0" : ""), this.asked_);
    },
    /** Makes the next GET. Only its answer is read. */
    next_: function() {
      var a = this, s = a.engine_;
      if (a.paused_) return a.paused_();
      a.get_(a.sidQuery_() + (s.stock_ ? "" : "&at=" + a.k_ + "&p=" + ++a.p_ + "&ack=" + s.told_()), s.have_);
    },
    get_: function(query, before) {
      var a = this, s = a.engine_;
      a.getting_ = true;
      if (true) tick(function() {
        a.emitReserved("poll");
      });
      a.abortGet_ = a.request_("GET", query + stamp(a.opts), void 0, function(status, text) {
        timer.stop_();
        a.getting_ = false;
        if (status != 200) return a.missed_(status, s.refusal_(status, text));
        a.failed_ = 0;
        try {
          text = parsePayload(text);
        } catch (err) {
          return s.gone_(a, err, "", "parse error");
        }
        s.receive_(a, before, text);
        if (a.dead_) return;
        if (a.opened_) a.next_();
        else s.gone_(a, s.error_("first answer without OPEN", status));
      });
      var timer = a.getT_ = after(a.opts, s.interval_ + (s.stock_ ? s.timeout_ : 5e3), function() {
        a.abortGet_();
        a.missed_(0, "");
      });
      if (!a.opened_) timer.stop_();
    },
    /** A GET has failed. */
    missed_: function(status, why) {
      var a = this, s = a.engine_;
      if (a.dead_) return;
      if (why || !a.opened_ || s.stock_ || ++a.failed_ == 3) return s.gone_(a, s.error_("xhr poll error", status), why);
      a.getT_ = after(a.opts, 100, function() {
        a.next_();
      });
    },
    request_: requestOf,
    stop_: function() {
      this.leaving_ = false;
      if (this.getT_) this.getT_.stop_();
      if (this.abortGet_) this.abortGet_();
      if (this.abortPost_) this.abortPost_();
    }
  }, uplink));
  var stamps = 0;
  function stamp(opts) {
    return opts.timestampRequests === false ? "" : "&" + (opts.timestampParam || "t") + "=" + now().toString(36) + (stamps++).toString(36);
  }

  // engine.js
  var classes = { websocket: WS, sse: SSE, polling: Polling };
  function Race() {
    this.id_ = randomText(22);
    this.k_ = -1;
    this.silences_ = 0;
  }
  function Engine(uri, opts, race) {
    var s = this;
    if (uri && typeof uri == "object") {
      opts = uri;
      uri = null;
    }
    opts = s.opts = extend({ path: "/engine.io" }, opts);
    var at = parseURI(uri || opts.host, opts);
    s.secure = at.secure;
    s.hostname = at.hostname;
    s.port = at.port;
    opts.query = typeof opts.query == "string" ? decodeQuery(opts.query) : opts.query || decodeQuery(at.query);
    s.base_ = s.last_ = s.have_ = s.acked_ = s.unacked_ = s.size_ = s.queued = s.fails_ = s.super_ = 0;
    s.interval_ = 25e3;
    s.timeout_ = 2e4;
    s.openK_ = -1;
    s.id = s.readyState = "";
    s.waiting_ = [];
    s.writeBuffer = s.waiting_;
    s.ready_ = [];
    s.kept_ = [];
    s.live_ = [];
    s.plain_ = opts.resume === false;
    s.race_ = race || new Race();
    s.path_ = "://" + (at.hostname.indexOf(":") < 0 ? at.hostname : "[" + at.hostname + "]") + ":" + at.port + opts.path.replace(/\/$/, "") + (opts.addTrailingSlash === false ? "" : "/");
    s.memory_ = memoryOf(s.path_);
    s.setTimers_();
    s.open();
  }
  inherit(Engine, Emitter, extend(extend(extend({
    protocol: protocol,
    open: function() {
      var s = this, names2 = s.opts.transports || ["websocket", "sse", "polling"], i;
      s.classes_ = [];
      for (i = 0; i < names2.length; i++) {
        var c = classes[names2[i]] || names2[i];
        if (c.of_ && c.of_(s.opts)) s.classes_.push(c);
      }
      s.readyState = "opening";
      s.unwatch_ = watch(s);
      if (s.classes_.length) s.run_();
      else after(s.opts, 0, function() {
        s.end_("transport error", new Error("No transports available"));
      });
    },
    setTimers_: function() {
      var s = this;
      s.timers_ = [
        s.ackT_ = new Timer(s.opts, function() {
          s.acknowledge_();
        }),
        s.retryT_ = new Timer(s.opts, function() {
          if (!s.live_.length) s.start_(s.best_()[0]);
        }),
        s.legT_ = new Timer(s.opts, function() {
          s.nextLeg_();
        }),
        s.pingT_ = new Timer(s.opts, function(late) {
          s.pingMissing_(late);
        }),
        s.sentT_ = new Timer(s.opts, function() {
          if (s.cur_) s.probe_(s.cur_);
          s.watchSent_();
        }),
        s.upT_ = new Timer(s.opts, function() {
          s.tryUpward_();
        }),
        s.byeT_ = new Timer(s.opts, function() {
          s.farewell_();
        })
      ];
    },
    /**
     * Sends a message. done is called when it was handed to a connection.
     */
    write: function(data, options, done) {
      if (typeof options == "function") done = options;
      this.unit_([data], { options: options }, done);
      return this;
    },
    /**
     * Queues the messages of one packet.
     * @param {Array} data
     * @param {Object} packet it is made of
     * @param {function(): void=} done
     */
    unit_: function(data, packet, done) {
      var s = this, u = { data_: [], left_: 1, size_: 0, packet_: packet, done_: done };
      if (s.over_ || s.closing_) return;
      function read(i2) {
        u.left_++;
        freeze(data[i2], function(x) {
          if (typeof x == "string") x = "4" + x;
          u.data_[i2] = { data_: x, size_: sizeOf(x) };
          u.size_ += u.data_[i2].size_;
          u.left_--;
          s.queued += u.data_[i2].size_;
          s.wake_();
        });
      }
      s.emitReserved("packetCreate", { type: "message", data: data[0], options: packet.options });
      s.waiting_.push(u);
      for (var i = 0; i < data.length; i++) read(i);
      u.left_--;
      s.wake_();
    },
    /** Has what waits written, after what runs now. */
    wake_: function() {
      var s = this;
      if (s.woken_) return;
      s.woken_ = true;
      tick(function() {
        s.woken_ = false;
        if (s.cur_) s.cur_.flush_();
      });
    },
    /** A connection has written n packets. */
    flushed_: function(n) {
      if (!n) return;
      this.emitReserved("flush");
      if (!this.left_()) this.emitReserved("drain");
    },
    /**
     * Ends the session, after what waits was sent.
     */
    close: function() {
      if (!this.over_) this.leave_();
      return this;
    },
    /** Whether a session of the base has missed its ping while the device slept. It is closed then. */
    _hasPingExpired: function() {
      var s = this, expired = !!s.stock_ && now() > s.pingBy_;
      if (expired) tick(function() {
        s.end_("ping timeout");
      });
      return expired;
    },
    /** Ends what a connection could not go on with. hint is when to come back, in milliseconds. */
    end_: function(reason, err, hint) {
      var s = this, opening = s.readyState == "opening", a = s.cur_;
      if (s.over_) return;
      if (s.stock_ && a && a.name != "websocket" && reason != "transport close") {
        a.leaving_ = true;
        s.post_(a, a.sidQuery_(), "1", s.timeout_, 1, function() {
          a.stop_();
        });
      }
      s.finish_();
      s.hint_ = hint;
      if (opening || reason == "transport error") s.emitReserved("error", err || new Error(reason));
      s.emitReserved("close", reason, err);
    },
    /** Stops all that the session does, but for connections that leave. */
    finish_: function() {
      var s = this, i;
      s.over_ = true;
      s.readyState = "closed";
      for (i = 0; i < s.timers_.length; i++) s.timers_[i].stop_();
      var all = s.live_.concat(s.trial_ || []);
      for (i = 0; i < all.length; i++) if (!all[i].leaving_) s.kill_(all[i]);
      s.unwatch_();
    },
    /** The address of a request of a. */
    url_: function(a, query) {
      var s = this, ws = a.name == "websocket";
      return (ws ? "ws" : "http") + (s.secure ? "s" : "") + s.path_ + "?EIO=4&transport=" + a.name + query + (a.opts.forceBase64 || typeof ArrayBuffer == "undefined" ? "&b64=1" : "") + encodeQuery(s.opts.query);
    },
    /** An error as applications know them. */
    error_: function(message, status) {
      var err = new Error(message);
      err.type = "TransportError";
      err.description = status;
      return err;
    },
    post_: post,
    Polling_: Polling,
    WS_: WS
  }, attachments), numbers), leaving));
  Engine.prototype.send = Engine.prototype.write;
  getter(Engine.prototype, "transport", function() {
    return this.cur_ || this.live_[this.live_.length - 1] || this.lost_;
  });
  Engine.protocol = protocol;

  // sio.js
  var CONNECT = 0;
  var DISCONNECT = 1;
  var EVENT = 2;
  var ACK = 3;
  var CONNECT_ERROR = 4;
  var protocol2 = 5;
  function Encoder(replacer) {
    this.replacer = replacer;
  }
  Encoder.prototype.encode = function(packet) {
    var found = [], type = packet.type, data = packet.data;
    if (type == EVENT || type == ACK) {
      data = extract(data, found);
      if (found.length) type += 3;
    }
    return [type + (found.length ? found.length + "-" : "") + (packet.nsp && packet.nsp != "/" ? packet.nsp + "," : "") + (packet.id == null ? "" : packet.id) + (data == null ? "" : JSON.stringify(data, this.replacer))].concat(found);
  };
  function extract(x, found) {
    if (!x || typeof x != "object") return x;
    if (isBinary(x)) return { _placeholder: true, num: found.push(x) - 1 };
    if (typeof x.toJSON == "function") return extract(x.toJSON(), found);
    var copy = Array.isArray(x) ? [] : {}, before = found.length;
    for (var key in x) if (has(x, key)) copy[key] = extract(x[key], found);
    return found.length > before ? copy : x;
  }
  function Decoder(reviver) {
    this.reviver = reviver;
  }
  inherit(Decoder, Emitter, {
    /** Takes a text or an attachment; throws if it makes no sense. */
    add: function(x) {
      var packet = this.packet_;
      if (typeof x == "string") {
        if (packet) throw new Error("got plaintext data when reconstructing a packet");
        packet = decode(x, this.reviver);
        this.found_ = [];
        if (packet.attachments) this.packet_ = packet;
        else this.emitReserved("decoded", packet);
      } else if (isBinary(x) || x.base64) {
        if (!packet) throw new Error("got binary data when not reconstructing a packet");
        if (this.found_.push(x) == packet.attachments) {
          this.packet_ = null;
          packet.data = restore(packet.data, this.found_);
          this.emitReserved("decoded", packet);
        }
      } else throw new Error("Unknown type: " + x);
    },
    /** Forgets what is half there. */
    destroy: function() {
      this.packet_ = null;
    }
  });
  function decode(text, reviver) {
    var m = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?/.exec(text);
    if (!m || !!m[2] != m[1] > CONNECT_ERROR) throw new Error("invalid packet");
    var packet = { type: +m[1], nsp: m[3] || "/" }, rest = text.slice(m[0].length);
    if (m[2]) packet.attachments = +m[2];
    if (m[4]) packet.id = +m[4];
    if (rest) packet.data = JSON.parse(rest, reviver);
    if (packet.type > CONNECT_ERROR) packet.type -= 3;
    if (!valid(packet.type, packet.data)) throw new Error("invalid payload");
    return packet;
  }
  function valid(type, data) {
    if (type == CONNECT) return data === void 0 || isObject(data);
    if (type == DISCONNECT) return data === void 0;
    if (type == CONNECT_ERROR) return typeof data == "string" || isObject(data);
    return Array.isArray(data) && (type == ACK || /^[sn]/.test(typeof data[0]));
  }
  function isObject(x) {
    return !!x && typeof x == "object" && !Array.isArray(x);
  }
  function restore(x, found) {
    if (!x || typeof x != "object") return x;
    if (x._placeholder === true) {
      if (!(x.num in found)) throw new Error("illegal attachments");
      return found[x.num];
    }
    for (var key in x) if (has(x, key)) x[key] = restore(x[key], found);
    return x;
  }

  // socket.js
  var reserved = { connect: 1, connect_error: 1, disconnect: 1, disconnecting: 1, newListener: 1, removeListener: 1 };
  function Socket(io2, nsp, opts) {
    var s = this;
    s.io = io2;
    s.nsp = nsp;
    s.connected = s.recovered = s.active_ = false;
    s.receiveBuffer = [];
    s.sendBuffer = [];
    s._queue = [];
    s.ids = s.bytes_ = 0;
    s.acks = {};
    s.flags = {};
    s._any = [];
    s._anyOut = [];
    if (opts && opts.auth) s.auth = opts.auth;
    s._opts = extend({}, opts);
    if (io2._autoConnect) s.open();
  }
  inherit(Socket, Emitter, {
    connect: function() {
      var s = this, io2 = s.io;
      if (s.connected) return s;
      if (!s.active_) s.subscribe_();
      if (!io2._reconnecting) io2.open();
      if (io2._readyState == "open") s.hello_();
      return s;
    },
    /** Listens to the manager. */
    subscribe_: function() {
      var s = this, io2 = s.io, subs = {
        open: function() {
          s.hello_();
        },
        packet: function(p3) {
          if (p3.nsp == s.nsp) s.onpacket_(p3);
        },
        error: function(err) {
          if (!s.connected) s.emitReserved("connect_error", err);
        },
        close: function(reason, err) {
          s.onclose_(reason, err);
        }
      };
      s.active_ = true;
      for (var event in subs) io2.on(event, subs[event]);
      s.unsubscribe_ = function() {
        for (var event2 in subs) io2.off(event2, subs[event2]);
        s.active_ = false;
      };
    },
    send: function() {
      this.emit.apply(this, ["message"].concat([].slice.call(arguments)));
      return this;
    },
    /**
     * Sends an event. A function as the last argument is called with the answer.
     */
    emit: function(event) {
      var s = this, flags = s.flags, args = [].slice.call(arguments), packet, err;
      if (has(reserved, event)) throw new Error('"' + event + '" is a reserved event name');
      s.flags = {};
      if (s._opts.retries && !flags.volatile && !flags.queued_) {
        s.enqueue_(args, flags);
        return s;
      }
      packet = { type: EVENT, nsp: s.nsp, data: args, options: { compress: flags.compress !== false }, queued_: flags.queued_, volatile_: flags.volatile };
      if (typeof args[args.length - 1] == "function") {
        packet.id = s.ids++;
        s.await_(packet, args.pop(), flags.timeout == null ? s._opts.ackTimeout : flags.timeout);
      }
      var engine = s.io.engine;
      if (flags.volatile && !(engine && engine.transport && engine.transport.writable)) return s;
      if (s.connected && !engine._hasPingExpired()) err = s.leave_(packet);
      else if (!flags.queued_) err = s.hold_(packet);
      if (err) s.refuse_(packet, err);
      return s;
    },
    /** Sends a packet now. */
    leave_: function(packet) {
      var s = this;
      s._anyOut.slice().forEach(function(f) {
        call(s, f, packet.data);
      });
      return s.io._packet(packet);
    },
    /** Keeps a packet until the socket is connected. */
    hold_: function(packet) {
      var s = this, err = s.io.encode_(packet) && s.io.check_(packet, s.bytes_);
      if (err) return err;
      s.bytes_ += packet.size_;
      s.sendBuffer.push(packet);
    },
    /** A packet cannot be sent: who waits for its answer is told, else who sends it. */
    refuse_: function(packet, err) {
      var s = this, ack = s.acks[packet.id];
      if (!ack || !ack.withError) {
        delete s.acks[packet.id];
        throw err;
      }
      after(s.io.opts, 0, function() {
        s.fail_(packet.id, err);
      });
    },
    /** Has ack called with the answer to a packet. */
    await_: function(packet, ack, ms) {
      var s = this, id = packet.id;
      if (ms == null) return s.acks[id] = ack;
      var timer = after(s.io.opts, ms, function() {
        packet.off_ = true;
        var i = s.sendBuffer.indexOf(packet);
        if (i >= 0) {
          s.sendBuffer.splice(i, 1);
          s.bytes_ -= packet.size_;
        }
        s.fail_(id, new Error("operation has timed out"));
      });
      function answer() {
        timer.stop_();
        ack.apply(s, arguments);
      }
      answer.withError = true;
      s.acks[id] = answer;
    },
    fail_: function(id, err) {
      var ack = this.acks[id];
      delete this.acks[id];
      if (ack && ack.withError) call(this, ack, [err]);
    },
    /** @returns {Promise} of the first value of the answer */
    emitWithAck: function() {
      var s = this, args = [].slice.call(arguments);
      return new Promise(function(resolve, reject) {
        function answer(err, value) {
          if (err) reject(err);
          else resolve(value);
        }
        answer.withError = true;
        s.emit.apply(s, args.concat(answer));
      });
    },
    /** Queues an event that is sent again until it is answered. */
    enqueue_: function(args, flags) {
      var s = this, ack = typeof args[args.length - 1] == "function" && args.pop();
      var entry = { tryCount: 0, args: args, flags: extend({ queued_: true }, flags), key_: { _once: randomText(20) } };
      entry.answer_ = function(err) {
        if (entry != s._queue[0]) return;
        entry.pending = false;
        if (!err || entry.tryCount > s._opts.retries) {
          s._queue.shift();
          if (ack) call(s, ack, arguments);
        }
        s.drain_();
      };
      s._queue.push(entry);
      s.drain_();
    },
    /** Sends the first event of the queue. Only a server of ours knows what the key is for. */
    drain_: function() {
      var s = this, entry = s._queue[0], engine = s.io.engine;
      if (!s.connected || !entry || entry.pending) return;
      entry.pending = true;
      entry.tryCount++;
      s.flags = extend({}, entry.flags);
      function answer() {
        entry.answer_.apply(null, arguments);
      }
      answer.withError = true;
      s.emit.apply(s, entry.args.concat(engine.stock_ ? [] : entry.key_, answer));
    },
    packet: function(packet) {
      packet.nsp = this.nsp;
      this.io._packet(packet);
    },
    /** Asks to be connected. */
    hello_: function() {
      var s = this, engine = s.io.engine;
      function connect(data) {
        if (engine != s.io.engine || !s.active_) return;
        if (s._pid) data = extend({ pid: s._pid, offset: s._lastOffset }, data);
        s.packet({ type: CONNECT, data: data });
      }
      if (typeof s.auth == "function") s.auth(connect);
      else connect(s.auth);
    },
    onclose_: function(reason, err) {
      var s = this, kept = {}, i;
      s.connected = false;
      delete s.id;
      for (i = 0; i < s._queue.length; i++) s._queue[i].pending = false;
      s.emitReserved("disconnect", reason, err);
      for (i = 0; i < s.sendBuffer.length; i++) kept[s.sendBuffer[i].id] = 1;
      for (var id in s.acks) if (!kept[id]) s.fail_(id, new Error("socket has been disconnected"));
    },
    onpacket_: function(packet) {
      var s = this, data = packet.data, err;
      switch (packet.type) {
        case CONNECT:
          if (data && data.sid) s.onconnect_(data.sid, data.pid);
          else s.emitReserved("connect_error", new Error("the server speaks an older version of the protocol"));
          break;
        case EVENT:
          s.onevent_(packet);
          break;
        case ACK:
          s.onack_(packet);
          break;
        case DISCONNECT:
          s.destroy_();
          s.onclose_("io server disconnect");
          break;
        case CONNECT_ERROR:
          s.destroy_();
          err = new Error(data.message || data);
          err.data = data.data;
          s.emitReserved("connect_error", err);
      }
    },
    onevent_: function(packet) {
      var s = this, args = packet.data, offset = args[args.length - 1], sent = false;
      if (packet.id != null) {
        offset = 0;
        args = args.concat(function() {
          if (sent) return;
          sent = true;
          s.packet({ type: ACK, id: packet.id, data: [].slice.call(arguments) });
        });
      }
      if (s.connected) s.dispatch_(args, offset);
      else s.receiveBuffer.push(args);
    },
    dispatch_: function(args, offset) {
      var s = this;
      if (s._pid && typeof offset == "string") s._lastOffset = offset;
      s._any.slice().forEach(function(f) {
        call(s, f, args);
      });
      s.emitReserved.apply(s, args);
    },
    onack_: function(packet) {
      var s = this, ack = s.acks[packet.id], args = packet.data;
      if (!ack) return;
      delete s.acks[packet.id];
      call(s, ack, ack.withError ? [null].concat(args) : args);
    },
    onconnect_: function(id, pid) {
      var s = this, sends = s.sendBuffer, events = s.receiveBuffer, i, err;
      s.id = id;
      s.recovered = !!pid && s._pid === pid;
      s._pid = pid;
      s.connected = true;
      s.receiveBuffer = [];
      s.sendBuffer = [];
      s.bytes_ = 0;
      for (i = 0; i < events.length; i++) s.dispatch_(events[i], events[i][events[i].length - 1]);
      for (i = 0; i < sends.length; i++) {
        if (err = s.leave_(sends[i])) s.fail_(sends[i].id, err);
      }
      s.drain_();
      s.emitReserved("connect");
    },
    /** Lets the manager go. */
    destroy_: function() {
      if (this.active_) this.unsubscribe_();
      this.io._destroy(this);
    },
    disconnect: function() {
      var s = this, was = s.connected;
      if (was) s.packet({ type: DISCONNECT });
      s.destroy_();
      if (was) s.onclose_("io client disconnect");
      return s;
    },
    compress: function(v) {
      this.flags.compress = v;
      return this;
    },
    /** Has the next answer fail when it does not come within so many milliseconds. */
    timeout: function(ms) {
      this.flags.timeout = ms;
      return this;
    }
  });
  var p2 = Socket.prototype;
  p2.open = p2.connect;
  p2.close = p2.disconnect;
  function catchAll(suffix, list) {
    p2["onAny" + suffix] = function(f) {
      this[list].push(f);
      return this;
    };
    p2["prependAny" + suffix] = function(f) {
      this[list].unshift(f);
      return this;
    };
    p2["offAny" + suffix] = function(f) {
      var i = this[list].indexOf(f);
      if (!f) this[list] = [];
      else if (i >= 0) this[list].splice(i, 1);
      return this;
    };
    p2["listenersAny" + suffix] = function() {
      return this[list];
    };
  }
  catchAll("", "_any");
  catchAll("Outgoing", "_anyOut");
  getter(p2, "disconnected", function() {
    return !this.connected;
  });
  getter(p2, "active", function() {
    return this.active_;
  });
  getter(p2, "volatile", function() {
    this.flags.volatile = true;
    return this;
  });

  // manager.js
  var maxSendBuffer = 4 << 20;
  function Manager(uri, opts) {
    var m = this;
    if (uri && typeof uri == "object") {
      opts = uri;
      uri = void 0;
    }
    m.uri = uri;
    m.opts = opts = opts || {};
    opts.path = opts.path || "/socket.io";
    m.nsps = {};
    m.attempts_ = m.hinted_ = 0;
    m._readyState = "closed";
    m.reconnection(opts.reconnection !== false);
    m.reconnectionAttempts(opts.reconnectionAttempts || Infinity);
    m.reconnectionDelay(opts.reconnectionDelay || 1e3);
    m.reconnectionDelayMax(opts.reconnectionDelayMax || 5e3);
    m.randomizationFactor(opts.randomizationFactor == null ? 0.5 : opts.randomizationFactor);
    m.timeout(opts.timeout == null ? 2e4 : opts.timeout);
    m.retryT_ = new Timer(opts, function() {
      m.retry_();
    });
    var parser = opts.parser || { Encoder: Encoder, Decoder: Decoder };
    m.encoder = new parser.Encoder();
    m.decoder = new parser.Decoder();
    m.decoder.on("decoded", function(packet) {
      m.emitReserved("packet", packet);
    });
    m._autoConnect = opts.autoConnect !== false;
    if (m._autoConnect) m.open();
  }
  function option(key) {
    return function(v) {
      if (!arguments.length) return this[key];
      this[key] = v;
      return this;
    };
  }
  inherit(Manager, Emitter, {
    reconnection: function(v) {
      if (!arguments.length) return this._reconnection;
      this._reconnection = !!v;
      if (!v) this.skipReconnect = true;
      return this;
    },
    reconnectionAttempts: option("_reconnectionAttempts"),
    reconnectionDelay: option("_reconnectionDelay"),
    reconnectionDelayMax: option("_reconnectionDelayMax"),
    randomizationFactor: option("_randomizationFactor"),
    timeout: option("_timeout"),
    /**
     * Opens a session, if there is none.
     * @param {function(Error=): void=} done
     */
    open: function(done) {
      var m = this, former = m.engine;
      if (/open/.test(m._readyState)) return m;
      m._readyState = "opening";
      m.skipReconnect = false;
      var e = m.engine = new Engine(m.uri, m.opts, former && !former.id && !former.closing_ ? former.race_ : void 0);
      function failed(err) {
        timer.stop_();
        m.release_();
        m._readyState = "closed";
        m.emitReserved("error", err);
        if (done) done(err);
        else if (!m._reconnecting && m._reconnection && !m.attempts_) m.reconnect(e.hint_);
      }
      var timer = new Timer(m.opts, function() {
        failed(new Error("timeout"));
        e.finish_();
      });
      if (m._timeout !== false) timer.start_(m._timeout);
      m.listen_(e, {
        error: failed,
        open: function() {
          timer.stop_();
          m.release_();
          m.opened_(e);
          if (done) done();
        }
      });
      return m;
    },
    /** Listens to a session, until release_. */
    listen_: function(e, listeners) {
      var event;
      for (event in listeners) e.on(event, listeners[event]);
      this.release_ = function() {
        this.release_ = nothing;
        for (event in listeners) e.off(event, listeners[event]);
        this.decoder.destroy();
      };
    },
    release_: nothing,
    opened_: function(e) {
      var m = this;
      m._readyState = "open";
      function pass(event) {
        return function(x) {
          m.emitReserved(event, x);
        };
      }
      m.listen_(e, {
        data: function(data) {
          try {
            m.decoder.add(data);
          } catch (err) {
            m.closed_("parse error", err);
          }
        },
        close: function(reason, err) {
          m.closed_(reason, err);
        },
        ping: pass("ping"),
        error: pass("error"),
        suspend: pass("suspend"),
        resume: pass("resume")
      });
      m.emitReserved("open");
    },
    /**
     * The socket of a namespace, which is made if there is none.
     */
    socket: function(nsp, opts) {
      var socket = this.nsps[nsp];
      if (!socket) socket = this.nsps[nsp] = new Socket(this, nsp, opts);
      else if (this._autoConnect && !socket.active) socket.connect();
      return socket;
    },
    /** A socket is done: the session is, if it was the last one. */
    _destroy: function() {
      for (var nsp in this.nsps) if (this.nsps[nsp].active) return;
      this._close();
    },
    /**
     * Sends a packet, unless it is too large.
     * @returns {Error|undefined}
     */
    _packet: function(packet) {
      var m = this, e = m.engine, data = m.encode_(packet), err = packet.type == EVENT && m.check_(packet, e.queued);
      if (!err) e.unit_(data, packet);
      return err;
    },
    /** The messages of a packet. */
    encode_: function(packet) {
      var data = this.encoder.encode({ type: packet.type, data: packet.data, options: packet.options, nsp: packet.nsp, id: packet.id });
      packet.size_ = packet.largest_ = 0;
      data.forEach(function(x) {
        x = sizeOf(x);
        packet.size_ += x;
        packet.largest_ = Math.max(packet.largest_, x);
      });
      return data;
    },
    /** What speaks against sending an encoded packet behind so many bytes. */
    check_: function(packet, queued) {
      var e = this.engine;
      if (e && e.id && !e.stock_ && packet.largest_ >= e.limit_()) return new Error("packet is larger than the server takes");
      if (queued + packet.size_ > (this.opts.maxSendBuffer || maxSendBuffer)) return new Error("send buffer is full");
    },
    disconnect: function() {
      return this._close();
    },
    _close: function() {
      this.skipReconnect = true;
      this._reconnecting = false;
      this.retryT_.stop_();
      this.closed_("forced close");
    },
    closed_: function(reason, err) {
      var m = this, e = m.engine, i;
      m.release_();
      m.decoder.destroy();
      m._readyState = "closed";
      if (e) {
        for (i = e.waiting_.length; i-- && reason != "forced close"; ) m.giveBack_(e.waiting_[i]);
        e.close();
      }
      m.attempts_ = 0;
      m.emitReserved("close", reason, err);
      if (m._reconnection && !m.skipReconnect) m.reconnect(e && e.hint_);
    },
    giveBack_: function(u) {
      var p3 = u.packet_, socket = this.nsps[p3.nsp];
      if (p3.type == EVENT && !p3.off_ && socket && socket.active && !p3.queued_ && !p3.volatile_) {
        socket.sendBuffer.unshift(p3);
        socket.bytes_ += p3.size_;
      }
    },
    /**
     * Opens the next session, soon.
     * @param {number=} hint of the server, in milliseconds
     */
    reconnect: function(hint) {
      var m = this;
      if (m._reconnecting || m.skipReconnect) return m;
      if (m.attempts_ >= m._reconnectionAttempts) {
        m.attempts_ = 0;
        m.emitReserved("reconnect_failed");
        m._reconnecting = false;
        return m;
      }
      m._reconnecting = true;
      var wait = backoff(m._reconnectionDelay, m._reconnectionDelayMax, m.attempts_++, m._randomizationFactor);
      if (hint != null && now() - m.hinted_ > 5e3) {
        m.hinted_ = now();
        wait = hint;
      }
      m.retryT_.start_(wait);
      return m;
    },
    retry_: function() {
      var m = this;
      if (m.skipReconnect) return;
      m.emitReserved("reconnect_attempt", m.attempts_);
      if (m.skipReconnect) return;
      m.open(function(err) {
        m._reconnecting = false;
        if (err) {
          m.reconnect(m.engine.hint_);
          m.emitReserved("reconnect_error", err);
          return;
        }
        var n = m.attempts_;
        m.attempts_ = 0;
        m.emitReserved("reconnect", n);
      });
    }
  });
  Manager.prototype.connect = Manager.prototype.open;
  function nothing() {
  }

  // index.js
  var managers = {};
  function io(uri, opts) {
    if (uri && typeof uri == "object") {
      opts = uri;
      uri = void 0;
    }
    opts = opts || {};
    var at = parseURI(uri, opts), nsp = at.path, host = at.hostname;
    var server = "http" + (at.secure ? "s" : "") + "://" + (host.indexOf(":") < 0 ? host : "[" + host + "]") + ":" + at.port;
    var id = server + (opts.path || "/socket.io"), m = managers[id];
    if (at.query && !opts.query) opts.query = decodeQuery(at.query);
    if (!m || opts.forceNew || opts["force new connection"] || opts.multiplex === false || nsp in m.nsps) {
      var fresh = new Manager(server, opts);
      if (m) m = fresh;
      else m = opts.forceNew || opts.multiplex === false ? fresh : managers[id] = fresh;
    }
    return m.socket(nsp, opts);
  }
  extend(io, {
    Manager: Manager,
    Socket: Socket,
    Engine: Engine,
    io: io,
    connect: io,
    protocol: protocol2,
    WebSocket: WS,
    SSE: SSE,
    XHR: Polling
  });
  if (true) io.log = notes;

  // module.js
  function Fetch(engine) {
    Polling.call(this, engine);
  }
  inherit(Fetch, Polling, { fetch_: true });
  Fetch.of_ = Polling.of_;
  extend(io, { Fetch: Fetch, NodeXHR: Polling, NodeWebSocket: WS });

  // umd-debug.js
  if (module_) module_.exports = io;
  else if (define_) define_(function() {
    return io;
  });
  else root.io = io;
})();
})(typeof globalThis=="object"?globalThis:typeof self=="object"?self:this,typeof module=="object"&&module.exports&&module,typeof define=="function"&&define.amd&&define);
//# sourceMappingURL=socket.io.js.map
