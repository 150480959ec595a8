// msgpack.js: packets as MessagePack, for servers with that codec. It needs typed arrays.

import { Emitter } from './emitter.js';
import { inherit } from './env.js';
import { bytesOf, isBinary } from './binary.js';
import { valid } from './sio.js';

/** @constructor */
export function Encoder() {}

/**
 * @param {Object} packet
 * @returns {Array<ArrayBuffer>} one
 */
Encoder.prototype.encode = function (packet) {
  var out = new Writer();
  out.value_({ type: packet.type, data: packet.data, options: packet.options, nsp: packet.nsp, id: packet.id });
  return [out.bytes_.buffer.slice(0, out.n_)];
};

/** @constructor */
function Writer() {
  this.bytes_ = new Uint8Array(256);
  this.n_ = 0;
}

/** Makes room for n bytes, and returns where they begin. */
Writer.prototype.room_ = function (n) {
  var at = this.n_, grown;
  this.n_ += n;
  if (this.n_ > this.bytes_.length) {
    grown = new Uint8Array(2 * this.n_);
    grown.set(this.bytes_.subarray(0, at));
    this.bytes_ = grown;
  }
  return at;
};

/** Writes a tag and a number of size bytes. */
Writer.prototype.tag_ = function (tag, size, n) {
  var at = this.room_(1 + size);
  this.bytes_[at] = tag;
  while (size--) {
    this.bytes_[++at] = n / Math.pow(2, 8 * size) & 255;
  }
};

/** Writes a length: in the tag if it is below max, else behind one of the tags for 8, 16 and 32 bits. */
Writer.prototype.length_ = function (n, tag, max, tag8, tag16) {
  if (n < max) this.tag_(tag | n, 0);
  else if (tag8 && n < 256) this.tag_(tag8, 1, n);
  else if (n < 65536) this.tag_(tag16, 2, n);
  else this.tag_(tag16 + 1, 4, n);
};

Writer.prototype.number_ = function (x) {
  var whole = Math.floor(x) === x && (x || 1 / x > 0);
  if (whole && x >= 0 && x < 4294967296) {
    if (x < 128) this.tag_(x, 0);
    else if (x < 256) this.tag_(204, 1, x);
    else if (x < 65536) this.tag_(205, 2, x);
    else this.tag_(206, 4, x);
  } else if (whole && x < 0 && x >= -2147483648) {
    if (x >= -32) this.tag_(256 + x, 0);
    else if (x >= -128) this.tag_(208, 1, x + 256);
    else if (x >= -32768) this.tag_(209, 2, x + 65536);
    else this.tag_(210, 4, x + 4294967296);
  } else {
    this.tag_(203, 8, 0);
    new DataView(this.bytes_.buffer).setFloat64(this.n_ - 8, x);
  }
};

Writer.prototype.value_ = function (x) {
  var w = this, keys, i, bytes, kind = typeof x;
  if (x == null || kind == 'function') w.tag_(192, 0);
  else if (kind == 'boolean') w.tag_(x ? 195 : 194, 0);
  else if (kind == 'number') w.number_(x);
  else if (kind == 'string') {
    bytes = utf8(x);
    w.length_(bytes.length, 160, 32, 217, 218);
    i = w.room_(bytes.length);
    w.bytes_.set(bytes, i);
  } else if (kind != 'object') throw new Error('cannot encode ' + kind);
  else if (isBinary(x)) {
    bytes = bytesOf(x);
    w.length_(bytes.length, 0, 0, 196, 197);
    i = w.room_(bytes.length);
    w.bytes_.set(bytes, i);
  } else if (Array.isArray(x)) {
    w.length_(x.length, 144, 16, 0, 220);
    for (i = 0; i < x.length; i++) w.value_(x[i]);
  } else if (x instanceof Date) { // the timestamp of the format, with 96 bits
    var ms = +x, seconds = Math.floor(ms / 1000);
    w.tag_(199, 2, 12 * 256 + 255);
    w.room_(12);
    var view = new DataView(w.bytes_.buffer);
    view.setUint32(w.n_ - 12, (ms - seconds * 1000) * 1e6);
    view.setInt32(w.n_ - 8, Math.floor(seconds / 4294967296));
    view.setUint32(w.n_ - 4, seconds);
  } else if (typeof x.toJSON == 'function') w.value_(x.toJSON());
  else {
    keys = Object.keys(x).filter(function (k) { return x[k] !== undefined && typeof x[k] != 'function'; });
    w.length_(keys.length, 128, 16, 0, 222);
    for (i = 0; i < keys.length; i++) {
      w.value_(keys[i]);
      w.value_(x[keys[i]]);
    }
  }
};

