// http.js: a request, by XMLHttpRequest in pages, by fetch in Node.

import { root } from './env.js';

/**
 * Whether the body of an answer can be read while it comes.
 * @returns {boolean}
 */
export function canStream() {
  return root.XMLHttpRequest ? 'onprogress' in new root.XMLHttpRequest() : NODE && !!root.fetch;
}

/**
 * Makes a request.
 * @param {{method: string, url: string, body: (string|undefined), headers: Object, credentials: boolean, fetch: boolean}} r
 * @param {function(number, string): void} done is called once, with the status, 0 if there was no answer, and the body
 * @param {function(number, string): void=} chunk is called with the status and each new piece of the body
 * @returns {function(): void} gives it up; done is not called then
 */
export function request(r, done, chunk) {
  var over = false;
  function end(status, text) {
    if (over) return;
    over = true;
    done(status, text);
  }
  var headers = {};
  if (r.body) headers['Content-Type'] = 'text/plain;charset=UTF-8';
  for (var key in r.headers) headers[key] = r.headers[key];
  var abort = (NODE && (!root.XMLHttpRequest || r.fetch) ? byFetch : byXHR)(r, headers, end, chunk && function (status, text) {
    if (!over && text) chunk(status, text);
  });
  return function () {
    over = true;
    abort();
  };
}

function byXHR(r, headers, end, chunk) {
  var x = new root.XMLHttpRequest(), read = 0;
  x.onreadystatechange = function () {
    var text = '', status = 0, state = x.readyState;
    if (state < 3 || state < 4 && !chunk) return;
    try { // old browsers throw while the body is not there
      status = x.status;
      text = x.responseText;
    } catch (err) {
      if (state < 4) return;
    }
    if (chunk) chunk(status, text.slice(read));
    read = text.length;
    if (state > 3) end(status, text);
  };
  try {
    x.open(r.method, r.url, true);
    for (var key in headers) x.setRequestHeader(key, headers[key]);
    if (r.credentials) x.withCredentials = true;
    x.send(r.body);
  } catch (err) {
    setTimeout(function () { end(0, String(err)); }, 0);
  }
  return function () {
    x.onreadystatechange = function () {};
    try {
      x.abort();
    } catch (err) {} // of old browsers, when it is over
  };
}

function byFetch(r, headers, end, chunk) {
  var control = root.AbortController && new AbortController();
  function failed(err) {
    end(0, String(err));
  }
  root.fetch(r.url, {
    method: r.method,
    body: r.body,
    headers: headers,
    credentials: r.credentials ? 'include' : 'same-origin',
    signal: control && control.signal
  }).then(function (answer) {
    var status = answer.status;
    if (!chunk || !answer.body) return answer.text().then(function (text) { end(status, text); });
    var reader = answer.body.getReader(), decoder = new TextDecoder(), all = '';
    return reader.read().then(function next(part) {
      if (part.done) return end(status, all);
      var text = decoder.decode(part.value, { stream: true });
      if (status != 200) all += text;
      chunk(status, text);
      return reader.read().then(next);
    });
  }).then(null, failed);
  return function () {
    if (control) control.abort();
  };
}
