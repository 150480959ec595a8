// binary.js: bytes in all their forms, and as base64.

import { root, isNode, alphabet } from './env.js';

var chars = alphabet.slice(0, 62) + '+/';

var hasArrayBuffer = typeof ArrayBuffer != 'undefined' && typeof Uint8Array != 'undefined';

function isBlob(x) {
  return typeof Blob != 'undefined' && x instanceof Blob;
}

function isView(x) {
  return ArrayBuffer.isView ? ArrayBuffer.isView(x) : !!x && x.buffer instanceof ArrayBuffer && typeof x.byteOffset == 'number';
}

/** @returns {boolean} whether x travels as an attachment */
export function isBinary(x) {
  return hasArrayBuffer && (x instanceof ArrayBuffer || isView(x)) || isBlob(x);
}

/** @returns {Uint8Array} the same bytes */
function bytesOf(x) {
  return x instanceof ArrayBuffer ? new Uint8Array(x) : new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
}

/** @returns {string} */
export function toBase64(x) {
  var b = bytesOf(x), text = '', part = [];
  if (NODE && isNode) return Buffer.from(b.buffer, b.byteOffset, b.length).toString('base64');
  for (var i = 0; i < b.length; i += 3) {
    var n = b[i] << 16 | b[i + 1] << 8 | b[i + 2];
    part.push(chars.charAt(n >> 18) + chars.charAt(n >> 12 & 63) +
      (i + 1 < b.length ? chars.charAt(n >> 6 & 63) : '=') + (i + 2 < b.length ? chars.charAt(n & 63) : '='));
    if (part.length > 4095) {
      text += part.join('');
      part = [];
    }
  }
  return text + part.join('');
}

/**
 * @param {string} text
 * @returns {ArrayBuffer|Buffer|{base64: boolean, data: string}} Buffer in Node; an object with the text where bytes are unknown
 */
export function fromBase64(text) {
  if (NODE && isNode) return Buffer.from(text, 'base64');
  if (!hasArrayBuffer) return { base64: true, data: text };
  var end = text.replace(/=+$/, '').length, bytes = new Uint8Array(end * 3 >> 2);
  for (var i = 0, n = 0, bits = 0, at = 0; i < end; i++) {
    n = n << 6 | chars.indexOf(text.charAt(i));
    if ((bits += 6) > 7) bytes[at++] = n >> (bits -= 8);
  }
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
  if (!isBlob(x)) return done(isBinary(x) ? new Uint8Array(bytesOf(x)).buffer : x);
  function failed() {
    done(new ArrayBuffer(0));
  }
  if (x.arrayBuffer) return x.arrayBuffer().then(done, failed);
  var reader = new root.FileReader();
  reader.onload = function () { done(reader.result); };
  reader.onerror = failed;
  reader.readAsArrayBuffer(x);
}

/**
 * @param {string|ArrayBuffer} x
 * @returns {number} bytes in a POST
 */
export function sizeOf(x) {
  if (typeof x != 'string') return Math.ceil((x.byteLength || x.size || 0) / 3) * 4 + 1;
  for (var i = 0, n = 0; i < x.length; i++) {
    var c = x.charCodeAt(i);
    // Each half of a surrogate pair counts 2.
    n += c < 128 ? 1 : c < 2048 || c >> 11 == 27 ? 2 : 3;
  }
  return n;
}
