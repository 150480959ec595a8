// binary.js: bytes in all their forms, and as base64.

import { root, isNode } from './env.js';

function is(x, kind) {
  return kind.test({}.toString.call(x));
}

/** @returns {boolean} whether x travels as an attachment: a buffer, a view of one, or a blob */
export function isBinary(x) {
  return is(x, /(Buffer|View|\d\w*Array|Blob|File)]$/);
}

/** @returns {Uint8Array} the same bytes */
export function bytesOf(x) {
  return x.buffer ? new Uint8Array(x.buffer, x.byteOffset, x.byteLength) : new Uint8Array(x);
}

/** @returns {string} */
export function toBase64(x) {
  var bytes = bytesOf(x), text = '', i;
  if (NODE && isNode) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  for (i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return btoa(text);
}

/**
 * @param {string} text
 * @returns {ArrayBuffer|Buffer|{base64: boolean, data: string}} Buffer in Node; an object with the text where bytes are unknown
 */
export function fromBase64(text) {
  var bytes, i;
  if (NODE && isNode) return Buffer.from(text, 'base64');
  if (!root.Uint8Array) return { base64: true, data: text };
  text = atob(text);
  bytes = new Uint8Array(text.length);
  for (i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** @returns {ArrayBuffer|Buffer} as the application gets it */
export function received(x) {
  return NODE && isNode && x instanceof ArrayBuffer ? Buffer.from(x) : x;
}

/**
 * Copies bytes that their owner may change, and reads blobs.
 * @param {*} x
 * @param {function(*): void} done called at once, but for blobs
 */
export function freeze(x, done) {
  var reader;
  if (!is(x, /(Blob|File)]$/)) return done(isBinary(x) ? new Uint8Array(bytesOf(x)).buffer : x);
  function ended() {
    done(reader.result || new ArrayBuffer(0));
  }
  if (NODE && x.arrayBuffer) {
    reader = {};
    return x.arrayBuffer().then(function (bytes) { reader.result = bytes; }).then(ended, ended);
  }
  reader = new FileReader();
  reader.onloadend = ended;
  reader.readAsArrayBuffer(x);
}

/**
 * @param {string|ArrayBuffer|Blob} x what a message holds
 * @returns {number} bytes of the message in a POST
 */
export function sizeOf(x) {
  if (typeof x != 'string') return Math.ceil((x.byteLength || x.size || 0) / 3) * 4 + 1;
  for (var i = 0, n = 1; i < x.length; i++) {
    var c = x.charCodeAt(i);
    // Each half of a surrogate pair counts 2.
    n += c < 128 ? 1 : c < 2048 || c >> 11 == 27 ? 2 : 3;
  }
  return n;
}
