// page.js: what a page does with the client, in an engine that may know no more than ECMAScript 5. The server writes
// `job` before it; what comes of it is posted to /report.
(function () {
  'use strict';

  var msgpack = job.file.indexOf('msgpack') >= 0;

  // ---- talking with the test, apart from the client

  /** All that is asked for may be asked for again: connections are cut, and some engines lose an answer. */
  function request(path, body, done) {
    var x = new XMLHttpRequest(), over = false, limit = setTimeout(again, 15000);
    x.open('POST', path, true);
    x.setRequestHeader('Content-Type', 'text/plain;charset=UTF-8');
    x.onreadystatechange = function () {
      if (x.readyState != 4 || over) return;
      if (x.status != 200) return again();
      end();
      if (done) done(x.responseText);
    };
    x.send(body || '-'); // a POST of nothing is a GET for edbrowse
    function end() {
      over = true;
      clearTimeout(limit);
    }
    function again() {
      end();
      setTimeout(function () { request(path, body, done); }, 100);
    }
  }

  var reports = [], reporting = false;

  /** Reports go one after the other, in order. */
  function report(kind, value) {
    reports.push({ kind: kind, value: value, n: report.n = (report.n || 0) + 1 });
    if (!reporting) next();
    function next() {
      reporting = reports.length > 0;
      if (!reporting) return;
      var text = JSON.stringify(reports.shift()).replace(/[\u007f-\uffff]/g, function (c) {
        return '\\u' + ('000' + c.charCodeAt(0).toString(16)).slice(-4);
      });
      request('/report', text, next);
    }
  }

  window.onerror = function (message, url, line, column) {
    report('problem', message + ' at ' + url + ':' + line + ':' + column);
  };

  // ---- what the engine can

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
  function alterations(can, done) {
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

  function look(done) {
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
      alterations(can, function () {
        report('can', can);
        done(can);
      });
    });
  }

  // ---- one case: a session, and the checks in it

  function same(a, b) {
    if (bytesOf(a) || bytesOf(b)) return String(bytesOf(a)) === String(bytesOf(b));
    if (a === null || b === null || typeof a != 'object' || typeof b != 'object') return a === b;
    var keys = Object.keys(a);
    return Array.isArray(a) == Array.isArray(b) && keys.length == Object.keys(b).length &&
      keys.every(function (key) { return same(a[key], b[key]); });
  }

  /** What came as bytes must come as an ArrayBuffer; what was given may be a view. */
  function bytesOf(x) {
    if (typeof ArrayBuffer == 'undefined' || !x || typeof x != 'object') return null;
    if (x instanceof ArrayBuffer) return ['bytes'].concat(Array.prototype.slice.call(new Uint8Array(x)));
    if (x.buffer instanceof ArrayBuffer) return ['bytes'].concat(Array.prototype.slice.call(new Uint8Array(x.buffer, x.byteOffset, x.byteLength)));
    return null;
  }

  function show(x) {
    var text = bytesOf(x) ? 'bytes' + bytesOf(x).length : JSON.stringify(x) || String(x);
    return text.length > 80 ? text.slice(0, 80) + '… (' + text.length + ')' : text;
  }

  /** Calls each with the items and a function to go on, one after the other. half is called before the middle one. */
  function inTurn(items, half, each, done) {
    function step(i) {
      if (i == items.length) return done();
      function go() { each(items[i], function () { step(i + 1); }); }
      if (i == items.length >> 1) half(go);
      else go();
    }
    step(0);
  }

  /** Sends each value and has it come back, as the answer and as an event. */
  function echo(socket, values, half, wrong, done) {
    inTurn(values, half, function (pair, next) {
      var left = 2, sent = pair.sent, want = pair.want;
      function got(how) {
        return function (value, tail) {
          if (!same(value, want) || tail !== 'tail') wrong.push(how + ': sent ' + show(want) + ', got ' + show(value));
          if (!--left) next();
        };
      }
      socket.once('said', got('event'));
      socket.emit('same', sent, 'tail', got('answer'));
      socket.emit('say', sent, 'tail');
    }, done);
  }

  function pairs(values) {
    return values.map(function (v) { return { sent: v, want: v }; });
  }

  /** Text without what the engine alters. */
  function intact(can, text) {
    can.altered.forEach(function (piece) {
      if (/[\ud800-\udfff]/.test(piece)) text = text.replace(/[\ud800-\udfff]/g, ''); // and those beyond the first plane
      else text = text.split(piece).join('');
    });
    return text;
  }

  function characters(can) {
    var low = '', i, all = exactly.join(' ');
    for (i = 0; i < 0x80; i++) low += String.fromCharCode(i);
    var astral = intact(can, '\ud83d\udc4b \ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud800\udc00\udbff\udfff');
    var texts = [
      '\r', '\n', '\r\n', '\n\r\n\r', 'line\r\nline\rline\n\nline', 'Gr\u00fc\u00dfe \u4f60\u597d', '\u2028\u2029\u0000\u001e\ufeff\ufffe',
      '\\u000d\\r"\\"', low, all, astral, '\n' + astral + '\r' + all + '\n' + astral
    ].map(function (text) { return intact(can, text); });
    return texts.concat({ 'key\r\n\u2028': ['\r\n', astral] });
  }

  function array(n, from) {
    var bytes = new Uint8Array(n);
    for (var i = 0; i < n; i++) bytes[i] = i + (from || 0);
    return bytes;
  }

  function binaries(can) {
    var bytes = array(300), values = [
      { sent: bytes, want: bytes }, { sent: bytes.buffer, want: bytes }, { sent: bytes.subarray(10, 20), want: array(10, 10) },
      { sent: new Uint8Array(0), want: new Uint8Array(0) }, { sent: { deep: [bytes, 'x', bytes.buffer] }, want: { deep: [bytes, 'x', bytes] } },
      { sent: array(100000), want: array(100000) }
    ];
    // A view may look like an object with many keys: what stands in the event must not matter.
    if (typeof DataView != 'undefined') values.push({ sent: new DataView(bytes.buffer, 1, 5), want: array(5, 1) });
    if (can.blob && !msgpack) values.push({ sent: new Blob([bytes]), want: bytes }, { sent: [new Blob([bytes]), new Blob([bytes])], want: [bytes, bytes] });
    return values;
  }

  var checks = {
    text: function (run, done) {
      var large = new Array(100001).join('x');
      echo(run.socket, pairs(['plain', '', ' ', '0', '["json"]', large, { '': false, a: [1, { b: null }, -0.5, 9007199254740991] }, null, true, []]), run.half, run.wrong, done);
    },

    binary: function (run, done) {
      if (run.can.bytes) return echo(run.socket, binaries(run.can), run.half, run.wrong, done);
      // Nothing to send; what comes is readable.
      run.half(function () {
        run.socket.emit('bytes', function (got) {
          if (!got || !got.base64 || got.data !== 'AAH+/w==') run.wrong.push('bytes came as ' + show(got));
          done();
        });
      });
    },

    characters: function (run, done) {
      echo(run.socket, pairs(characters(run.can)), run.half, run.wrong, function () {
        var name = intact(run.can, 'event\r\n\u2028\ud83d\udc4b'), want = 'named\r';
        run.socket.once(name, function (got) {
          if (got !== want) run.wrong.push('named event: ' + show(got));
          done();
        });
        run.socket.emit('name', name, want);
      });
    },

    acks: function (run, done) {
      var socket = run.socket, wrong = run.wrong, left = 103, late = false, i;
      function one() { if (!--left) done(); }
      function question(n, answer) {
        if (run.can.bytes) answer(n * 2, array(3, n));
        else answer(n * 2);
      }
      socket.off('question').on('question', question);
      function ask(n) {
        socket.emit('same', n, function (got) {
          if (got !== n) wrong.push('answer to ' + n + ': ' + show(got));
          one();
        });
      }
      for (i = 0; i < 50; i++) ask(i);
      run.half(function () {
        for (i = 50; i < 100; i++) ask(i);
        socket.emit('interview', 50, function (right) {
          if (right !== 50) wrong.push(right + ' of 50 answers to the server were right');
          one();
        });
        socket.timeout(200).emit('never', function (err) {
          if (late || !err) wrong.push('an answer that never comes: ' + err);
          late = true;
          one();
        });
        socket.timeout(20000).emit('same', 'in time', function (err, got) {
          if (err || got !== 'in time') wrong.push('in time: ' + err + show(got));
          one();
        });
      });
    },

    order: function (run, done) {
      var socket = run.socket, n = job.messages, got = 0, sent = 0, halved = false, told = false;
      socket.off('down').on('down', function (i, bytes) {
        if (i !== got || bytes && run.can.bytes && !same(bytes, array(3, i))) run.wrong.push('message ' + i + ' in the place of ' + got);
        got++;
        finish();
      });
      function send(upTo) {
        for (; sent < upTo; sent++) {
          if (sent % 10 == 3 && run.can.bytes) socket.emit('up', sent, array(3, sent));
          else socket.emit('up', sent);
        }
      }
      function finish() {
        if (got < n || !halved || told) return;
        told = true;
        socket.emit('tally', function (t) {
          if (t.received !== n || t.wrong) run.wrong.push('the server got ' + t.received + ', ' + t.wrong + ' of them wrong');
          if (got !== n) run.wrong.push('got ' + got);
          done();
        });
      }
      socket.emit('reset');
      socket.emit('flood', n >> 1);
      send(n >> 1);
      run.half(function () {
        socket.emit('flood', n - (n >> 1));
        send(n);
        halved = true;
        finish();
      });
    }
  };

  function connect(c, problems) {
    var path = '/' + c.name + '/socket.io';
    var socket = c.transports ? io({ path: path, transports: c.transports, rememberUpgrade: false }) : io({ path: path });
    socket.on('disconnect', function (why) { if (!socket.left) problems.push('disconnect: ' + why); });
    socket.on('connect_error', function (err) { problems.push('connect_error: ' + err.message); });
    return socket;
  }

  /** Waits until the session is where it should be, as the server sees it. */
  function settle(socket, transport, done) {
    socket.emit('transport', function (is) {
      if (!transport || is === transport) return done(is);
      setTimeout(function () { settle(socket, transport, done); }, 50);
    });
  }

  function runCase(c, can, done) {
    var problems = [], socket = connect(c, problems), over = false, id;
    var limit = setTimeout(function () { fail('no connection'); }, job.patience);

    function fail(what) {
      if (over) return;
      over = true;
      report('broken', { case: c.name, problems: problems.concat(what), log: io.log && io.log.slice(-60) });
      leave();
    }
    function leave() {
      clearTimeout(limit);
      request('/' + c.name + '/only?', '', function () { // what is left to say may go over any transport
        socket.left = true;
        socket.disconnect();
        done();
      });
    }
    socket.once('connect', function () {
      clearTimeout(limit);
      id = socket.id;
      eachStep(c.steps);
    });

    function eachStep(left) {
      clearTimeout(limit);
      if (over) return;
      if (!left.length) return leave();
      var step = left.shift(), name = step.check, began = +new Date(), now = '';
      var run = { socket: socket, can: can, wrong: [], half: function (go) {
        if (step.only) request('/' + c.name + '/only?' + step.only, '', function () { go(); });
        else go();
      } };
      limit = setTimeout(function () {
        fail([name + now].concat(run.wrong).join('; '));
      }, job.patience);
      checks[name](run, function () {
        now = ' was done, but the session is not on ' + step.then;
        settle(socket, step.then, function (is) {
          if (over) return;
          if (socket.id !== id) run.wrong.push('another session');
          report('cell', { case: c.name, check: name, wrong: run.wrong.concat(problems.splice(0)).slice(0, 5), transport: is, ms: +new Date() - began });
          eachStep(left);
        });
      });
    }
  }

  // ---- cuts: numbers both ways, at a pace, while connections are lost

  function runCuts(done) {
    var r = { connects: 0, disconnects: [], resumes: 0, sent: 0, received: 0, wrong: 0 }, socket = io({ path: '/cuts/socket.io' });
    socket.on('connect', function () { r.connects++; });
    socket.on('disconnect', function (why) {
      r.disconnects.push(why);
      report('problem', 'disconnect: ' + why);
    });
    socket.io.on('resume', function () { r.resumes++; });
    socket.on('down', function (i, bytes) {
      if (i !== r.received || bytes && typeof ArrayBuffer != 'undefined' && !same(bytes, array(3, i))) r.wrong++;
      r.received++;
    });
    socket.once('connect', function () {
      request('/cut', '', function () {
        var began = +new Date(), pace;
        socket.emit('stream', 5);
        pace = setInterval(function () {
          var now = +new Date() - began;
          for (; r.sent < Math.min(now, job.cuts) / 5; r.sent++) {
            if (r.sent % 10 == 3) socket.emit('up', r.sent, array(3, r.sent));
            else socket.emit('up', r.sent);
          }
          if (now < job.cuts || r.received < r.sent) return; // the server may have begun later
          clearInterval(pace);
          socket.emit('halt', function (sent, received, wrong) {
            r.server = { sent: sent, received: received, wrong: wrong };
            report('cuts', r);
            socket.off('disconnect').disconnect();
            done();
          });
        }, 5);
      });
    });
  }

  // ---- all

  function begin() {
    if (typeof io != 'function') return report('problem', 'the client was not loaded');
    try {
      sessionStorage.clear();
    } catch (err) {}
    function end() { report('end', ''); }
    if (job.cuts) return runCuts(end);
    look(function (can) {
      request('/cases', JSON.stringify(can), function (text) {
        var cases = JSON.parse(text);
        (function next() {
          if (cases.length) runCase(cases.shift(), can, next);
          else end();
        })();
      });
    });
  }

  report('agent', navigator.userAgent);
  begin();
})();
