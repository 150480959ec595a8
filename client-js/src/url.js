// url.js: addresses and queries.

import { root } from './env.js';

/**
 * @param {string|null|undefined} uri
 * @param {Object=} opts hostname, port and secure, if there is no uri
 * @returns {{secure: boolean, hostname: string, port: string, path: string, query: string}}
 */
export function parseURI(uri, opts) {
  var here = root.location || {};
  var page = here.protocol + '//' + here.host;
  opts = opts || {};
  if (uri == null) uri = opts.hostname ? 'http' + (opts.secure ? 's' : '') + '://' + opts.hostname + (opts.port ? ':' + opts.port : '') : page;
  if (/^\/\//.test(uri)) uri = (here.protocol || 'https:') + uri;
  else if (uri.charAt(0) == '/') uri = page + uri;
  else if (!/^(https?|wss?):\/\//i.test(uri)) uri = (here.protocol || 'https:') + '//' + uri;
  var m = /^(?:(\w+):)?\/\/(?:[^\/?#]*@)?(\[[^\]]*\]|[^:\/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?/.exec(uri) || [];
  var secure = /^(https|wss)$/i.test(m[1]);
  return {
    secure: secure,
    hostname: (m[2] || 'localhost').replace(/[\[\]]/g, ''),
    port: m[3] || (secure ? '443' : '80'),
    path: m[4] || '/',
    query: m[5] || ''
  };
}

/** @returns {string} what follows other parameters */
export function encodeQuery(query) {
  var text = '';
  for (var key in query) text += '&' + encodeURIComponent(key) + '=' + encodeURIComponent(query[key]);
  return text;
}

/** @returns {Object<string, string>} */
export function decodeQuery(text) {
  var query = {}, parts = text ? text.split('&') : [];
  for (var i = 0; i < parts.length; i++) {
    var m = /^([^=]*)=?(.*)$/.exec(parts[i]);
    query[decodeURIComponent(m[1])] = decodeURIComponent(m[2]);
  }
  return query;
}
