// sio.js: the packets of Socket.IO protocol 5.

import { ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT } from './constants.js';
import { Emitter } from './emitter.js';
import { inherit, isObject } from './env.js';
import { isBinary } from './binary.js';

/** @constructor */
export function Encoder() {}

/**
 * @param {{type: number, nsp: string, id: (number|undefined), data: *}} packet
 * @returns {Array} a text, and the attachments
 */
Encoder.prototype.encode = function (packet) {
  var found = [], type = packet.type, attaches = type == EVENT || type == ACK,
    data = packet.data == null ? '' : JSON.stringify(packet.data, attaches && function (key, x) {
      var raw = this[key]; // x is what its toJSON has made of it
      return isObject(raw) && isBinary(raw) ? { _placeholder: true, num: found.push(raw) - 1 } : x;
    });
  return [(found.length ? type + 3 + (found.length + '-') : type) + (packet.nsp && packet.nsp != '/' ? packet.nsp + ',' : '') +
    (packet.id == null ? '' : packet.id) + data].concat(found);
};

/** Throws. The builds for production do not tell what exactly is wrong with a packet. */
function refuse(why) {
  throw new Error(why || 'invalid packet');
}

/**
 * Emits "decoded" with each packet.
 * @constructor
 */
export function Decoder() {}

inherit(Decoder, Emitter, {
  /** Takes a text or an attachment; throws if it makes no sense. */
  add: function (x) {
    var d = this, head = d.head_, text = typeof x == 'string';
    if (text == !!head) refuse(DEBUG && (text ? 'a text where an attachment should be' : 'an attachment of nothing'));
    if (text) {
      head = d.head_ = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?([\d\D]*)/.exec(x);
      if (!head || !head[2] != head[1] <= CONNECT_ERROR) refuse();
      d.found_ = [];
    } else d.found_.push(x);
    if (d.found_.length == (head[2] || 0)) {
      d.head_ = null;
      d.emitReserved('decoded', decode(head, d.found_));
    }
  },

  /** Forgets what is half there. */
  destroy: function () {
    this.head_ = null;
  }
});

/**
 * @param {Array<string>} head type, number of attachments, namespace, id and data
 * @param {Array} found attachments
 */
function decode(head, found) {
  var type = +head[1], packet = { type: type, nsp: head[3] || '/' };
  if (head[2]) packet.type -= 3;
  if (head[4]) packet.id = +head[4];
  if (head[5]) {
    packet.data = JSON.parse(head[5], head[2] && function (key, x) {
      return isObject(x) && x._placeholder === true ? found[+x.num] || refuse(DEBUG && 'illegal attachments') : x;
    });
  }
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
