// sio.js: the packets of Socket.IO protocol 5.

import { ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT } from './constants.js';
import { Emitter } from './emitter.js';
import { inherit, has, isObject } from './env.js';
import { isBinary } from './binary.js';

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
  var copy, before = found.length, key;
  if (!isObject(x)) return x;
  if (isBinary(x)) return { _placeholder: true, num: found.push(x) - 1 };
  if (typeof x.toJSON == 'function') return extract(x.toJSON(), found);
  copy = Array.isArray(x) ? [] : {};
  for (key in x) if (has(x, key)) copy[key] = extract(x[key], found);
  return found.length > before ? copy : x;
}

/** Throws. The builds for production do not tell what exactly is wrong with a packet. */
function refuse(why) {
  throw new Error(why || 'invalid packet');
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
    var d = this, packet = d.packet_, found = d.found_, text = typeof x == 'string';
    if (text == !!packet) refuse(DEBUG && (text ? 'a text where an attachment should be' : 'an attachment of nothing'));
    if (text) {
      packet = d.packet_ = decode(x, d.reviver);
      found = d.found_ = [];
    } else found.push(x);
    if (found.length == (packet.attachments || 0)) {
      d.packet_ = null;
      if (!text) packet.data = restore(packet.data, found);
      d.emitReserved('decoded', packet);
    }
  },

  /** Forgets what is half there. */
  destroy: function () {
    this.packet_ = null;
  }
});

function decode(text, reviver) {
  var m = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?/.exec(text), packet, rest;
  if (!m || !!m[2] != m[1] > CONNECT_ERROR) refuse();
  packet = { type: +m[1], nsp: m[3] || '/' };
  rest = text.slice(m[0].length);
  if (m[2]) {
    packet.attachments = +m[2];
    packet.type -= 3;
  }
  if (m[4]) packet.id = +m[4];
  if (rest) packet.data = JSON.parse(rest, reviver);
  if (!valid(packet.type, packet.data)) refuse(DEBUG && 'invalid payload');
  return packet;
}

/** @returns {boolean} whether a packet of that type may have such data */
export function valid(type, data) {
  var list = Array.isArray(data), none = data === undefined;
  return type == CONNECT ? none || isObject(data) && !list :
    type == DISCONNECT ? none :
      type == CONNECT_ERROR ? typeof data == 'string' || isObject(data) && !list :
        list && (type == ACK || /^[sn]/.test(typeof data[0]));
}

function restore(x, found) {
  if (!isObject(x)) return x;
  if (x._placeholder === true) {
    if (!has(found, x.num)) refuse(DEBUG && 'illegal attachments');
    return found[x.num];
  }
  for (var key in x) if (has(x, key)) x[key] = restore(x[key], found);
  return x;
}
