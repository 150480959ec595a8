// url.js: addresses and queries.

import { isObject, root } from './env.js';

/**
 * @param {string|null|undefined} uri
 * @param {Object} opts hostname, port and secure, if there is no uri
 * @returns {{hostname: string, origin: string, path: string, query: (string|undefined)}} origin stands behind "http" or "ws"
 */
export function parseURI(uri, opts) {
  var here = root.location || {}, page = '//' + (here.host || 'localhost'), m, secure;
  if (uri == null) uri = opts.hostname ? (opts.secure ? 'https://' : 'http://') + opts.hostname + ':' + (opts.port || '') : page;
  if (/^\/([^\/]|$)/.test(uri)) uri = page + uri;
  if (!/^(https?|wss?):\/\//i.test(uri)) uri = (here.protocol || 'https:') + uri.replace(/^(\/\/)?/, '//');
  m = /^(\w+):\/\/(?:[^\/?#]*@)?(\[[^\]]*\]|[^:\/?#]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?/.exec(uri);
  secure = /s$/i.test(m[1]);
  return {
    hostname: m[2],
    origin: (secure ? 's' : '') + '://' + m[2] + ':' + (m[3] || (secure ? '443' : '80')),
    path: m[4] || '/',
    query: m[5]
  };
}

/**
 * @param {Object|string|undefined} query a string is encoded already
 * @returns {string} what follows other parameters
 */
export function encodeQuery(query) {
  var text = '', key;
  if (!isObject(query)) return query ? '&' + query : '';
  for (key in query) text += '&' + encodeURIComponent(key) + '=' + encodeURIComponent(query[key]);
  return text;
}
