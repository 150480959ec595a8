// checks.js: what is sent in one session, and what has to come of it.
var checks = (function () {
  'use strict';

  var msgpack = job.file.indexOf('msgpack') >= 0;

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
    var low = '', i, all = abilities.exactly.join(' ');
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

  // ---- the checks: each is handed a run, see runCase in page.js, and calls done at its end

  var all = {
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

  return { all: all, same: same, array: array };
})();
