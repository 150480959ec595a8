// log.js shows conversations: each room has its own, and one is on the screen.

chat.log = (function () {
  "use strict";

  var dom = chat.dom, $ = dom.$, make = dom.make;
  var keepShown = 500; // items in a room

  // logOf returns what a room's conversation is made of.
  function logOf(room) {
    if (!room.log) {
      var ol = make("ol");
      var box = make("div", "log", [make("p", "empty", "Nothing has been said here yet. Open this page in a private window as well, and talk with yourself."), ol]);
      box.setAttribute("role", "log");
      box.setAttribute("aria-label", "Messages in " + room.name);
      room.log = { box: box, ol: ol, items: {} }; // items: by the uid of their message
    }
    return room.log;
  }

  // show puts a room's conversation on the screen; null: none.
  function show(room) {
    dom.fill($("conversation"), room ? logOf(room).box : []);
    toEnd();
  }

  function forget(room) {
    delete room.log;
  }

  // message shows a message, or what has become of it.
  function message(room, uid, m) {
    var items = logOf(room).items, li = items[uid];
    var at = m.id < Infinity ? new Date(m.id / 1000) : new Date();
    if (!li) {
      var meta = make("p", "meta", [make("b", "", m.from.name), " ", clock(at)]);
      li = items[uid] = make("li", "message", [dom.avatar(m.from.name), meta, make("p", "text", linked(m.text))]);
      li.uid = uid;
      li.from = m.from.id + " " + m.from.name;
    }
    if (m.mine && li.getAttribute("data-state") !== m.state) {
      li.setAttribute("data-state", m.state);
      var time = li.querySelector("time");
      time.parentNode.replaceChild(clock(at), time);
      dom.each(li.querySelectorAll(".tick, .problem"), dom.remove);
      li.appendChild(tick(m.state));
      if (m.state === "failed") li.appendChild(problem(m));
    }
    place(room, li, m.id, at, m.mine);
  }

  // line shows what happened in a room.
  function line(room, text, id) {
    var at = new Date(id / 1000);
    place(room, make("li", "line", [text, " ", clock(at)]), id, at, false);
  }

  // place puts an item where its id belongs, joins what one person says in a row, and
  // keeps the end in sight if it was.
  function place(room, li, id, at, mine) {
    if (li.at === id) return;
    var isNew = li.at === undefined, log = logOf(room), next = li.nextElementSibling;
    var before = log.ol.lastElementChild;
    while (before && (before === li || before.at > id)) before = before.previousElementSibling;
    if (isNew || li.previousElementSibling !== before) log.ol.insertBefore(li, before ? before.nextSibling : log.ol.firstChild);
    li.at = id;
    li.time = at.getTime();
    li.day = dayOf(at);
    join(next);
    join(li);
    join(li.nextElementSibling);
    if (log.ol.children.length > keepShown) {
      delete log.items[log.ol.firstElementChild.uid];
      dom.remove(log.ol.firstElementChild);
      join(log.ol.firstElementChild);
    }
    if (!log.box.parentNode) return; // not on the screen
    if (stuck || (mine && isNew)) toEnd();
    else if (isNew) $("newer").hidden = false;
  }

  // join tells an item how it goes on from the one before.
  function join(li) {
    if (!li) return;
    var before = li.previousElementSibling;
    var newDay = li.day !== (before ? before.day : dayOf(new Date()));
    if (newDay) li.setAttribute("data-day", li.day);
    else li.removeAttribute("data-day");
    dom.mark(li, "goes-on", !newDay && before && li.from && li.from === before.from && li.time - before.time < 300000);
  }

  function dayOf(at) {
    return at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
  }

  function clock(at) {
    var text = window.Intl ? at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }) : two(at.getHours()) + ":" + two(at.getMinutes());
    var e = make("time", "", text);
    e.setAttribute("datetime", at.toISOString());
    return e;
  }

  function two(n) {
    return (n < 10 ? "0" : "") + n;
  }

  var tickMeans = { waiting: "Waiting to be sent", sent: "Sent", received: "Received", failed: "Not sent" };

  function tick(state) {
    var e = make("span", "tick " + state, chat.dom.icon(state));
    e.setAttribute("role", "img");
    e.setAttribute("aria-label", tickMeans[state]);
    e.title = tickMeans[state];
    return e;
  }

  function problem(m) {
    var again = make("button", "quiet", "Try again");
    again.type = "button";
    again.onclick = m.retry;
    return make("p", "problem", [m.problem, " ", again]);
  }

  // ---- the end of a conversation stays in sight, unless one has scrolled up

  var stuck = true, box = $("conversation");

  function toEnd() {
    box.scrollTop = box.scrollHeight;
    stuck = true;
    $("newer").hidden = true;
  }

  $("newer").onclick = toEnd;
  box.onscroll = function () {
    stuck = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    if (stuck) $("newer").hidden = true;
  };

  function keepEnd() {
    if (stuck) toEnd();
  }
  if (window.ResizeObserver) new ResizeObserver(keepEnd).observe(box);
  else window.addEventListener("resize", keepEnd, false);

  // linked returns text with its web addresses made clickable.
  function linked(text) {
    var parts = [], end = 0, found, link = /\bhttps?:\/\/[^\s<>"'\/?#][^\s<>"']*/g;
    while ((found = link.exec(text))) {
      var address = found[0].replace(/[.,:;!?]+$/, "");
      if (/\)$/.test(address) && address.indexOf("(") < 0) address = address.slice(0, -1);
      var a = make("a", "", address);
      a.href = address;
      a.target = "_blank";
      a.rel = "noopener noreferrer nofollow";
      parts.push(text.slice(end, found.index), a);
      end = found.index + address.length;
    }
    return parts.concat(text.slice(end));
  }

  return { show: show, forget: forget, message: message, line: line };
})();
