// view.js is all that can be seen, but for the conversations (log.js). It knows nothing
// of the connection: chat.js calls it with what is to be shown, and hears through
// listen what people do.

chat.view = (function () {
  "use strict";

  var dom = chat.dom, $ = dom.$, make = dom.make;
  var phone = window.matchMedia("(max-width: 760px)"); // the widths are those in chat.css
  var narrow = window.matchMedia("(max-width: 1000px)");
  var on = {}; // what chat.js wants to hear

  // Engines without variables in their style sheets get a plainer one.
  if (!(window.CSS && CSS.supports && CSS.supports("color", "var(--ink)"))) {
    var plain = make("link");
    plain.rel = "stylesheet";
    plain.href = "old.css";
    document.head.appendChild(plain);
  }

  function listen(handlers) {
    on = handlers;
  }

  // ---- the connection, and who I am

  function connection(up) {
    dom.mark($("link"), "up", up);
    $("link-text").textContent = up ? "online" : "offline";
    $("rename").disabled = !up;
    $("banner").hidden = up;
    $("banner").textContent = up ? "" : "No connection. What you write now is sent as soon as it is back.";
  }

  function me(person) {
    $("my-name").textContent = person.name;
    dom.dress($("my-avatar"), person.name);
  }

  // askName calls done with what is typed, or with null when the dialog is cancelled. It
  // stays open until closeName, or for another try.
  function askName(name, complaint, mayCancel, done) {
    var dialog = $("name-dialog");
    var fields = [$("name"), $("name-ok")];
    fields.forEach(function (f) { f.disabled = false; });
    $("name-title").textContent = mayCancel ? "Change your name" : "What shall we call you?";
    $("name-ok").textContent = mayCancel ? "Save" : "Come in";
    $("name-cancel").hidden = !mayCancel;
    $("name-error").textContent = complaint;
    $("name").setAttribute("aria-invalid", String(complaint !== ""));
    $("name").value = name;
    showDialog(dialog);
    $("name").focus();
    $("name").select();
    $("name-form").onsubmit = function (e) {
      e.preventDefault();
      fields.forEach(function (f) { f.disabled = true; });
      done($("name").value);
    };
    dialog.onclose = function () {
      if (mayCancel) done(null);
      else showDialog(dialog);
    };
    $("name-cancel").onclick = function () { hideDialog(dialog); };
  }

  function closeName() {
    $("name-dialog").onclose = null;
    hideDialog($("name-dialog"));
    if (!$("text").disabled) $("text").focus();
  }

  function showDialog(dialog) {
    if (dialog.hasAttribute("open")) return;
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
  }

  function hideDialog(dialog) {
    if (dialog.close) return dialog.close();
    dialog.removeAttribute("open");
    if (dialog.onclose) dialog.onclose();
  }

  var toastTimer;

  function toast(text) {
    $("toast").textContent = text;
    $("toast").hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(function () { $("toast").hidden = true; }, 5000);
  }

  // ---- rooms and people

  function roomList(rooms, open) {
    var joined = [], others = [], elsewhere = 0, all = 0;
    rooms.forEach(function (room) {
      (room.joined ? joined : others).push(roomItem(room, open));
      if (!room.joined) return;
      all += room.unread || 0;
      if (room.name !== open) elsewhere += room.unread || 0;
    });
    arrange($("joined-rooms"), joined);
    arrange($("other-rooms"), others);
    $("elsewhere").textContent = elsewhere;
    $("elsewhere").hidden = elsewhere === 0;
    document.title = (all ? "(" + all + ") " : "") + (open ? "#" + open + " · Chat" : "Chat");
  }

  // arrange has a list hold these items. Those that are in their place stay untouched: a
  // list that is made anew while somebody clicks on it swallows the click.
  function arrange(list, items) {
    items.forEach(function (li, i) {
      if (list.children[i] !== li) list.insertBefore(li, list.children[i] || null);
    });
    while (list.children.length > items.length) list.removeChild(list.lastElementChild);
  }

  // roomItem returns the item of a room, which stays the same one, as things are now.
  function roomItem(room, open) {
    if (!room.item) {
      var link = make("a", "", [make("span", "name", room.name), unseen(", "), make("span")]);
      link.href = "#" + encodeURIComponent(room.name);
      room.item = make("li", "", link);
    }
    var a = room.item.firstChild, unread = room.joined && room.unread;
    if (room.name === open) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
    a.className = unread ? "unread" : "";
    a.lastChild.className = unread ? "badge" : "count";
    dom.fill(a.lastChild, unread ?
      [String(unread), unseen(" unread")] :
      [String(room.count), unseen(room.count === 1 ? " person" : " people")]);
    return room.item;
  }

  function unseen(text) {
    return make("span", "unseen", text);
  }

  // people shows who is in a room, myself first.
  function people(room, me) {
    var here = room ? room.people.here.slice() : [];
    here.sort(function (a, b) { return (b.id === me.id) - (a.id === me.id) || a.name.localeCompare(b.name); });
    dom.fill($("people"), here.map(function (p) {
      var li = make("li", "", [dom.avatar(p.name), make("span", "name", p.name)]);
      if (p.id === me.id) li.appendChild(make("span", "count", "you"));
      return li;
    }));
    $("people-count").textContent = here.length || "";
  }

  var drafts = Object.create(null); // room name → what stands in the field while another room is open
  var shown = ""; // the name of the open room

  // open shows a room's conversation; null: none.
  function open(room, me) {
    drafts[shown] = text.value;
    shown = room ? room.name : "";
    text.value = drafts[shown] || "";
    fit();
    $("room-name").textContent = room ? room.name : "No room";
    dom.mark($("room-name"), "is-room", room);
    $("room-about").textContent = room ? room.about : "You are in no room. Choose one, or open your own.";
    $("leave").hidden = !room;
    text.disabled = $("send").disabled = !room;
    text.placeholder = room ? "Message to " + room.name : "";
    chat.log.show(room);
    people(room, me);
    typing(room, Date.now());
    closePanes();
    if (room && !phone.matches && !$("name-dialog").hasAttribute("open")) text.focus();
  }

  function typing(room, now) {
    var names = [];
    for (var id in room ? room.typing : {}) if (room.typing[id].until > now) names.push(room.typing[id].name);
    var last = names.length > 1 && names.length < 4 ? " and " + names.pop() : "";
    var who = names.length > 3 ? "Several people" : names.join(", ") + last;
    $("typing").textContent = who && who + (names.length > 1 || last ? " are" : " is") + " typing";
  }

  // ---- writing

  var text = $("text");

  function send() {
    var written = text.value.trim();
    if (written) on.send(written);
    text.value = "";
    fit();
    text.focus();
  }

  $("composer").onsubmit = function (e) {
    e.preventDefault();
    send();
  };

  text.onkeydown = function (e) {
    if (e.keyCode !== 13 || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    send();
  };

  text.oninput = function () {
    fit();
    if (text.value.trim()) on.typing();
  };

  // fit gives the field the height of what is in it.
  function fit() {
    text.style.height = "auto";
    text.style.height = text.scrollHeight + "px";
    $("left").hidden = text.value.length < 1800;
    $("left").textContent = text.value.length + " of 2000";
  }

  // ---- everything else that can be pressed

  $("leave").onclick = function () { on.leave(); };
  $("rename").onclick = function () { on.rename(); };
  $("new-room").onsubmit = function (e) {
    e.preventDefault();
    var field = $("new-room-name");
    if (field.value.trim()) on.create(field.value);
    field.value = "";
  };

  // Where the page is narrow the people are a drawer, and on a phone the rooms too.
  var drawers = { rooms: [$("rooms-pane"), $("show-rooms")], people: [$("people-pane"), $("show-people")] };
  var main = document.querySelector("main");

  function openPane(name) {
    document.body.setAttribute("data-pane", name);
    main.inert = true;
    drawers[name][1].setAttribute("aria-expanded", "true");
    drawers[name][0].querySelector("[data-close]").focus();
  }

  function closePanes() {
    var name = document.body.getAttribute("data-pane");
    if (!name) return;
    document.body.removeAttribute("data-pane");
    main.inert = false;
    drawers[name][1].setAttribute("aria-expanded", "false");
    drawers[name][1].focus();
  }

  $("show-rooms").onclick = function () { openPane("rooms"); };
  $("show-people").onclick = function () { openPane("people"); };
  dom.each(document.querySelectorAll("[data-close]"), function (e) { e.onclick = closePanes; });
  $("rooms-pane").addEventListener("click", function (e) {
    for (var at = e.target; at; at = at.parentNode) if (at.tagName === "A") return closePanes();
  }, false);
  document.addEventListener("keydown", function (e) { if (e.keyCode === 27) closePanes(); }, false);
  [phone, narrow].forEach(function (query) { query.addListener(closePanes); });

  return {
    listen: listen, connection: connection, me: me, askName: askName, closeName: closeName, toast: toast,
    roomList: roomList, people: people, open: open, typing: typing
  };
})();
