/*! Everwire, MIT */(function(root_,module_,define_){

// constants.js
var maxPackets = 900;

// env.js
var root = root_;
var isNode = typeof process == "object" && !!process.versions && !!process.versions.node && typeof Buffer == "function" && typeof document == "undefined";
function nothing() {
}
function extend(to, from) {
  for (var key in from) if ({}.hasOwnProperty.call(from, key)) to[key] = from[key];
  return to;
}
function isObject(x) {
  return !!x && typeof x == "object";
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

// events.js
function eventReader(take) {
  var rest = "";
  return function(text) {
    var blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    blocks.forEach(function(block) {
      var e = {};
      block.replace(/(?:^|\n)(event|id|data): ?([^\r\n]*)/g, function(line, key, value) {
        e[key] = value;
      });
      if (e.data != null) take({ type: e.event, lastEventId: e.id, data: e.data });
    });
  };
}

// request.js
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
  var control = root.AbortController && new AbortController(), over = false;
  function end(status, text) {
    if (!over) done(status, text);
  }
  root.fetch(url, {
    method: method,
    body: body,
    headers: headers,
    credentials: credentials ? "include" : "same-origin",
    signal: control && control.signal
  }).then(function(answer) {
    var status = answer.status, reader, decoder;
    if (!chunk || status != 200 || !answer.body) return answer.text().then(function(text) {
      end(status, text);
    });
    reader = answer.body.getReader();
    decoder = new TextDecoder();
    return reader.read().then(function next(part) {
      if (over) return;
      if (part.done) return end(status, "");
      chunk(decoder.decode(part.value, { stream: true }));
      return reader.read().then(next);
    });
  }).then(null, function() {
    end(0, "");
  });
  return function() {
    over = true;
    if (control) control.abort();
  };
}

// url.js
function encodeQuery(query) {
  var text = "", key;
  if (!isObject(query)) return query ? "&" + query : "";
  for (key in query) text += "&" + encodeURIComponent(key) + "=" + encodeURIComponent(query[key]);
  return text;
}

// official.js
function SSE(opts) {
  var t = this;
  t.opts = opts;
  t.query = opts.query;
  t.socket = opts.socket;
  t.writable = false;
  ["on", "once", "off", "removeListener", "removeAllListeners", "emit"].forEach(function(method) {
    t[method] = t.socket[method];
  });
}
extend(SSE.prototype, {
  name: "sse",
  readyState: "",
  /** Ends what comes down. */
  stop_: nothing,
  open: function() {
    var t = this, o = t.opts, Class = o.EventSource || root.EventSource, es;
    function take(e) {
      received2(t, e);
    }
    function lost(status) {
      if (es) es.close();
      if (t.readyState == "opening") fail(t, status);
      else close(t);
    }
    t.readyState = "opening";
    if (!Class || o.extraHeaders) t.stop_ = request(t, urlOf(t), "GET", void 0, lost, eventReader(take));
    else if (!Class) setTimeout(lost, 0);
    else {
      es = new Class(urlOf(t), { withCredentials: !!o.withCredentials });
      es.onmessage = take;
      es.addEventListener("e", take);
      es.addEventListener("x", take);
      es.onerror = lost;
      t.stop_ = function() {
        es.close();
      };
    }
    return t;
  },
  send: function(packets) {
    var t = this, texts = [], unread = packets.length;
    if (t.readyState != "open") return;
    t.writable = false;
    packets.forEach(function(p, i) {
      freeze(p.data, function(x) {
        texts[i] = isBinary(x) ? asText(x) : names.indexOf(p.type) + (x || "");
        if (!--unread) post(t, texts);
      });
    });
  },
  close: function() {
    var t = this, stop = t.stop_;
    if (t.readyState == "open") {
      t.stop_ = nothing;
      request(t, urlOf(t), "POST", "1", stop);
    }
    close(t);
    return t;
  }
});
function urlOf(t) {
  var o = t.opts, host = o.hostname;
  return "http" + (o.secure ? "s" : "") + "://" + (host.indexOf(":") < 0 ? host : "[" + host + "]") + ":" + o.port + o.path + encodeQuery(t.query).replace("&", "?");
}
function received2(t, e) {
  var packets;
  if (e.type == "x") return fail(t, e.data);
  try {
    packets = parsePayload(e.type == "e" ? JSON.parse(e.data) : e.data);
  } catch (err) {
    return fail(t, err);
  }
  packets.forEach(function(p) {
    if (t.readyState == "closed") return;
    if (p.type == "open") {
      t.maxPayload_ = JSON.parse(p.data).maxPayload;
      t.readyState = "open";
      t.writable = true;
      t.emit("open");
    }
    if (p.type == "close") close(t);
    else t.emit("packet", { type: p.type, data: bytesAs(t.socket.binaryType, p.data) });
  });
}
function bytesAs(type, x) {
  if (typeof x == "string") return x;
  if (type == "blob") return new Blob([x]);
  return isNode && type == "arraybuffer" ? new Uint8Array(x).buffer : x;
}
function post(t, texts) {
  var n = 0, size = 0;
  while (n < texts.length && n < maxPackets) {
    size += sizeOf(texts[n]);
    if (n && size > t.maxPayload_) break;
    n++;
  }
  request(t, urlOf(t), "POST", formatPayload(texts.splice(0, n)), function(status, text) {
    if (t.readyState == "closed") return;
    if (status != 200 || text != "ok") return fail(t, status);
    if (texts.length) return post(t, texts);
    t.writable = true;
    t.emit("drain");
  });
}
function fail(t, description) {
  var err = new Error("sse error");
  t.readyState = "closed";
  t.stop_();
  err.type = "TransportError";
  err.description = description;
  t.emit("error", err);
}
function close(t) {
  if (t.readyState == "closed") return;
  t.readyState = "closed";
  t.stop_();
  t.emit("close", { description: "sse closed" });
}

// official-umd.js
SSE.SSE = SSE.default = SSE;
if (module_) module_.exports = SSE;
else if (define_) define_(function() {
  return SSE;
});
else root.EverwireSSE = SSE;
})(typeof globalThis=="object"?globalThis:typeof self=="object"?self:this,typeof module=="object"&&module.exports&&module,typeof define=="function"&&define.amd&&define);
//# sourceMappingURL=everwire-sse.js.map
