// abilities.js: what an engine can, measured. It talks with the test by request and report of page.js.
var abilities = (function () {
  'use strict';

  var soon = 5000; // the second piece of /drip comes 6 s after the first one

  /** Whether the first of two pieces of an answer comes long before the second one. It waits for the end if not. */
  function streams(done) {
    var began = +new Date(), over = false, by = window.EventSource ? byEventSource : byXHR, close = by(end);
    function end() {
      if (over) return;
      over = true;
      setTimeout(function () {
        if (close) close();
        done(close ? +new Date() - began < soon : false);
      }, 0);
    }
    if (!close) end();
    else setTimeout(end, 20000);
  }

  function byEventSource(first) {
    var es = new EventSource('/drip');
    es.onmessage = es.onerror = first;
    return function () { es.close(); };
  }

  function byXHR(first) {
    var x = new XMLHttpRequest();
    if (!('onprogress' in x)) return;
    x.open('GET', '/drip', true);
    x.onreadystatechange = function () { if (x.readyState == 4 || x.readyState == 3 && x.responseText) first(); };
    x.send();
    return function () { x.abort(); };
  }

  /** Finds what texts a POST or its answer changes. */
  function alterations(can, request, report, done) {
    request('/exact', exactly.join('\n'), function (answer) {
      var lines = answer.split('\n'), got = lines.slice(1);
      var posts = lines[0] ? lines[0].split(',').map(function (i) { return exactly[+i]; }) : [];
      var answers = exactly.filter(function (text, i) { return text !== got[i]; });
      can.posts = !posts.length;
      can.answers = !answers.length;
      can.altered = posts.concat(answers);
      report('altered', { posts: posts, answers: answers });
      done();
    });
  }

  /** All of the first planes but what JSON escapes, each alone, and some that belong together. The server has the same. */
  var exactly = (function () {
    var all = [], i;
    for (i = 0x80; i < 0x3000; i++) all.push(String.fromCharCode(i));
    for (i = 0xe000; i < 0x10000; i++) all.push(String.fromCharCode(i));
    return all.concat('e\u0301', '\u1100\u1161', '\ud83d\udc4b', '\udbff\udfff');
  })();

  /** Measures all, reports it, and hands it on. */
  function look(request, report, done) {
    var can = { websocket: !!window.WebSocket, eventsource: !!window.EventSource };
    can.arrays = typeof ArrayBuffer != 'undefined' && typeof Uint8Array != 'undefined';
    can.blob = false;
    try {
      can.blob = can.arrays && new Blob([new Uint8Array(3)]).size == 3;
    } catch (err) {}
    try {
      can.base64 = btoa('\xff\0\x80') == '/wCA' && atob('/wCA') == '\xff\0\x80';
    } catch (err) {
      can.base64 = false;
    }
    can.bytes = can.arrays && can.base64;
    streams(function (yes) {
      can.sse = yes;
      alterations(can, request, report, function () {
        report('can', can);
        done(can);
      });
    });
  }

  return { look: look, exactly: exactly };
})();
