// url.js: addresses and queries.

import { root } from './env.js';

/**
 * @param {string|null|undefined} uri
 * @param {Object} opts hostname, port and secure, if there is no uri
 * @returns {{secure: boolean, hostname: string, port: string, path: string, query: string, origin: string}} origin
 *   begins with "://"
 */
export function parseURI(uri, opts) {
  var here = root.location || {}, m, secure, host, port;
  if (uri == null) {
    uri = opts.hostname ? (opts.secure ? 'https://' : 'http://') + opts.hostname + ':' + (opts.port || '') : here.protocol + '//' + here.host;
  }
  if (/^\/([^\/]|$)/.test(uri)) uri = '//' + here.host + uri;
  if (!/^(https?|wss?):\/\//i.test(uri)) uri = (here.protocol || 'https:') + uri.replace(/^(\/\/)?/, '//');
  m = /^(\w+):\/\/(?:[^\/?#]*@)?(\[[^\]]*\]|[^:\/?#]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?/.exec(uri) || [];
  secure = /s$/i.test(m[1]);
  host = m[2] || 'localhost';
  port = m[3] || (secure ? '443' : '80');
  return {
    secure: secure,
    hostname: host.replace(/[\[\]]/g, ''),
    port: port,
    path: m[4] || '/',
    query: m[5],
    origin: '://' + host + ':' + port
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
  var query = {};
  (text || '').replace(/([^&=]+)=?([^&]*)/g, function (_, key, value) {
    query[decodeURIComponent(key)] = decodeURIComponent(value);
  });
  return query;
}
