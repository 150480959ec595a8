// page.js: what a page does with the client, in an engine that may know no more than ECMAScript 5. The server writes
// `job` before it, and loads abilities.js and checks.js; what comes of it is posted to /report.
(function () {
  'use strict';

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

  // ---- one case: a session, and the checks in it

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
      checks.all[name](run, function () {
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
      if (i !== r.received || bytes && typeof ArrayBuffer != 'undefined' && !checks.same(bytes, checks.array(3, i))) r.wrong++;
      r.received++;
    });
    socket.once('connect', function () {
      request('/cut', '', function () {
        var began = +new Date(), pace;
        socket.emit('stream', 5);
        pace = setInterval(function () {
          var now = +new Date() - began;
          for (; r.sent < Math.min(now, job.cuts) / 5; r.sent++) {
            if (r.sent % 10 == 3) socket.emit('up', r.sent, checks.array(3, r.sent));
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
    if (!window.abilities || !window.checks) return report('problem', 'abilities.js or checks.js was not loaded');
    try {
      sessionStorage.clear();
    } catch (err) {}
    function end() { report('end', ''); }
    if (job.cuts) return runCuts(end);
    abilities.look(request, report, function (can) {
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
