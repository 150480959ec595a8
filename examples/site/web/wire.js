// wire.js: the bar above each example. It shows over which transport the page's
// session goes, chooses another one, and breaks the connection. It is plain
// ECMAScript 5, so that it runs wherever the client runs.
//
//   var socket = io(wire.options({ ... }));  // the client's options and those that the bar needs
//   wire.show(socket);                       // fills <header id="wire" data-title="Chat"></header>
//
// An example that does without the bar calls io() with its own options alone.

var wire = (function () {
  "use strict";

  var titles = { websocket: "WebSocket", sse: "SSE", polling: "Polling" };
  var all = ["websocket", "sse", "polling"];
  var base = location.pathname.replace(/[^\/]*$/, "");
  var name = Math.random().toString(36).slice(2, 12); // of this page's network, see breaker.go
  var chosen = titles[param("transport")] ? param("transport") : "";

  function param(key) {
    var found = new RegExp("[?&]" + key + "=([^&]*)").exec(location.search);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function transports() {
    return chosen ? [chosen] : all;
  }

  function options(own) {
    var o = { path: base + "socket.io", query: { wire: name }, transports: transports() };
    for (var key in own) o[key] = own[key];
    return o;
  }

  // ---- what the bar is made of

  function make(tag, className, text) {
    var e = document.createElement(tag);
    e.className = className;
    if (text) e.textContent = text;
    return e;
  }

  function button(parent, text, title, press) {
    var b = make("button", "wire-button", text);
    b.type = "button";
    b.title = title;
    b.onclick = press;
    parent.appendChild(b);
    return b;
  }

  function show(socket) {
    var bar = document.getElementById("wire");
    var manager = socket.io;
    bar.className = "wire";
    var lostAt = 0, note = "";
    var acts = 0; // what was done to the network, for tests to wait for

    // left: where we are
    var home = make("div", "wire-home");
    if (base !== "/") {
      var back = make("a", "wire-back", "Gallery");
      back.href = "../";
      home.appendChild(back);
    }
    home.appendChild(make("span", "wire-title", bar.getAttribute("data-title")));
    bar.appendChild(home);

    // middle: how it goes
    var state = make("p", "wire-state");
    state.setAttribute("role", "status");
    state.appendChild(make("i", "wire-dot"));
    var what = state.appendChild(make("b", "wire-transport", "connecting"));
    var more = state.appendChild(make("span", "wire-note"));
    bar.appendChild(state);

    // right: what can be done; on a phone behind a button
    var tools = make("div", "wire-tools");
    tools.id = "wire-tools";
    var open = button(bar, "Network", "Choose a transport, break the connection", function () {
      var now = bar.className.indexOf("open") < 0;
      bar.className = now ? "wire open" : "wire";
      open.setAttribute("aria-expanded", String(now));
    });
    open.className += " wire-open";
    open.setAttribute("aria-expanded", "false");
    open.setAttribute("aria-controls", tools.id);
    bar.appendChild(tools);

    var choice = make("div", "wire-choice");
    choice.setAttribute("role", "group");
    choice.setAttribute("aria-label", "Transport");
    var choices = [""].concat(all).map(function (t) {
      var title = t ? "Connect over " + titles[t] + " alone" : "Let the client find what gets through, the best first";
      var b = button(choice, t ? titles[t] : "Auto", title, function () { choose(t); });
      b.wireChoice = t;
      return b;
    });
    tools.appendChild(choice);
    var breaks = make("div", "wire-breaks");
    breaks.setAttribute("role", "group");
    breaks.setAttribute("aria-label", "Break the connection");
    button(breaks, "Cut", "The server cuts this page's connection", function () { harm("cut"); });
    button(breaks, "Cut for 5 s", "Nothing gets through for five seconds", function () { harm("outage"); });
    var block = button(breaks, "Block", "", function () { harm("block", transport()); });
    tools.appendChild(breaks);

    function transport() {
      var t = manager.engine && manager.engine.transport;
      return t ? t.name : "";
    }

    // choose opens a new session over one transport alone, or over all.
    function choose(t) {
      chosen = t;
      note = "";
      var query = location.search.replace(/([?&])transport=[^&]*&?/, "$1").replace(/[?&]$/, "");
      if (t) query += (query ? "&" : "?") + "transport=" + t;
      history.replaceState(null, "", location.pathname + query + location.hash);
      manager.opts.transports = transports();
      act("mend", "", function () {
        socket.disconnect();
        socket.connect();
      });
      draw();
    }

    // harm does that to the connection. Of a poll that is cut the client hears nothing if
    // the browser asks again by itself.
    function harm(what, which) {
      note = "";
      act(what, which, function () {
        acts++;
        if (!note && !lostAt) note = "cut, and asked again";
        draw();
      });
    }

    function draw() {
      var t = transport();
      var up = Boolean(manager.engine && manager.engine.readyState === "open" && !lostAt);
      bar.setAttribute("data-acts", acts);
      bar.setAttribute("data-state", up ? "up" : "down");
      bar.setAttribute("data-transport", up ? t : "");
      what.textContent = up ? titles[t] : lostAt ? "looking for a way" : "not connected";
      more.textContent = note;
      block.textContent = "Block " + (titles[t] || "it");
      block.title = "From now on the network lets no " + (titles[t] || "connection") + " through; Auto lifts that";
      block.disabled = Boolean(chosen);
      choices.forEach(function (b) { b.setAttribute("aria-pressed", String(b.wireChoice === chosen)); });
    }

    function listen() {
      manager.engine.on("upgrade", function () {
        if (!lostAt) note = "moved up, in the same session";
        draw();
      });
      draw();
    }

    manager.on("open", listen);
    manager.on("suspend", function () {
      lostAt = Date.now();
      draw();
    });
    manager.on("resume", function () {
      note = "back after " + since(lostAt) + ", same session";
      lostAt = 0;
      draw();
    });
    manager.on("close", function () {
      lostAt = 0;
      note = "";
      draw();
    });
    if (manager.engine && manager.engine.readyState === "open") listen();
    else draw();
  }

  // act has the server break this page's network, or mend it, see breaker.go.
  function act(what, which, done) {
    var xhr = new XMLHttpRequest();
    xhr.open("POST", base + "socket.io/break?wire=" + name + "&do=" + what + (which ? "&transport=" + which : ""));
    xhr.onloadend = done || null;
    xhr.send();
  }

  function since(then) {
    var ms = Date.now() - then;
    return ms < 1000 ? ms + " ms" : (ms / 1000).toFixed(1) + " s";
  }

  return { options: options, show: show, act: act };
})();
