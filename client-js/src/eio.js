// eio.js: the packets of Engine.IO protocol 4, and what the extension adds.

import { fromBase64, received, toBase64 } from './binary.js';

/** What packets are called in events. */
export var names = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop', 'ack'];

/**
 * Reads a packet: a text, or the bytes of a message.
 * @param {string|ArrayBuffer} x
 * @returns {{type: string, data: *}} throws if there is no such packet
 */
export function parsePacket(x) {
  var text = typeof x == 'string', code = text && x.charAt(0), type = !text || code == 'b' ? 'message' : names[code];
  if (!type) throw new Error('invalid packet' + (DEBUG ? ': ' + x.slice(0, 60) : ''));
  return { type: type, data: code == 'b' ? fromBase64(x.slice(1)) : text ? x.slice(1) : received(x) };
}

/** @returns {Array} the packets of a polling answer or an event of a stream */
export function parsePayload(text) {
  return text ? text.split('\x1e').map(parsePacket) : [];
}

/**
 * @param {Array<string|ArrayBuffer>} packets as a WebSocket takes them
 * @returns {string} a POST's body
 */
export function formatPayload(packets) {
  return packets.map(asText).join('\x1e');
}

/** @returns {string} a packet where bytes cannot go */
export function asText(x) {
  return typeof x == 'string' ? x : 'b' + toBase64(x);
}
