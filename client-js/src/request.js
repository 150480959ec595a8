// request.js: requests, by XMLHttpRequest in pages, by fetch in Node.

import { extend, nothing, root } from './env.js';

/**
 * Whether the body of an answer can be read while it comes.
 * @returns {boolean}
 */
export function canStream() {
  return root.XMLHttpRequest ? 'onprogress' in new XMLHttpRequest() : NODE && !!root.fetch;
}

/**
 * Makes a request for a, which has opts of its transport.
 * @param {function(number, string): void} done is called once, with the status, 0 if there was no answer, and the body
 * @param {function(string): void=} chunk is called with each new piece of the body
 * @returns {function(): void} gives it up; done is not called then
 */
export function request(a, url, method, body, done, chunk) {
  var o = a.opts, headers = extend(body ? { 'Content-Type': 'text/plain;charset=UTF-8' } : {}, o.extraHeaders),
    x, key, read = 0;
  if (NODE && (a.fetch_ || !root.XMLHttpRequest)) return byFetch(method, url, headers, o.withCredentials, body, done, chunk);
  x = new XMLHttpRequest();
  x.onreadystatechange = function () {
    var state = x.readyState, text;
    if (state < 3 || state < 4 && !chunk) return;
    text = x.responseText;
    if (chunk && x.status == 200) chunk(text.slice(read));
    read = text.length;
    if (state > 3) done(x.status, text);
  };
  x.open(method, url, true);
  for (key in headers) x.setRequestHeader(key, headers[key]);
  x.withCredentials = !!o.withCredentials;
  x.send(body);
  return function () {
    x.onreadystatechange = nothing;
    x.abort();
  };
}

function byFetch(method, url, headers, credentials, body, done, chunk) {
  var control = root.AbortController && new AbortController(), over = false;
  function end(status, text) {
    if (!over) done(status, text);
  }
  root.fetch(url, {
    method: method,
    body: body,
    headers: headers,
    credentials: credentials ? 'include' : 'same-origin',
    signal: control && control.signal
  }).then(function (answer) {
    var status = answer.status, reader, decoder;
    if (!chunk || status != 200 || !answer.body) return answer.text().then(function (text) { end(status, text); });
    reader = answer.body.getReader();
    decoder = new TextDecoder();
    return reader.read().then(function next(part) {
      if (over) return;
      if (part.done) return end(status, '');
      chunk(decoder.decode(part.value, { stream: true }));
      return reader.read().then(next);
    });
  }).then(null, function () { end(0, ''); });
  return function () {
    over = true;
    if (control) control.abort();
  };
}
