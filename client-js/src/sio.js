// sio.js: the packets of Socket.IO protocol 5.

import { Emitter } from './emitter.js';
import { inherit, has } from './env.js';
import { isBinary } from './binary.js';

// Types of packets. Binary events and acknowledgements are 5 and 6 on the wire, and 2 and 3 here.
export var CONNECT = 0, DISCONNECT = 1, EVENT = 2, ACK = 3, CONNECT_ERROR = 4;

/** The version of the protocol. */
export var protocol = 5;

/**
 * @constructor
 * @param {Function=} replacer of JSON.stringify
 */
export function Encoder(replacer) {
  this.replacer = replacer;
}

/**
 * @param {{type: number, nsp: string, id: (number|undefined), data: *}} packet
 * @returns {Array} a text, and the attachments
 */
Encoder.prototype.encode = function (packet) {
  var found = [], type = packet.type, data = packet.data;
  if (type == EVENT || type == ACK) {
    data = extract(data, found);
    if (found.length) type += 3;
  }
  return [type + (found.length ? found.length + '-' : '') +
    (packet.nsp && packet.nsp != '/' ? packet.nsp + ',' : '') +
    (packet.id == null ? '' : packet.id) +
    (data == null ? '' : JSON.stringify(data, this.replacer))].concat(found);
};

// extract returns x with placeholders where its attachments were: the same x if there were none.
function extract(x, found) {
  if (!x || typeof x != 'object') return x;
  if (isBinary(x)) return { _placeholder: true, num: found.push(x) - 1 };
  if (typeof x.toJSON == 'function') return extract(x.toJSON(), found);
  var copy = Array.isArray(x) ? [] : {}, before = found.length;
  for (var key in x) if (has(x, key)) copy[key] = extract(x[key], found);
  return found.length > before ? copy : x;
}

/**
 * Emits "decoded" with each packet.
 * @constructor
 * @param {Function=} reviver of JSON.parse
 */
export function Decoder(reviver) {
  this.reviver = reviver;
}

inherit(Decoder, Emitter, {
  /** Takes a text or an attachment; throws if it makes no sense. */
  add: function (x) {
    var packet = this.packet_;
    if (typeof x == 'string') {
      if (packet) throw new Error('got plaintext data when reconstructing a packet');
      packet = decode(x, this.reviver);
      this.found_ = [];
      if (packet.attachments) this.packet_ = packet;
      else this.emitReserved('decoded', packet);
    } else if (isBinary(x) || x.base64) {
      if (!packet) throw new Error('got binary data when not reconstructing a packet');
      if (this.found_.push(x) == packet.attachments) {
        this.packet_ = null;
        packet.data = restore(packet.data, this.found_);
        this.emitReserved('decoded', packet);
      }
    } else throw new Error('Unknown type: ' + x);
  },

  /** Forgets what is half there. */
  destroy: function () {
    this.packet_ = null;
  }
});

function decode(text, reviver) {
  var m = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?/.exec(text);
  if (!m || !!m[2] != m[1] > CONNECT_ERROR) throw new Error('invalid packet');
  var packet = { type: +m[1], nsp: m[3] || '/' }, rest = text.slice(m[0].length);
  if (m[2]) packet.attachments = +m[2];
  if (m[4]) packet.id = +m[4];
  if (rest) packet.data = JSON.parse(rest, reviver);
  if (packet.type > CONNECT_ERROR) packet.type -= 3;
  if (!valid(packet.type, packet.data)) throw new Error('invalid payload');
  return packet;
}

/** @returns {boolean} whether a packet of that type may have such data */
export function valid(type, data) {
  if (type == CONNECT) return data === undefined || isObject(data);
  if (type == DISCONNECT) return data === undefined;
  if (type == CONNECT_ERROR) return typeof data == 'string' || isObject(data);
  return Array.isArray(data) && (type == ACK || /^[sn]/.test(typeof data[0]));
}

function isObject(x) {
  return !!x && typeof x == 'object' && !Array.isArray(x);
}

function restore(x, found) {
  if (!x || typeof x != 'object') return x;
  if (x._placeholder === true) {
    if (!(x.num in found)) throw new Error('illegal attachments');
    return found[x.num];
  }
  for (var key in x) if (has(x, key)) x[key] = restore(x[key], found);
  return x;
}