function utf8(text) {
  for (var bytes = [], i = 0; i < text.length; i++) {
    var c = text.charCodeAt(i), low = text.charCodeAt(i + 1);
    if (c >> 10 == 54 && low >> 10 == 55) {
      c = 65536 + (c - 55296) * 1024 + low - 56320;
      i++;
    } else if (c >> 11 == 27) c = 65533; // half a pair
    if (c < 128) bytes.push(c);
    else if (c < 2048) bytes.push(192 | c >> 6, 128 | c & 63);
    else if (c < 65536) bytes.push(224 | c >> 12, 128 | c >> 6 & 63, 128 | c & 63);
    else bytes.push(240 | c >> 18, 128 | c >> 12 & 63, 128 | c >> 6 & 63, 128 | c & 63);
  }
  return bytes;
}

/**
 * Emits "decoded" with each packet.
 * @constructor
 */
export function Decoder() {}

inherit(Decoder, Emitter, {
  /** Takes a packet; throws if it makes no sense. */
  add: function (x) {
    var bytes = bytesOf(x);
    var r = new Reader(bytes), packet = r.value_();
    if (r.at_ != bytes.length || !packet || !/^[0-4]$/.test(packet.type) || typeof packet.nsp != 'string' ||
      packet.id != null && !(packet.id >= 0) || !valid(packet.type, packet.data == null ? undefined : packet.data)) {
      throw new Error('invalid packet');
    }
    this.emitReserved('decoded', packet);
  },

  destroy: function () {}
});

/** @constructor */
function Reader(bytes) {
  this.bytes_ = bytes;
  this.view_ = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  this.at_ = 0;
}

/** Takes n bytes, which must be there, and returns where they begin. */
Reader.prototype.take_ = function (n) {
  var at = this.at_;
  if (at + n > this.bytes_.length) throw new Error('packet is too short');
  this.at_ += n;
  return at;
};

/** Takes a number of size bytes. */
Reader.prototype.uint_ = function (size) {
  for (var n = 0, at = this.take_(size); size--;) n = n * 256 + this.bytes_[at++];
  return n;
};

Reader.prototype.int_ = function (size) {
  var n = this.uint_(size), max = Math.pow(2, 8 * size);
  return n < max / 2 ? n : n - max;
};

Reader.prototype.text_ = function (n) {
  var at = this.take_(n), text = '';
  for (var i = 0; i < n; i += 8192) {
    text += String.fromCharCode.apply(null, this.bytes_.subarray(at + i, at + Math.min(i + 8192, n)));
  }
  return decodeURIComponent(escape(text));
};

Reader.prototype.binary_ = function (n) {
  var at = this.take_(n), b = this.bytes_;
  return b.buffer.slice(b.byteOffset + at, b.byteOffset + at + n);
};

Reader.prototype.array_ = function (n) {
  for (var list = []; n--;) list.push(this.value_());
  return list;
};

Reader.prototype.map_ = function (n) {
  for (var key, map = {}; n--;) {
    key = String(this.value_());
    var value = this.value_();
    if (key == '__proto__') Object.defineProperty(map, key, { value: value, enumerable: true, configurable: true, writable: true });
    else map[key] = value;
  }
  return map;
};

/** Takes an extension of n bytes: a timestamp; what is undefined to other clients; else its bytes. */
Reader.prototype.extension_ = function (n) {
  var type = this.int_(1), at = this.at_, v = this.view_, data = this.binary_(n), high;
  if (type === 0 && n == 1) return undefined;
  if (type != -1) return { type: type, data: data };
  if (n == 4) return new Date(v.getUint32(at) * 1000);
  if (n == 8) {
    high = v.getUint32(at);
    return new Date(((high & 3) * 4294967296 + v.getUint32(at + 4)) * 1000 + Math.floor(high / 4) / 1e6);
  }
  return new Date((v.getInt32(at + 4) * 4294967296 + v.getUint32(at + 8)) * 1000 + v.getUint32(at) / 1e6);
};

Reader.prototype.value_ = function () {
  var r = this, tag = r.uint_(1);
  if (tag < 128) return tag;
  if (tag < 144) return r.map_(tag & 15);
  if (tag < 160) return r.array_(tag & 15);
  if (tag < 192) return r.text_(tag & 31);
  if (tag > 223) return tag - 256;
  switch (tag) {
  case 192: return null;
  case 194: return false;
  case 195: return true;
  case 196: case 197: case 198: return r.binary_(r.uint_(1 << tag - 196));
  case 199: case 200: case 201: return r.extension_(r.uint_(1 << tag - 199));
  case 202: return r.view_.getFloat32(r.take_(4));
  case 203: return r.view_.getFloat64(r.take_(8));
  case 204: case 205: case 206: case 207: return r.uint_(1 << tag - 204);
  case 208: case 209: case 210: case 211: return r.int_(1 << tag - 208);
  case 212: case 213: case 214: case 215: case 216: return r.extension_(1 << tag - 212);
  case 217: case 218: case 219: return r.text_(r.uint_(1 << tag - 217));
  case 220: case 221: return r.array_(r.uint_(2 << tag - 220));
  case 222: case 223: return r.map_(r.uint_(2 << tag - 222));
  }
  throw new Error('invalid packet');
};
