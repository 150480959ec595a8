/*! Everwire, MIT */(function(root_,module_,define_){

// constants.js
var engineProtocol = 4;
var socketProtocol = 5;
var asleep = 2e3;
var lifetime = 6e5;
var upwardFirst = 5e3;
var upwardMax = 6e5;
var lasting = 6e4;
var patienceMin = 2500;
var patienceMax = 2e4;
var slowest = 16;
var patienceLong = 6e4;
var headStart = 3;
var headStartMin = 250;
var headStartMax = 600;
var usualRoundTrip = 200;
var rejoinMin = 50;
var rejoinMax = 5e3;
var maxSuper = 3;
var swapWait = 5e3;
var ackMessages = 32;
var ackBytes = 65536;
var ackDelay = 1e3;
var sentWait = 2e3;
var maxPackets = 900;
var postBytes = 65536;
var maxPosts = 3;
var postWait = 200;
var maxPolls = 3;
var pollWait = 100;
var busyBytes = 65536;
var goodbyeWait = 1e4;
var unknown = 4001;
var superseded = 4002;
var tooLarge = 1009;
var CONNECT = 0;
var DISCONNECT = 1;
var EVENT = 2;
var ACK = 3;
var CONNECT_ERROR = 4;
var sendBuffer = 4194304;
var hintWait = 5e3;

// env.js
var root = root_;
var isNode = typeof process == "object" && !!process.versions && !!process.versions.node && typeof Buffer == "function" && typeof document == "undefined";
function nothing() {
}
function now() {
  return +/* @__PURE__ */ new Date();
}
function tick(f) {
  if (root.Promise) Promise.resolve().then(f);
  else setTimeout(f, 0);
}
function extend(to, from) {
  for (var key in from) if ({}.hasOwnProperty.call(from, key)) to[key] = from[key];
  return to;
}
function isObject(x) {
  return !!x && typeof x == "object";
}
function copy(list) {
  return [].slice.call(list);
}
function inherit(Class, Parent, members) {
  Class.prototype = extend(Object.create(Parent.prototype), members);
  Class.prototype.constructor = Class;
  return Class;
}
function getter(Class, name, get2) {
  Object.defineProperty(Class.prototype, name, { get: get2, configurable: true });
}
function randomText(n) {
  var bytes = [], text = "";
  if (root.crypto && root.Uint8Array) crypto.getRandomValues(bytes = new Uint8Array(n));
  while (n--) text += ((bytes[n] ^ Math.random() * 32) & 31).toString(32);
  return text;
}
function backoff(min, max, attempt, jitter) {
  return Math.min(Math.min(min * Math.pow(2, attempt), max) * (1 + jitter * (Math.random() * 2 - 1)), max);
}

// emitter.js
function Emitter() {
}
var p = Emitter.prototype;
p.on = p.addEventListener = function(event, f) {
  var all = this.all_ = this.all_ || {}, key = "$" + event;
  (all[key] = all[key] || []).push(f);
  return this;
};
p.once = function(event, f) {
  function listen() {
    this.off(event, listen);
    f.apply(this, arguments);
  }
  listen.fn = f;
  return this.on(event, listen);
};
p.off = p.removeListener = p.removeAllListeners = p.removeEventListener = function(event, f) {
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
p.emit = p.emitReserved = function(event) {
  callAll(this, this.listeners(event), copy(arguments).slice(1));
  return this;
};
p.listeners = function(event) {
  return (this.all_ || {})["$" + event] || [];
};
p.hasListeners = function(event) {
  return !!this.listeners(event).length;
};
function call(self, f, args) {
  try {
    f.apply(self, args);
  } catch (err) {
    setTimeout(function() {
      throw err;
    }, 0);
  }
}
function callAll(self, list, args) {
  copy(list).forEach(function(f) {
    call(self, f, args);
  });
}

// timer.js
var nativeSet = root.setTimeout;
var nativeClear = root.clearTimeout;
function Timer(owner, f) {
  this.owner_ = owner;
  this.f_ = f;
  this.on_ = 0;
}
Timer.prototype.start_ = function(ms) {
  var timer = this, opts = timer.owner_.opts, due = now() + ms;
  timer.stop_();
  timer.on_ = (opts.useNativeTimers ? nativeSet : setTimeout)(function() {
    timer.on_ = 0;
    timer.f_(timer.owner_, now() - due > asleep);
  }, ms);
  if (opts.autoUnref && timer.on_.unref) timer.on_.unref();
};
Timer.prototype.stop_ = function() {
  (this.owner_.opts.useNativeTimers ? nativeClear : clearTimeout)(this.on_);
  this.on_ = 0;
};
function after(owner, ms, f) {
  var t = new Timer(owner, f);
  t.start_(ms);
  return t;
}

// binary.js
function is(x, kind) {
  return kind.test({}.toString.call(x));
}
function isBinary(x) {
  return is(x, /(Buffer|View|\d\w*Array|Blob|File)]$/);
}
function bytesOf(x) {
  return x.buffer ? new Uint8Array(x.buffer, x.byteOffset, x.byteLength) : new Uint8Array(x);
}
function toBase64(x) {
  var bytes = bytesOf(x), text = "", i;
  if (isNode) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  for (i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return btoa(text);
}
function fromBase64(text) {
  var bytes, i;
  if (isNode) return Buffer.from(text, "base64");
  if (!root.Uint8Array) return { base64: true, data: text };
  text = atob(text);
  bytes = new Uint8Array(text.length);
  for (i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}
function received(x) {
  return isNode && x instanceof ArrayBuffer ? Buffer.from(x) : x;
}
function freeze(x, done) {
  var reader;
  if (!is(x, /(Blob|File)]$/)) return done(isBinary(x) ? new Uint8Array(bytesOf(x)).buffer : x);
  function ended() {
    done(reader.result || new ArrayBuffer(0));
  }
  if (x.arrayBuffer) {
    reader = {};
    return x.arrayBuffer().then(function(bytes) {
      reader.result = bytes;
    }).then(ended, ended);
  }
  reader = new FileReader();
  reader.onloadend = ended;
  reader.readAsArrayBuffer(x);
}
function sizeOf(x) {
  if (typeof x != "string") return Math.ceil((x.byteLength || x.size || 0) / 3) * 4 + 1;
  for (var i = 0, n = 1; i < x.length; i++) {
    var c = x.charCodeAt(i);
    n += c < 128 ? 1 : c < 2048 || c >> 11 == 27 ? 2 : 3;
  }
  return n;
}

// url.js
function parseURI(uri, opts) {
  var here = root.location || {}, page = "//" + (here.host || "localhost"), m, secure;
  if (uri == null) uri = opts.hostname ? (opts.secure ? "https://" : "http://") + opts.hostname + ":" + (opts.port || "") : page;
  if (/^\/([^\/]|$)/.test(uri)) uri = page + uri;
  if (!/^(https?|wss?):\/\//i.test(uri)) uri = (here.protocol || "https:") + uri.replace(/^(\/\/)?/, "//");
  m = /^(\w+):\/\/(?:[^\/?#]*@)?(\[[^\]]*\]|[^:\/?#]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?/.exec(uri);
  secure = /s$/i.test(m[1]);
  return {
    hostname: m[2],
    origin: (secure ? "s" : "") + "://" + m[2] + ":" + (m[3] || (secure ? "443" : "80")),
    path: m[4] || "/",
    query: m[5]
  };
}
function encodeQuery(query) {
  var text = "", key;
  if (!isObject(query)) return query ? "&" + query : "";
  for (key in query) text += "&" + encodeURIComponent(key) + "=" + encodeURIComponent(query[key]);
  return text;
}

// memory.js
var known = {};
function memoryOf(key) {
  var m = known[key], kept;
  if (!m) {
    m = known[key] = { up_: upwardFirst, kept_: {} };
    forgive(m);
    try {
      kept = JSON.parse(root.sessionStorage.getItem("everwire" + key));
      if (now() - kept.at < lifetime) {
        m.kept_ = kept;
        m.failures_.websocket = +(kept.won != "websocket");
      }
    } catch (err) {
    }
  }
  if (now() - m.kept_.at > lifetime) m.kept_.won = null;
  return m;
}
function forgive(m) {
  m.failures_ = { websocket: 0, sse: 0, polling: 0 };
}
function remember(s, transport2) {
  var kept = s.memory_.kept_;
  kept.won = transport2;
  kept.at = now();
  try {
    root.sessionStorage.setItem("everwire" + s.path_, JSON.stringify(kept));
  } catch (err) {
  }
}

// upward.js
function planUpward(s) {
  if (s.cur_ && s.cur_.name != "websocket" && s.opts.upgrade !== false && !s.upT_.on_ && best(s).some(isWebSocket)) {
    s.upT_.start_(s.memory_.failures_.websocket ? s.memory_.up_ : 0);
  }
}
function tryUpward(s) {
  var a;
  if (s.trial_ || !s.cur_ || s.cur_.name == "websocket") return;
  if (s.live_.length > 1) return s.upT_.start_(upwardFirst);
  a = s.trial_ = new (best(s).filter(isWebSocket))[0](s);
  s.emitReserved("upgrading", a);
  a.openT_.start_(patience(s));
  a.run_();
}
function trialFailed(a, err) {
  var s = a.engine_, m = s.memory_;
  m.failures_.websocket++;
  m.up_ = Math.min(2 * m.up_, upwardMax);
  if (true) note("no WebSocket");
  kill(a);
  s.emitReserved("upgradeError", err);
  if (s.cur_) unpause(s.cur_);
  planUpward(s);
}
function promote(a) {
  var s = a.engine_;
  function go() {
    if (a.dead_) return;
    s.trial_ = null;
    a.dueAttach_ = true;
    if (s.stock_) replace(a);
    else {
      enlist(a, patience(s));
      s.retryT_.stop_();
    }
    flush(a);
  }
  if (s.cur_) pause(s.cur_, go);
  else go();
}
function replace(a) {
  var s = a.engine_;
  a.openT_.stop_();
  kill(s.cur_);
  s.live_ = [s.cur_ = a];
  a.opened_ = true;
  alive(a);
  s.emitReserved("upgrade", a);
}

// eio.js
var names = ["open", "close", "ping", "pong", "message", "upgrade", "noop", "ack"];
function parsePacket(x) {
  var text = typeof x == "string", code = text && x.charAt(0), type = !text || code == "b" ? "message" : names[code];
  if (!type) throw new Error("invalid packet" + (true ? ": " + x.slice(0, 60) : ""));
  return { type: type, data: code == "b" ? fromBase64(x.slice(1)) : text ? x.slice(1) : received(x) };
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

// request.js
function canStream() {
  return root.XMLHttpRequest ? "onprogress" in new XMLHttpRequest() : !!root.fetch;
}
function request(a, url, method, body, done, chunk) {
  var o = a.opts, headers = extend(body ? { "Content-Type": "text/plain;charset=UTF-8" } : {}, o.extraHeaders), x, key, read = 0;
  if (a.fetch_ || !root.XMLHttpRequest) return byFetch(method, url, headers, o.withCredentials, body, done, chunk);
  x = new XMLHttpRequest();
  x.onreadystatechange = function() {
    var state = x.readyState, text;
    if (state < 3 || state < 4 && !chunk) return;
    text = x.responseText;
    if (chunk && x.status == 200) chunk(text.slice(read));
    read = text.length;
    if (state > 3) done(x.status, text);
  };
  x.open(method, url, true);
  for (key in headers) x.setRequestHeader(key, headers[key]);
  x.withCredentials = !!o.withCredentials;
  x.send(body);
  return function() {
    x.onreadystatechange = nothing;
    x.abort();
  };
}
function byFetch(method, url, headers, credentials, body, done, chunk) {
  var control2 = root.AbortController && new AbortController(), over = false;
  function end2(status, text) {
    if (!over) done(status, text);
  }
  root.fetch(url, {
    method: method,
    body: body,
    headers: headers,
    credentials: credentials ? "include" : "same-origin",
    signal: control2 && control2.signal
  }).then(function(answer) {
    var status = answer.status, reader, decoder;
    if (!chunk || status != 200 || !answer.body) return answer.text().then(function(text) {
      end2(status, text);
    });
    reader = answer.body.getReader();
    decoder = new TextDecoder();
    return reader.read().then(function next(part) {
      if (over) return;
      if (part.done) return end2(status, "");
      chunk(decoder.decode(part.value, { stream: true }));
      return reader.read().then(next);
    });
  }).then(null, function() {
    end2(0, "");
  });
  return function() {
    over = true;
    if (control2) control2.abort();
  };
}

// uplink.js
var uplink = {
  free_: function() {
    return this.opened_ && !this.posting_;
  },
  write_: function(packets, n) {
    var a = this, s = a.engine_, upTo = s.base_ + n, last = a.leaving_ && !packets.length && !left(s);
    if (last) packets.push("1");
    if (!packets.length) return;
    a.posting_ = true;
    a.abortUp_ = post(a, a.k_, n, packets, function(err, code) {
      a.posting_ = false;
      if (a.leaving_ && (last || err)) stop(a);
      else if (err) gone(a, "xhr post error", err, "", code);
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
function post(a, k, n, packets, done, hurry2) {
  var s = a.engine_, failed3 = 0, timer, abort, url = urlOf(a, sidQuery(a) + (s.stock_ ? "" : "&at=" + k + (n ? "&n=" + (s.base_ + 1) : ""))), body = formatPayload(packets);
  function again() {
    abort();
    if (s.stock_ || ++failed3 == maxPosts) done("timeout");
    else timer = after(a, postWait * failed3, go);
  }
  function go() {
    abort = request(a, url, "POST", body, function(status, text) {
      timer.stop_();
      if (status == 200 && text == "ok") done();
      else if (status) done(status, refusal(status, text));
      else again();
    });
    timer = after(a, s.stock_ ? s.interval_ + s.timeout_ : patience(s, body.length), again);
  }
  if (hurry2 && !a.opts.extraHeaders && navigator.sendBeacon && navigator.sendBeacon(url, body)) return;
  go();
  return function() {
    timer.stop_();
    abort();
  };
}

// leave.js
function leave(s) {
  if (s.over_ || s.closing_) return;
  s.closing_ = true;
  s.readyState = "closing";
  s.byeT_.start_(goodbyeWait);
  farewell(s);
}
function farewell(s, hurry2) {
  var a = s.cur_, rest = s.kept_.length + s.waiting_.length, Class = best(s).filter(function(c) {
    return !isWebSocket(c);
  }).pop(), quiet = a && a.k_ == s.race_.k_ && s.live_.length == 1 && !s.trial_ && !rest;
  if (s.over_) return;
  if (!hurry2 && s.byeT_.on_ && !s.stock_ && a && rest && !(Class && fits(s))) return flush(a);
  if (a && (s.stock_ || a.name == "websocket" && (quiet || !Class))) {
    a.leaving_ = true;
    unpause(a);
    flush(a);
  } else if (s.id && !s.stock_ && Class) beacon(s, new Class(s), hurry2);
  finish(s);
  tell(s, "close", "forced close");
}
function fits(s) {
  return s.size_ + s.queued_ < s.maxPayload * 0.9 && s.kept_.length + s.waiting_.length < maxPackets && !s.waiting_.some(function(u) {
    return u.unread_;
  });
}
function beacon(s, a, hurry2) {
  var list;
  s.buffer_ = Infinity;
  number(s, s.maxPayload);
  list = fitting(s, ["1"], s.maxPayload);
  post(a, s.race_.k_, list.length, list.concat("1"), nothing, hurry2);
}
function vanish(s) {
  if (s.id && (!s.stock_ || s.opts.closeOnBeforeunload)) farewell(s, true);
}
function freeze2(s) {
  if (s.stock_) return end(s, "transport close");
  if (s.cur_) suspend(s);
  stopAll(s);
}
function thaw(s) {
  (s.id ? retry : run)(s);
}

// numbers.js
function receive(a, n, read) {
  var s = a.engine_, packets;
  busy(a);
  try {
    packets = read();
  } catch (err) {
    return gone(a, "parse error", err, "parse error");
  }
  if (a.name == "sse") packets.forEach(function(p3) {
    if (p3.type == "message") n--;
  });
  if (a.name != "websocket") a.num_ = n;
  packets.forEach(function(p3) {
    if (a.dead_ || s.over_) return;
    s.emitReserved("packet", p3);
    if (p3.type == "open") open(a, p3.data);
    else if (p3.type == "pong") proved(a);
    else if (a.opened_) take(a, p3.type, p3.data);
  });
  if (!a.dead_) settle(s);
}
function proved(a) {
  a.probeT_.stop_();
  if (a.engine_.trial_ != a) alive(a);
  else if (!a.proved_) {
    a.proved_ = true;
    promote(a);
  }
}
function take(a, type, data) {
  var s = a.engine_;
  if (type == "message") message(a, data);
  if (type == "ping") {
    watchPings(s);
    a.duePong_ = true;
    a.dueAck_ = !s.stock_;
    s.emitReserved("pong");
    tell(s, type);
    flush(a);
  }
  if (type == "ack") {
    if (data > s.base_) a.moved_ = true;
    acknowledged(s, +data);
  }
  if (type == "noop" && !s.stock_ && newer(a)) gone(a);
  if (type == "close") end(s, "transport close", void 0, parseFloat(/\d+/.exec(data)));
}
function message(a, data) {
  var s = a.engine_, ahead = ++a.num_ - s.have_;
  if (!s.stock_) {
    if (ahead < 1) return;
    if (ahead > 1) return gone(a);
    s.have_++;
    a.moved_ = true;
    s.unacked_ += data.length || data.byteLength || 0;
  }
  tell(s, "data", data);
  s.emitReserved("message", data);
}
function settle(s) {
  var n = s.have_ - s.acked_;
  if (!n || !s.cur_ || s.cur_.name == "polling") return;
  if (n >= ackMessages || s.unacked_ >= ackBytes) acknowledge(s);
  else if (!s.ackT_.on_) s.ackT_.start_(ackDelay);
}
function acknowledge(s) {
  if (s.cur_ && s.have_ > s.acked_) {
    s.cur_.dueAck_ = true;
    flush(s.cur_);
  }
}
function told(s) {
  s.unacked_ = 0;
  s.ackT_.stop_();
  return s.acked_ = s.have_;
}
function acknowledged(s, n) {
  if (!(n <= s.last_)) return end(s, "parse error");
  if (n <= s.base_) return;
  s.kept_.splice(0, n - s.base_).forEach(function(m) {
    s.size_ -= m.size_;
  });
  s.base_ = n;
  s.sentT_.stop_();
  watchSent(s);
  if (s.closing_) farewell(s);
  else if (s.waiting_.length) wake(s);
}
function watchSent(s) {
  var a = s.cur_;
  if (!s.stock_ && a && a.name == "websocket" && a.sent_ > s.base_ && !s.sentT_.on_) s.sentT_.start_(sentWait);
}
function ask(s) {
  if (s.cur_) probe(s.cur_);
  watchSent(s);
}
function watchPings(s) {
  var wait = s.interval_ + s.timeout_;
  s.pingBy_ = now() + wait;
  s.pingT_.start_(wait);
}
function pingMissing(s, late) {
  var a = s.cur_;
  if (!a) return;
  if (late && !s.stock_) {
    watchPings(s);
    probe(a);
  } else gone(a, "timeout", 0, "ping timeout");
}
function open(a, text) {
  var s = a.engine_, first = !s.id, again = a.opened_, before = s.cur_ || s.lost_, o, r;
  try {
    o = JSON.parse(text);
    r = o.resume;
  } catch (err) {
  }
  if (!o || typeof o.sid != "string" || !first && (s.stock_ || !r || o.sid != s.id)) return gone(a, "parse error", text);
  if (true) note("connection " + a.name + " " + a.k_);
  if (first) begin(a, o, r);
  s.live_.forEach(function(other) {
    if (other == a || other.k_ > a.k_ && !other.leg_) return;
    if (first && other.k_ < a.k_) s.memory_.failures_[other.name]++;
    kill(other);
  });
  a.opened_ = true;
  s.super_ = 0;
  s.legs_ = [];
  s.legT_.stop_();
  a.openT_.stop_();
  a.since_ = now();
  s.cur_ = a;
  watchPings(s);
  if (!s.stock_ && !synchronize(a, r, again)) return;
  if (!again) prove(a);
  if (first) {
    s.readyState = "open";
    tell(s, "open");
  } else if (!again) {
    if (before && before.name != a.name) s.emitReserved("upgrade", a);
    if (s.suspended_) tell(s, "resume");
    s.suspended_ = false;
  }
  wake(s);
  if (s.closing_) farewell(s);
}
function begin(a, o, r) {
  var s = a.engine_;
  s.id = o.sid;
  s.stock_ = s.stock_ || !r;
  s.interval_ = o.pingInterval;
  s.timeout_ = o.pingTimeout;
  s.maxPayload = o.maxPayload || s.maxPayload;
  s.upgrades = o.upgrades || [];
  s.allowed_ = s.stock_ ? s.upgrades : r.transports;
  if (!s.stock_) s.buffer_ = r.buffer;
  s.early_ = s.early_ && o.c == 1;
  s.memory_.kept_.rtt = now() - a.since_;
  remember(s, a.name);
  s.emitReserved("handshake", o);
}
function synchronize(a, r, again) {
  var s = a.engine_, websocket = a.name == "websocket";
  if (!again || r.ack >= s.base_) {
    if (!(r.ack >= s.base_ && r.ack <= s.last_ && r.from <= s.have_)) {
      end(s, "parse error");
      return false;
    }
    acknowledged(s, r.ack);
    a.sent_ = r.ack;
  }
  a.num_ = s.acked_ = r.from;
  a.dueAck_ = a.name != "polling" && s.have_ > r.from || websocket && a.leg_ && !again;
  return true;
}
function left(s) {
  return s.waiting_.length + (s.stock_ ? s.kept_.length : 0);
}
function shift(s, room) {
  var u;
  while ((u = s.waiting_[0]) && (u.packet_.off_ || !u.unread_ && u.size_ <= room)) {
    s.queued_ -= u.size_;
    s.waiting_.shift();
    if (!u.packet_.off_) {
      u.packet_.sent_ = true;
      if (u.done_) u.done_();
      return u.messages_;
    }
  }
}
function number(s, enough) {
  var before = s.size_, messages2;
  while (s.size_ - before < enough && (messages2 = shift(s, s.size_ ? s.buffer_ - s.size_ : Infinity))) {
    messages2.forEach(function(m) {
      s.kept_.push(m);
      s.size_ += m.size_;
      s.last_++;
    });
  }
}
function messages(a, control2) {
  var s = a.engine_, list;
  if (a.name != "websocket") {
    if (!s.kept_.length) number(s, postBytes);
    return fitting(s, control2, postBytes);
  }
  number(s, Infinity);
  list = s.kept_.slice(Math.max(a.sent_ - s.base_, 0));
  a.sent_ = s.last_;
  watchSent(s);
  return list.map(function(m) {
    return m.data_;
  });
}
function fitting(s, control2, enough) {
  var list = [], size = control2.join().length + 1;
  s.kept_.every(function(m, i) {
    size += m.size_ + 1;
    return i < maxPackets && (!i && !control2.length || size - 1 <= Math.min(i ? enough : size, s.maxPayload)) && list.push(m.data_);
  });
  return list;
}

// transport.js
function Transport(engine) {
  var a = this;
  a.engine_ = engine;
  a.opts = extend(extend({}, engine.opts), (engine.opts.transportOptions || {})[a.name]);
  a.k_ = -1;
  a.openT_ = new Timer(a, silent);
  a.probeT_ = new Timer(a, probeMissing);
}
inherit(Transport, Emitter, {
  /** End what is under way. */
  abortDown_: nothing,
  abortUp_: nothing
});
getter(Transport, "writable", function() {
  var a = this;
  return carries(a) && a.free_() && !a.engine_.waiting_.length && !(a.ws_ && a.ws_.bufferedAmount > busyBytes);
});
function transport(of, members) {
  function Class(engine) {
    Transport.call(this, engine);
  }
  Class.of_ = of;
  return inherit(Class, Transport, members);
}
function carries(a) {
  return a.opened_ && !a.paused_ && (a.engine_.cur_ == a || a.leaving_);
}
function control(a) {
  var s = a.engine_, packets = [];
  if (a.dueAttach_) packets.push("5" + (s.stock_ ? "" : a.k_ + "," + s.have_));
  if (a.dueAck_) packets.push("7" + told(s));
  if (a.dueProbe_) packets.push("2probe");
  if (a.duePong_) packets.push("3");
  a.dueAttach_ = a.dueAck_ = a.dueProbe_ = a.duePong_ = false;
  return packets;
}
function flush(a) {
  var packets, list;
  if (a.dead_ && !a.leaving_ || !a.free_()) return;
  packets = control(a);
  list = carries(a) ? messages(a, packets) : [];
  a.write_(packets.concat(list), list.length);
}
function pause(a, done) {
  a.paused_ = function() {
    if (a.posting_ || a.engine_.stock_ && a.getting_) return;
    a.paused_ = nothing;
    done();
  };
  a.paused_();
}
function unpause(a) {
  if (!a.paused_) return;
  a.paused_ = null;
  if (a.next_ && !a.getting_) a.next_();
  flush(a);
}
function stop(a) {
  a.leaving_ = false;
  a.abortDown_();
  a.abortUp_();
}
function attachQuery(a) {
  var s = a.engine_;
  return a.k_ < 0 ? sidQuery(a) : s.stock_ ? "" : a.leg_ ? "&resume=1&rid=" + s.race_.id_ + "&at=" + a.k_ + (s.early_ ? "&c=1" : "") : sidQuery(a) + "&at=" + a.k_ + "&ack=" + s.have_;
}
function sidQuery(a) {
  return (a.engine_.stock_ ? "" : "&resume=1") + "&sid=" + a.engine_.id;
}

// attach.js
function patience(s, bytes) {
  return Math.min(patienceMin * Math.pow(2, s.race_.silences_) + (bytes || 0) / slowest, bytes >= 0 ? patienceLong : patienceMax);
}
function best(s) {
  var won = s.memory_.kept_.won;
  function rank(c) {
    var name = c.prototype.name;
    return s.memory_.failures_[name] + (won && won != name && s.opts.rememberUpgrade !== false ? 0.5 : 0) + s.classes_.indexOf(c) / 100;
  }
  return s.classes_.filter(function(c) {
    return s.allowed_.indexOf(c.prototype.name) >= 0;
  }).sort(function(a, b) {
    return rank(a) - rank(b);
  });
}
function isWebSocket(Class) {
  return Class.prototype.name == "websocket";
}
function run(s) {
  s.early_ = !s.stock_ && s.mayJoin_();
  s.legs_ = best(s);
  nextLeg(s);
}
function nextLeg(s) {
  var Class = s.legs_.shift();
  s.legT_.stop_();
  if (s.legs_[0]) s.legT_.start_(Math.min(Math.max(headStart * (s.memory_.kept_.rtt || usualRoundTrip), headStartMin), headStartMax));
  start(s, Class, true);
}
function start(s, Class, leg) {
  var a = new Class(s), wait = patience(s);
  a.leg_ = leg;
  if (true) note("start " + a.name + " " + (s.race_.k_ + 1) + (leg ? " in a race" : ""));
  enlist(a, leg ? Math.min(2 * wait, patienceMax) : wait);
  a.run_();
}
function retry(s) {
  var offline = root.navigator && navigator.onLine === false && now() - s.tried_ < rejoinMax;
  if (s.live_.length) return;
  if (offline) s.retryT_.start_(rejoinMax);
  else start(s, best(s)[0]);
}
function enlist(a, wait) {
  var s = a.engine_;
  a.k_ = ++s.race_.k_;
  a.since_ = s.tried_ = now();
  s.live_.push(a);
  a.openT_.start_(wait);
}
function kill(a) {
  var s = a.engine_;
  if (a.dead_) return;
  a.dead_ = true;
  a.openT_.stop_();
  a.probeT_.stop_();
  stop(a);
  s.live_ = s.live_.filter(function(other) {
    return other != a;
  });
  if (s.cur_ == a) {
    s.cur_ = null;
    s.lost_ = a;
  }
  if (s.trial_ == a) s.trial_ = null;
}
function newer(a) {
  return a.engine_.live_.some(function(other) {
    return other.k_ > a.k_;
  });
}
function refusal(status, text) {
  var m = status == 400 && /^\{"code":(1,|3,"message":"superseded")/.exec(text);
  return status == 413 ? tooLarge : m && (m[1] == "1," ? unknown : superseded);
}
function gone(a, message2, detail, reason, code) {
  var s = a.engine_, err = new Error(message2), refused = code == unknown || code == superseded;
  if (true) note("end of " + a.name + " " + a.k_ + ": " + (code || message2 || "out of turn") + " " + (detail || ""));
  err.type = "TransportError";
  err.description = detail;
  reason = reason || "transport error";
  if (a.dead_ || s.over_) kill(a);
  else if (s.trial_ == a) trialFailed(a, err);
  else if (refused && !s.id) {
    s.race_ = newRace();
    end(s, "transport error", err, 0);
  } else if (code == tooLarge) end(s, reason, err);
  else if (refused && !s.stock_ && !newer(a) && (code == unknown || ++s.super_ > maxSuper)) {
    end(s, "transport close", err, 0);
  } else lost(a, err, reason);
}
function silent(a) {
  gone(a, "timeout", 0, "ping timeout");
}
function lost(a, err, reason) {
  var s = a.engine_, m = s.memory_, newest = !newer(a), had = s.cur_, before, quiet = reason == "ping timeout", failed3 = quiet || !a.proved_ && !a.moved_;
  if (failed3) m.failures_[a.name]++;
  if (quiet) s.race_.silences_++;
  if (a.name == "websocket" && a.opened_) m.up_ = now() - a.since_ > lasting ? upwardFirst : Math.min(2 * m.up_, upwardMax);
  if (s.id && s.stock_) return end(s, reason, err);
  kill(a);
  before = s.live_[s.live_.length - 1];
  if (!s.id) {
    if (s.legs_.length) nextLeg(s);
    else if (!before) end(s, "transport error", err);
  } else if (newest && before) {
    unpause(before);
    if (before.opened_) {
      before.probeT_.stop_();
      probe(before);
    }
  } else if (newest) {
    s.fails_ = failed3 ? s.fails_ + 1 : 0;
    if (!failed3) s.race_.silences_ = 0;
    s.retryT_.start_(backoff(rejoinMin, rejoinMax, Math.max(s.fails_ - 1, 0), 0.5));
  }
  if (had && !s.cur_) suspend(s);
}
function suspend(s) {
  s.suspended_ = true;
  tell(s, "suspend");
}
function hurry(s) {
  s.fails_ = s.race_.silences_ = 0;
  if (s.cur_ && !s.stock_) probe(s.cur_);
  else if (s.retryT_.on_) s.retryT_.start_(0);
}
function prove(a) {
  var s = a.engine_;
  if (s.stock_ || a.proved_ || a.name == "polling") alive(a);
  else probe(a);
  if (!s.stock_) s.swapT_.start_(swapWait);
  planUpward(s);
}
function probe(a) {
  if (a.dead_ || a.probeT_.on_ || a.name == "polling") return;
  a.dueProbe_ = true;
  limitProbe(a);
  wake(a.engine_);
}
function limitProbe(a) {
  var s = a.engine_;
  a.probeT_.start_(patience(s, a.name == "sse" || a.sent_ > s.base_ ? s.size_ : 0));
}
function busy(a) {
  if (a.probeT_.on_ && (a.proved_ || !a.leg_)) limitProbe(a);
}
function probeMissing(a, late) {
  if (late || a.posting_ && a.dueProbe_) limitProbe(a);
  else silent(a);
}
function alive(a) {
  var s = a.engine_;
  a.probeT_.stop_();
  a.proved_ = true;
  s.fails_ = s.race_.silences_ = s.memory_.failures_[a.name] = 0;
  if (s.cur_ == a && s.memory_.kept_.won != a.name) remember(s, a.name);
}
var notes = [];
function note(text) {
  notes.push((/* @__PURE__ */ new Date()).toISOString() + " " + text);
  if (notes.length > 200) notes.shift();
}

// page.js
function watch(s) {
  var listeners = {
    online: function() {
      forgive(s.memory_);
      hurry(s);
    },
    offline: function() {
      if (s.stock_ && s.hostname != "localhost") end(s, "transport close", { description: "network connection lost" });
    },
    visibilitychange: function() {
      if (!document.hidden) hurry(s);
    },
    // A page that may be restored comes back to its session.
    pagehide: function(e) {
      (e.persisted ? freeze2 : vanish)(s);
    },
    pageshow: function(e) {
      if (e.persisted) thaw(s);
    }
  };
  if (!root.document) return nothing;
  if (s.opts.closeOnBeforeunload) listeners.beforeunload = function() {
    vanish(s);
  };
  function all(method) {
    for (var event in listeners) (event == "visibilitychange" ? document : root)[method](event, listeners[event], false);
  }
  all("addEventListener");
  return function() {
    all("removeEventListener");
  };
}

// websocket.js
function classOf(opts) {
  return opts.WebSocket || root.WebSocket;
}
var WS = transport(classOf, {
  name: "websocket",
  run_: function() {
    var a = this, o = a.opts, Class = classOf(o), url = urlOf(a, attachQuery(a)), protocols = o.protocols || [], ws;
    try {
      if (isNode && o.extraHeaders) {
        ws = Class == root.WebSocket && Class.length < 3 ? new Class(url, { protocols: protocols, headers: o.extraHeaders }) : new Class(url, protocols, { headers: o.extraHeaders });
      } else ws = new Class(url, protocols);
    } catch (err) {
      return setTimeout(function() {
        gone(a, "websocket error", err);
      }, 0);
    }
    a.ws_ = ws;
    ws.binaryType = "arraybuffer";
    ws.onopen = function() {
      if (o.autoUnref && ws._socket) ws._socket.unref();
      if (!a.leg_) probe(a);
      flush(a);
    };
    ws.onmessage = function(e) {
      receive(a, 0, function() {
        return [parsePacket(e.data)];
      });
    };
    ws.onclose = function(e) {
      gone(a, "websocket error", e, "transport close", e.code);
    };
    ws.onerror = function(e) {
      gone(a, "websocket error", e);
    };
    a.abortDown_ = function() {
      if (!ws.readyState && isNode) ws.onopen = function() {
        ws.close();
      };
      else ws.close();
    };
  },
  free_: function() {
    return this.ws_ && this.ws_.readyState == 1;
  },
  write_: function(packets) {
    var a = this, s = a.engine_, end2 = a.leaving_ && !s.waiting_.length;
    if (end2 && !s.stock_) packets.push("1");
    packets.forEach(function(x) {
      a.ws_.send(a.opts.forceBase64 ? asText(x) : x);
    });
    if (s.stock_) acknowledged(s, s.last_);
    if (end2) stop(a);
    flushed(s, packets.length);
  }
});

// events.js
function eventReader(take2) {
  var rest = "";
  return function(text) {
    var blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    blocks.forEach(function(block) {
      var e = {};
      block.replace(/(?:^|\n)(event|id|data): ?([^\r\n]*)/g, function(line, key, value) {
        e[key] = value;
      });
      if (e.data != null) take2({ type: e.event, lastEventId: e.id, data: e.data });
    });
  };
}

// sse.js
var SSE = transport(function() {
  return root.EventSource || canStream();
}, extend({
  name: "sse",
  run_: function() {
    var a = this, Class = root.EventSource, url = urlOf(a, attachQuery(a)), read, es;
    function take2(e) {
      if (e.type == "x") gone(a, "sse error", 400, "", refusal(400, e.data));
      else receive(a, +e.lastEventId, function() {
        return parsePayload(e.type == "e" ? JSON.parse(e.data) : e.data);
      });
    }
    function ended(status, text) {
      gone(a, "sse error", status, a.opened_ && "transport close", refusal(status, text));
    }
    if (!Class || a.opts.extraHeaders) {
      read = eventReader(take2);
      a.abortDown_ = request(a, url + (!root.XMLHttpRequest ? "" : "&xs=1"), "GET", void 0, ended, true ? function(text) {
        busy(a);
        read(text);
      } : read);
      return;
    }
    es = new Class(url, { withCredentials: !!a.opts.withCredentials });
    es.onmessage = take2;
    es.addEventListener("e", take2);
    es.addEventListener("x", take2);
    es.onerror = ended;
    a.abortDown_ = function() {
      es.close();
    };
  }
}, uplink));

// polling.js
var stamps = 0;
var Polling = transport(function() {
  return root.XMLHttpRequest || root.fetch;
}, extend({
  name: "polling",
  run_: function() {
    var a = this, query = attachQuery(a);
    a.p_ = a.failed_ = 0;
    a.getT_ = new Timer(a, function() {
      a.abortDown_();
      if (a.getting_) missed(a, 0, "");
      else a.next_();
    });
    get(a, query + (query && !a.leg_ ? "&p=0" : ""), a.engine_.have_);
  },
  /** Makes the next GET. Only its answer is read. */
  next_: function() {
    var a = this, s = a.engine_, before = s.have_;
    if (a.paused_) a.paused_();
    else get(a, sidQuery(a) + (s.stock_ ? "" : "&at=" + a.k_ + "&p=" + ++a.p_ + "&ack=" + told(s)), before);
  }
}, uplink));
function get(a, query, before) {
  var s = a.engine_, abort;
  a.getting_ = true;
  if (true) tick(function() {
    a.emitReserved("poll");
  });
  if (a.opts.timestampRequests !== false) {
    query += "&" + (a.opts.timestampParam || "t") + "=" + now().toString(36) + stamps++;
  }
  if (a.opened_) a.getT_.start_(s.interval_ + (s.stock_ ? s.timeout_ : 5e3));
  abort = request(a, urlOf(a, query), "GET", void 0, function(status, text) {
    a.getting_ = false;
    a.getT_.stop_();
    if (status != 200) return missed(a, status, text);
    a.failed_ = 0;
    receive(a, before, function() {
      return parsePayload(text);
    });
    if (a.dead_ || s.over_) return;
    if (a.opened_) a.next_();
    else gone(a, "xhr poll error", status);
  });
  a.abortDown_ = function() {
    a.getT_.stop_();
    abort();
  };
}
function missed(a, status, text) {
  var code = refusal(status, text);
  a.getting_ = false;
  if (code || !a.opened_ || a.engine_.stock_ || ++a.failed_ == maxPolls) gone(a, "xhr poll error", status, "", code);
  else a.getT_.start_(pollWait);
}

// engine.js
var classes = { websocket: WS, sse: SSE, polling: Polling };
var names2 = ["websocket", "sse", "polling"];
function newRace() {
  return { id_: randomText(22), k_: -1, silences_: 0 };
}
function Engine(uri, opts, race) {
  var s = this, at;
  opts = s.opts = extend({}, opts);
  at = parseURI(uri || opts.host, opts);
  s.hostname = at.hostname;
  opts.query = opts.query || at.query;
  s.base_ = s.last_ = s.have_ = s.acked_ = s.unacked_ = s.size_ = s.queued_ = s.fails_ = s.super_ = 0;
  s.interval_ = 25e3;
  s.timeout_ = 2e4;
  s.maxPayload = 1e6;
  s.buffer_ = Infinity;
  s.id = "";
  s.allowed_ = names2;
  s.waiting_ = s.writeBuffer = [];
  s.kept_ = [];
  s.live_ = [];
  s.stock_ = opts.resume === false;
  s.race_ = race || newRace();
  s.path_ = at.origin + opts.path.replace(/\/$/, "") + (opts.addTrailingSlash === false ? "" : "/");
  s.memory_ = memoryOf(s.path_);
  s.timers_ = [
    s.ackT_ = new Timer(s, acknowledge),
    s.retryT_ = new Timer(s, retry),
    s.legT_ = new Timer(s, nextLeg),
    s.pingT_ = new Timer(s, pingMissing),
    s.sentT_ = new Timer(s, ask),
    s.swapT_ = new Timer(s, ask),
    s.upT_ = new Timer(s, tryUpward),
    s.byeT_ = new Timer(s, farewell)
  ];
  s.classes_ = (opts.transports || names2).map(function(c) {
    return classes[c] || c;
  }).filter(function(c) {
    return c.of_ && c.of_(opts);
  });
  s.readyState = "opening";
  s.unwatch_ = watch(s);
  tick(function() {
    if (s.over_) return;
    if (s.classes_.length) run(s);
    else end(s, "transport error", new Error("No transports available"));
  });
}
inherit(Engine, Emitter, {
  protocol: engineProtocol,
  /** Hears the events of the session before its listeners do. */
  hear_: nothing,
  /** Whether the server may connect "/" by itself. */
  mayJoin_: nothing,
  /**
   * Sends a message. done is called when it was handed to a connection.
   */
  write: function(data, options, done) {
    push(this, unit({ options: options }, [data], typeof options == "function" ? options : done));
    return this;
  },
  /**
   * Ends the session, after what waits was sent.
   */
  close: function() {
    leave(this);
    return this;
  }
});
Engine.prototype.send = Engine.prototype.write;
getter(Engine, "transport", function() {
  return this.cur_ || this.live_[this.live_.length - 1] || this.lost_;
});
function tell(s, event, x, y) {
  s.hear_(event, x, y);
  s.emitReserved(event, x, y);
}
function unit(packet, data, done) {
  var u = { packet_: packet, done_: done, size_: 0 };
  u.messages_ = data.map(function(x) {
    var size = sizeOf(x);
    u.size_ += size;
    return { data_: typeof x == "string" ? "4" + x : x, size_: size };
  });
  return u;
}
function push(s, u) {
  if (s.over_ || s.closing_) return;
  u.unread_ = u.messages_.length;
  s.emitReserved("packetCreate", { type: "message", data: u.messages_[0].data_, options: u.packet_.options });
  s.waiting_.push(u);
  s.queued_ += u.size_;
  u.messages_.forEach(function(m) {
    freeze(m.data_, function(data) {
      m.data_ = data;
      u.unread_--;
      wake(s);
    });
  });
}
function expired(s) {
  var late = s.stock_ && now() > s.pingBy_;
  if (late) tick(function() {
    end(s, "ping timeout");
  });
  return late;
}
function wake(s) {
  if (s.woken_) return;
  s.woken_ = true;
  tick(function() {
    s.woken_ = false;
    if (s.cur_) flush(s.cur_);
  });
}
function flushed(s, n) {
  if (!n) return;
  s.emitReserved("flush");
  if (!left(s)) s.emitReserved("drain");
}
function end(s, reason, err, hint) {
  var opening = s.readyState == "opening", a = s.cur_;
  if (s.over_) return;
  if (s.stock_ && a && a.name != "websocket" && reason != "transport close") {
    a.leaving_ = true;
    post(a, 0, 0, ["1"], function() {
      stop(a);
    });
  }
  finish(s);
  s.hint_ = hint;
  if (opening || reason == "transport error") tell(s, "error", err || new Error(reason));
  tell(s, "close", reason, err);
}
function finish(s) {
  s.over_ = true;
  s.readyState = "closed";
  stopAll(s);
  s.unwatch_();
}
function stopAll(s) {
  s.timers_.forEach(function(t) {
    t.stop_();
  });
  s.live_.concat(s.trial_ || []).forEach(function(a) {
    if (!a.leaving_) kill(a);
  });
}
function urlOf(a, query) {
  var s = a.engine_;
  return (a.name == "websocket" ? "ws" : "http") + s.path_ + "?EIO=4&transport=" + a.name + query + (a.opts.forceBase64 ? "&b64=1" : "") + encodeQuery(s.opts.query);
}

// socket.js
var reserved = /^(connect(_error)?|disconnect(ing)?|newListener|removeListener)$/;
function Socket(io2, nsp, opts) {
  var s = this;
  s.io = io2;
  s.nsp = nsp;
  s.connected = s.recovered = s.active = false;
  s.receiveBuffer = [];
  s.sendBuffer = [];
  s.queue_ = [];
  s.ids_ = s.bytes_ = 0;
  s.acks_ = {};
  s.flags_ = {};
  s._any = [];
  s._anyOutgoing = [];
  opts = s.opts_ = opts || {};
  s.auth = opts.auth;
  io2.nsps[nsp] = s;
  if (io2.auto_) s.open();
}
inherit(Socket, Emitter, {
  connect: function() {
    var s = this, io2 = s.io;
    if (s.connected || s.active && io2.state_ == "open") return s;
    s.active = true;
    if (!io2.reconnecting_) io2.open();
    if (io2.state_ == "open") hello(s);
    return s;
  },
  send: function() {
    return this.emit.apply(this, ["message"].concat(copy(arguments)));
  },
  /**
   * Sends an event. A function as the last argument is called with the answer.
   */
  emit: function(event) {
    var s = this, flags = s.flags_, args = copy(arguments), engine = s.io.engine, ack, packet;
    if (reserved.test(event)) throw new Error('"' + event + '" is a reserved event name');
    s.flags_ = {};
    if (s.opts_.retries && !flags.volatile && !flags.queued_) {
      enqueue(s, args, flags);
      return s;
    }
    ack = callback(args);
    packet = { type: EVENT, nsp: s.nsp, data: args, options: { compress: flags.compress !== false }, flags_: flags };
    if (ack) {
      packet.id = s.ids_++;
      awaitAnswer(s, packet, ack, flags.timeout == null ? s.opts_.ackTimeout : flags.timeout);
    }
    if (flags.volatile && !(engine && engine.cur_ && engine.cur_.writable)) return s;
    try {
      if (s.connected && !expired(engine)) leave2(s, packet);
      else if (!flags.queued_) hold(s, packet);
    } catch (err) {
      refuse(s, packet, err);
    }
    return s;
  },
  /** @returns {Promise} of the first value of the answer */
  emitWithAck: function() {
    var s = this, args = copy(arguments);
    return new Promise(function(resolve, reject) {
      s.emit.apply(s, args.concat(withError(function(err, value) {
        if (err) reject(err);
        else resolve(value);
      })));
    });
  },
  disconnect: function() {
    var s = this, was = s.connected;
    if (was) send(s.io, { type: DISCONNECT, nsp: s.nsp });
    destroy(s);
    if (was) closed(s, "io client disconnect");
    return s;
  },
  compress: function(v) {
    this.flags_.compress = v;
    return this;
  },
  /** Has the next answer fail when it does not come within so many milliseconds. */
  timeout: function(ms) {
    this.flags_.timeout = ms;
    return this;
  }
});
var p2 = Socket.prototype;
p2.open = p2.connect;
p2.close = p2.disconnect;
["", "Outgoing"].forEach(function(suffix) {
  var list = "_any" + suffix;
  p2["onAny" + suffix] = function(f) {
    this[list].push(f);
    return this;
  };
  p2["prependAny" + suffix] = function(f) {
    this[list].unshift(f);
    return this;
  };
  p2["offAny" + suffix] = function(f) {
    var at = this[list].indexOf(f);
    this[list] = f ? this[list].filter(function(g, i) {
      return i != at;
    }) : [];
    return this;
  };
  p2["listenersAny" + suffix] = function() {
    return this[list];
  };
});
getter(Socket, "disconnected", function() {
  return !this.connected;
});
getter(Socket, "volatile", function() {
  this.flags_.volatile = true;
  return this;
});
function callback(args) {
  return typeof args[args.length - 1] == "function" && args.pop();
}
function leave2(s, packet, held) {
  callAll(s, s._anyOutgoing, packet.data);
  send(s.io, packet, held);
}
function hold(s, packet) {
  s.bytes_ += encode(s.io, packet, s.bytes_).size_;
  s.sendBuffer.push(packet);
}
function refuse(s, packet, err) {
  var ack = s.acks_[packet.id];
  if (!ack || !ack.fails_) {
    delete s.acks_[packet.id];
    throw err;
  }
  setTimeout(function() {
    fail(s, packet.id, err);
  }, 0);
}
function withError(ack) {
  ack.fails_ = true;
  return ack;
}
function awaitAnswer(s, packet, ack, ms) {
  var id = packet.id, timer;
  s.acks_[id] = ack;
  if (ms == null) return;
  timer = after(s.io, ms, function() {
    var i = s.sendBuffer.indexOf(packet);
    packet.off_ = true;
    if (i >= 0) {
      s.sendBuffer.splice(i, 1);
      s.bytes_ -= packet.size_;
    }
    fail(s, id, new Error("operation has timed out"));
  });
  s.acks_[id] = withError(function() {
    timer.stop_();
    ack.apply(s, arguments);
  });
}
function fail(s, id, err) {
  var ack = s.acks_[id];
  delete s.acks_[id];
  if (ack && ack.fails_) call(s, ack, [err]);
}
function enqueue(s, args, flags) {
  var ack = callback(args), entry;
  entry = {
    tries_: 0,
    args_: args,
    key_: { _once: randomText(20) },
    flags_: extend({ queued_: true }, flags),
    answer_: withError(function(err) {
      if (entry != s.queue_[0]) return;
      entry.pending_ = false;
      if (!err || entry.tries_ > s.opts_.retries) {
        s.queue_.shift();
        if (ack) call(s, ack, arguments);
      }
      drain(s);
    })
  };
  s.queue_.push(entry);
  drain(s);
}
function drain(s) {
  var entry = s.queue_[0];
  if (!s.connected || !entry || entry.pending_) return;
  entry.pending_ = true;
  entry.tries_++;
  s.flags_ = entry.flags_;
  s.emit.apply(s, entry.args_.concat(s.io.engine.stock_ ? [] : entry.key_, entry.answer_));
}
function hello(s) {
  var engine = s.io.engine;
  function connect(data) {
    if (engine != s.io.engine || !s.active) return;
    send(s.io, { type: CONNECT, nsp: s.nsp, data: s.pid_ ? extend({ pid: s.pid_, offset: s.offset_ }, data) : data });
  }
  if (typeof s.auth == "function") call(s, s.auth, [connect]);
  else connect(s.auth);
}
function closed(s, reason, err) {
  var id;
  s.connected = false;
  delete s.id;
  s.queue_.forEach(function(entry) {
    entry.pending_ = false;
  });
  s.emitReserved("disconnect", reason, err);
  function waits(packet) {
    return packet.id == id;
  }
  for (id in s.acks_) if (!s.sendBuffer.some(waits)) fail(s, id, new Error("socket has been disconnected"));
}
function failed(s, err) {
  if (!s.connected) s.emitReserved("connect_error", err);
}
function received2(s, packet) {
  var type = packet.type, data = packet.data, ack = s.acks_[packet.id];
  if (type == EVENT) heard(s, packet);
  else if (type == ACK) {
    delete s.acks_[packet.id];
    if (ack) call(s, ack, ack.fails_ ? [null].concat(data) : data);
  } else if (type == CONNECT && data && data.sid) connected(s, data.sid, data.pid);
  else if (type == CONNECT) failed(s, new Error("the server is too old"));
  else {
    destroy(s);
    if (type == DISCONNECT) closed(s, "io server disconnect");
    else failed(s, extend(new Error(data.message || data), { data: data.data }));
  }
}
function heard(s, packet) {
  var args = packet.data, sent = packet.id == null;
  args.offset_ = sent && args[args.length - 1];
  if (!sent) {
    args.push(function() {
      if (!sent) send(s.io, { type: ACK, nsp: s.nsp, id: packet.id, data: copy(arguments) });
      sent = true;
    });
  }
  if (s.connected) dispatch(s, args);
  else s.receiveBuffer.push(args);
}
function dispatch(s, args) {
  if (s.pid_ && typeof args.offset_ == "string") s.offset_ = args.offset_;
  callAll(s, s._any, args);
  s.emitReserved.apply(s, args);
}
function connected(s, id, pid) {
  var packets = s.sendBuffer, events = s.receiveBuffer;
  s.id = id;
  s.recovered = !!pid && s.pid_ === pid;
  s.pid_ = pid;
  s.connected = true;
  s.receiveBuffer = [];
  s.sendBuffer = [];
  s.bytes_ = 0;
  events.forEach(function(args) {
    dispatch(s, args);
  });
  packets.forEach(function(packet) {
    try {
      leave2(s, packet, true);
    } catch (err) {
      call(s, refuse, [s, packet, err]);
    }
  });
  drain(s);
  s.emitReserved("connect");
}
function destroy(s) {
  s.active = false;
  release(s.io);
}

// sio.js
function Encoder() {
}
Encoder.prototype.encode = function(packet) {
  var found = [], type = packet.type, attaches = type == EVENT || type == ACK, data = packet.data == null ? "" : JSON.stringify(packet.data, attaches && function(key, x) {
    var raw = this[key];
    return isObject(raw) && isBinary(raw) ? { _placeholder: true, num: found.push(raw) - 1 } : x;
  });
  return [(found.length ? type + 3 + (found.length + "-") : type) + (packet.nsp && packet.nsp != "/" ? packet.nsp + "," : "") + (packet.id == null ? "" : packet.id) + data].concat(found);
};
function refuse2(why) {
  throw new Error(why || "invalid packet");
}
function Decoder() {
}
inherit(Decoder, Emitter, {
  /** Takes a text or an attachment; throws if it makes no sense. */
  add: function(x) {
    var d = this, head = d.head_, text = typeof x == "string";
    if (text == !!head) refuse2(text ? "a text where an attachment should be" : "an attachment of nothing");
    if (text) {
      head = d.head_ = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?([\d\D]*)/.exec(x);
      if (!head || !head[2] != head[1] <= CONNECT_ERROR) refuse2();
      d.found_ = [];
    } else d.found_.push(x);
    if (d.found_.length == (head[2] || 0)) {
      d.head_ = null;
      d.emitReserved("decoded", decode(head, d.found_));
    }
  },
  /** Forgets what is half there. */
  destroy: function() {
    this.head_ = null;
  }
});
function decode(head, found) {
  var type = +head[1], packet = { type: type, nsp: head[3] || "/" };
  if (head[2]) packet.type -= 3;
  if (head[4]) packet.id = +head[4];
  if (head[5]) {
    packet.data = JSON.parse(head[5], head[2] && function(key, x) {
      return isObject(x) && x._placeholder === true ? found[+x.num] || refuse2("illegal attachments") : x;
    });
  }
  if (!valid(packet.type, packet.data)) refuse2("invalid payload");
  return packet;
}
function valid(type, data) {
  var list = Array.isArray(data), none = data === void 0;
  return type == CONNECT ? none || isObject(data) && !list : type == DISCONNECT ? none : type == CONNECT_ERROR ? typeof data == "string" || isObject(data) && !list : list && (type == ACK || /^[sn]/.test(typeof data[0]));
}

// manager.js
var defaults = {
  reconnection: true,
  reconnectionAttempts: Infinity,
  reconnectionDelay: 1e3,
  reconnectionDelayMax: 5e3,
  randomizationFactor: 0.5,
  timeout: 2e4
};
function Manager(uri, opts) {
  var m = this, parser, key;
  if (isObject(uri)) {
    opts = uri;
    uri = null;
  }
  m.uri = uri;
  m.opts = opts = opts || {};
  opts.path = opts.path || "/socket.io";
  m.nsps = {};
  m.attempts_ = m.hinted_ = 0;
  m.state_ = "closed";
  m.set_ = {};
  for (key in defaults) m[key](opts[key] == null || opts[key] === 0 && /D|A/.test(key) ? defaults[key] : opts[key]);
  m.retryT_ = new Timer(m, retry2);
  m.openT_ = new Timer(m, function() {
    finish(m.engine);
    failed2(m, new Error("timeout"));
  });
  parser = opts.parser || { Encoder: Encoder, Decoder: Decoder };
  m.encoder = new parser.Encoder();
  m.decoder = new parser.Decoder();
  m.decoder.on("decoded", function(packet) {
    var socket = m.nsps[packet.nsp];
    m.emitReserved("packet", packet);
    if (socket && socket.active) received2(socket, packet);
  });
  m.auto_ = opts.autoConnect !== false;
  if (m.auto_) m.open();
}
inherit(Manager, Emitter, {
  /**
   * Opens a session, if there is none.
   * @param {function(Error=): void=} done
   */
  open: function(done) {
    var m = this, former = m.engine, e;
    if (/open/.test(m.state_)) return m;
    m.state_ = "opening";
    m.skip_ = false;
    m.done_ = done;
    e = m.engine = new Engine(m.uri, m.opts, former && !former.id && !former.closing_ && former.race_);
    e.hear_ = function(event, x, y) {
      if (m.engine != e || m.state_ == "closed") return;
      if (heard2[event]) heard2[event](m, x, y);
      else m.emitReserved(event, x);
    };
    e.mayJoin_ = function() {
      var main = m.nsps["/"];
      return main && main.active && !main.auth && !main.pid_;
    };
    if (m.set_.timeout !== false) m.openT_.start_(m.set_.timeout);
    return m;
  },
  /**
   * The socket of a namespace, which is made if there is none.
   */
  socket: function(nsp, opts) {
    var socket = this.nsps[nsp];
    if (!socket) socket = new Socket(this, nsp, opts);
    else if (this.auto_ && !socket.active) socket.connect();
    return socket;
  },
  disconnect: function() {
    var m = this;
    m.skip_ = true;
    m.reconnecting_ = false;
    m.retryT_.stop_();
    closed2(m, "forced close");
  }
});
Manager.prototype.connect = Manager.prototype.open;
Object.keys(defaults).forEach(function(key) {
  Manager.prototype[key] = function(v) {
    var m = this;
    if (!arguments.length) return m.set_[key];
    m.set_[key] = v;
    if (!m.set_.reconnection) m.skip_ = true;
    return m;
  };
});
function each(m, f) {
  for (var nsp in m.nsps) if (m.nsps[nsp].active) f(m.nsps[nsp]);
}
var heard2 = {
  open: opened,
  close: closed2,
  data: function(m, data) {
    try {
      m.decoder.add(data);
    } catch (err) {
      closed2(m, "parse error", err);
    }
  },
  error: function(m, err) {
    (m.state_ == "opening" ? failed2 : fail2)(m, err);
  }
};
function fail2(m, err) {
  m.emitReserved("error", err);
  each(m, function(socket) {
    failed(socket, err);
  });
}
function failed2(m, err) {
  var done = m.done_;
  m.openT_.stop_();
  m.state_ = "closed";
  fail2(m, err);
  if (done) done(err);
  else if (!m.reconnecting_ && m.set_.reconnection && !m.attempts_) reconnect(m);
}
function opened(m) {
  var main = m.nsps["/"], early = m.engine.early_, done = m.done_;
  m.openT_.stop_();
  m.state_ = "open";
  m.retryT_.stop_();
  m.reconnecting_ = false;
  each(m, function(socket) {
    if (!early || socket != main) hello(socket);
  });
  m.emitReserved("open");
  if (early && !main.active) send(m, { type: DISCONNECT, nsp: "/" });
  if (done) done();
}
function closed2(m, reason, err) {
  var e = m.engine;
  m.openT_.stop_();
  m.decoder.destroy();
  m.state_ = "closed";
  if (e) {
    if (reason != "forced close") e.waiting_.slice().reverse().forEach(function(u) {
      giveBack(m, u);
    });
    e.close();
  }
  m.attempts_ = 0;
  m.emitReserved("close", reason, err);
  each(m, function(socket) {
    closed(socket, reason, err);
  });
  if (m.set_.reconnection && !m.skip_) reconnect(m);
}
function giveBack(m, u) {
  var p3 = u.packet_, socket = m.nsps[p3.nsp];
  if (p3.type == EVENT && !p3.off_ && socket && socket.active && !p3.flags_.queued_ && !p3.flags_.volatile) {
    socket.sendBuffer.unshift(p3);
    socket.bytes_ += p3.size_;
  }
}
function reconnect(m) {
  var o = m.set_, hint = m.engine.hint_, wait;
  if (m.reconnecting_ || m.skip_ || m.state_ != "closed") return;
  if (m.attempts_ >= o.reconnectionAttempts) {
    m.attempts_ = 0;
    m.emitReserved("reconnect_failed");
    return;
  }
  m.reconnecting_ = true;
  wait = backoff(o.reconnectionDelay, o.reconnectionDelayMax, m.attempts_++, o.randomizationFactor);
  if (hint >= 0 && now() - m.hinted_ > hintWait) {
    m.hinted_ = now();
    wait = hint;
  }
  m.retryT_.start_(wait);
}
function retry2(m) {
  if (m.state_ != "closed") return m.retryT_.start_(hintWait);
  m.emitReserved("reconnect_attempt", m.attempts_);
  if (m.skip_) return;
  m.open(function(err) {
    var n = m.attempts_;
    m.reconnecting_ = false;
    if (err) reconnect(m);
    else m.attempts_ = 0;
    m.emitReserved("reconnect" + (err ? "_error" : ""), err || n);
  });
}
function release(m) {
  var used = false;
  each(m, function() {
    used = true;
  });
  if (!used) m.disconnect();
}
function encode(m, packet, queued) {
  var e = m.engine, u = unit(packet, m.encoder.encode({ type: packet.type, data: packet.data, options: packet.options, nsp: packet.nsp, id: packet.id })), why = e && e.id && !e.stock_ && u.messages_.some(function(x) {
    return x.size_ > e.maxPayload;
  }) ? "packet is too large" : queued + u.size_ > (m.opts.maxSendBuffer || sendBuffer) ? "send buffer is full" : "";
  packet.size_ = u.size_;
  if (why && packet.type == EVENT) throw new Error(why);
  return u;
}
function send(m, packet, held) {
  push(m.engine, encode(m, packet, held ? -Infinity : m.engine.queued_));
}

// index.js
var managers = {};
function io(uri, opts) {
  var at, server, id, m;
  if (isObject(uri)) {
    opts = uri;
    uri = null;
  }
  opts = opts || {};
  at = parseURI(uri, opts);
  server = "http" + at.origin;
  id = server + (opts.path || "/socket.io");
  m = managers[id];
  opts.query = opts.query || at.query;
  if (opts.forceNew || opts.multiplex === false || m && m.nsps[at.path]) m = new Manager(server, opts);
  else m = managers[id] = m || new Manager(server, opts);
  return m.socket(at.path, opts);
}
extend(io, {
  Manager: Manager,
  Socket: Socket,
  Engine: Engine,
  io: io,
  connect: io,
  protocol: socketProtocol,
  WebSocket: WS,
  SSE: SSE,
  XHR: Polling
});
if (true) {
  io.log = notes;
  Engine.prototype.start_ = function(Class) {
    start(this, Class);
  };
}

// module.js
var Fetch = transport(Polling.of_, extend({ fetch_: true }, Polling.prototype));
extend(io, { default: io, Fetch: Fetch, NodeXHR: Polling, NodeWebSocket: WS });

// umd-debug.js
if (module_) module_.exports = io;
else if (define_) define_(function() {
  return io;
});
else root.io = io;
})(typeof globalThis=="object"?globalThis:typeof self=="object"?self:this,typeof module=="object"&&module.exports&&module,typeof define=="function"&&define.amd&&define);
//# sourceMappingURL=socket.io.js.map
