// chat.js talks to the server and keeps what this page knows; view.js and log.js show
// it. The events and what they carry are written down in events.go.

(function () {
  "use strict";

  var view = chat.view, log = chat.log;
  var keepMessages = 500; // in each room
  var stored = load(); // kept by the browser: {key, name, joined: [room], read: {room: id}}
  var rooms = Object.create(null); // by name, see learn
  var order = []; // the rooms, as they were opened
  var outbox = []; // drafts the server has not answered yet, oldest first
  var me = { id: "", name: stored.name };
  var open = ""; // the name of the room on the screen

  var socket = io(wire.options({
    autoConnect: false,
    auth: function (give) { give({ name: me.name, key: stored.key }); },
    reconnectionDelay: 500
  }));
  wire.show(socket);

  // ---- the connection

  var entering = null; // while enter waits: what is called with an error, or with nothing
  var ready = false; // in a session, and back in our rooms

  // enter connects under a name. It fails if the server refuses, and waits while the
  // server cannot be reached.
  function enter(name, done) {
    me.name = name;
    entering = done;
    socket.connect();
  }

  function entered(err) {
    var done = entering;
    entering = null;
    if (done) done(err);
  }

  socket.on("connect", function () { view.connection(true); });

  // The session goes on when it loses a connection: what is sent meanwhile waits.
  socket.io.on("suspend", function () { view.connection(false); });
  socket.io.on("resume", function () { view.connection(true); });

  // welcome begins each new session. A page that was here before goes back into its rooms
  // first, and hears what it has missed; then it sends what it could not.
  socket.on("welcome", function (lobby) {
    be(lobby.you);
    entered();
    var known = lobby.rooms.map(function (room) { return room.name; });
    order.slice().forEach(function (room) {
      if (known.indexOf(room.name) < 0 && !room.joined) forget(room);
    });
    lobby.rooms.forEach(learn);
    var left = stored.joined.length;
    function one() {
      if (--left > 0 || !socket.connected) return;
      if (rooms[open] && rooms[open].joined) return settled();
      go(roomInURL() || stored.joined[0] || "lobby", settled);
    }
    if (left) stored.joined.slice().forEach(function (name) { join(name, one); });
    else one();
  });

  function settled() {
    ready = socket.connected;
    read();
    flush();
  }

  socket.on("disconnect", function () {
    ready = false;
    view.connection(false);
    view.typing(null, 0);
    // The client comes back by itself unless the server has sent it away.
    if (!socket.active) setTimeout(function () { socket.connect(); }, 1000);
  });

  socket.on("connect_error", function (err) {
    if (socket.active) return view.connection(false); // not reached; the client tries again
    if (entering) entered(err);
    else chooseName(err.message);
  });

  // ask sends an event and calls done with an error, or with null and the server's answer.
  function ask(event, body, done) {
    if (!socket.connected) return done(new Error("There is no connection at the moment."));
    socket.timeout(10000).emit(event, body, function (err, answer) {
      if (!err && answer && answer.error) {
        err = new Error(answer.error.message);
        err.code = answer.error.code;
      }
      done(err, answer);
    });
  }

  // ---- who I am

  // chooseName asks for a name until the server likes one.
  function chooseName(complaint) {
    view.askName(me.name, complaint || "", socket.connected, function (name) {
      if (name === null) return;
      function done(err, person) {
        if (err) return chooseName(err.message);
        if (person) be(person);
        view.closeName();
      }
      if (socket.connected) ask("name:change", { name: name }, done);
      else enter(name, done);
    });
  }

  function be(person) {
    me = person;
    stored.name = me.name;
    save();
    view.me(me);
  }

  // ---- rooms and the people in them

  // learn takes in what the server says of a room, unless it knows better.
  function learn(news) {
    var room = rooms[news.name];
    if (!room) {
      room = {
        name: news.name,
        joined: false,
        unread: 0,
        people: { here: [], rev: 0 },
        messages: Object.create(null), // by uid
        uids: [], // of messages, as they came
        early: {}, // ids that got their second tick before they came
        told: 0, // the id up to which the server knows that we have all
        typing: {}, // person id → {name, until}
        rev: -1
      };
      rooms[room.name] = room;
      order.push(room);
    }
    if (news.rev > room.rev) {
      room.about = news.about;
      room.count = news.count;
      room.rev = news.rev;
    }
    return room;
  }

  function forget(room) {
    delete rooms[room.name];
    order.splice(order.indexOf(room), 1);
  }

  function learnPeople(people) {
    var room = rooms[people.room];
    if (people.line) log.line(room, people.line, people.rev);
    if (people.rev > room.people.rev) room.people = people;
    if (open === room.name) view.people(room, me);
    people.here.forEach(function (p) {
      if (p.id === me.id && p.name !== me.name) be(p); // renamed in another tab
    });
  }

  function join(name, done) {
    ask("room:join", { room: name }, function (err, seen) {
      if (err) return done(err);
      var room = learn(seen.room), first = !room.joined;
      room.joined = true;
      room.told = 0;
      learnPeople(seen.people);
      seen.messages.forEach(store);
      if (first && !stored.read[room.name]) stored.read[room.name] = newest(room);
      if (stored.joined.indexOf(room.name) < 0) stored.joined.push(room.name);
      save();
      confirm(room);
      done(null, room);
    });
  }

  // go shows a room, and joins it if need be.
  function go(name, done) {
    function show(err, room) {
      if (err) view.toast(err.message);
      else open = room.name;
      showInURL(open);
      if (!err) view.open(room, me);
      read();
      if (done) done();
    }
    if (rooms[name] && rooms[name].joined) show(null, rooms[name]);
    else join(name, show);
  }

  function leave() {
    var room = rooms[open];
    socket.emit("room:leave", { room: room.name });
    room.joined = false;
    room.messages = Object.create(null);
    room.uids = [];
    log.forget(room);
    delete stored.read[room.name];
    stored.joined.splice(stored.joined.indexOf(room.name), 1);
    save();
    open = "";
    if (stored.joined.length) go(stored.joined[0]);
    else view.open(null, me);
    view.roomList(order, open);
  }

  socket.on("room", function (room) {
    learn(room);
    view.roomList(order, open);
  });
  socket.on("people", learnPeople);

  // ---- messages

  function send(text) {
    saidTyping = 0;
    post({ room: open, key: randomKey(), text: text });
  }

  // post puts a draft into the outbox, and shows it as waiting.
  function post(draft) {
    outbox.push(draft);
    store(withState(draft, "waiting"));
    flush();
  }

  function withState(draft, state) {
    return { room: draft.room, key: draft.key, text: draft.text, id: Infinity, from: me, state: state };
  }

  // flush sends the outbox, one draft after the other. What gets no answer, or one of a
  // session that has not joined its rooms yet, is sent again under the same key: now, or
  // when all is settled again.
  var flushing = false;
  function flush() {
    if (flushing || !outbox.length || !ready) return;
    flushing = true;
    var draft = outbox[0];
    ask("message:post", draft, function (err, message) {
      flushing = false;
      if (err && (!err.code || !ready)) return flush();
      outbox.shift();
      if (err) {
        var failed = withState(draft, "failed");
        failed.problem = err.message;
        failed.retry = function () { post(draft); };
        store(failed);
      } else {
        message.state = "sent";
        store(message);
      }
      flush();
    });
  }

  // store takes in a message, from whichever side, and however often it comes.
  function store(message) {
    var room = rooms[message.room], uid = message.from.id + " " + message.key, before = room.messages[uid];
    message.mine = message.from.id === me.id;
    message.delivered = Boolean(message.delivered || (before && before.delivered) || room.early[message.id]);
    delete room.early[message.id];
    message.state = message.delivered ? "received" : message.state || (before && before.state !== "waiting" && before.state) || "sent";
    room.messages[uid] = message;
    if (!before && room.uids.push(uid) > keepMessages) delete room.messages[room.uids.shift()];
    delete room.typing[message.from.id];
    log.message(room, uid, message);
  }

  // confirm tells the server that this page has all messages of others.
  function confirm(room) {
    var id = newest(room, true);
    if (id <= room.told || !socket.connected) return;
    room.told = id;
    socket.emit("message:received", { room: room.name, id: id });
  }

  // read notes that what is on the screen has been seen.
  function read() {
    var shown = rooms[open];
    if (shown && !document.hidden) {
      stored.read[shown.name] = newest(shown);
      save();
    }
    order.forEach(function (room) {
      room.unread = room.uids.filter(function (uid) {
        var m = room.messages[uid];
        return !m.mine && m.id > (stored.read[room.name] || 0);
      }).length;
    });
    view.roomList(order, open);
    view.typing(shown, Date.now());
  }

  // newest returns the id of the last message, or of the last of others.
  function newest(room, ofOthers) {
    return room.uids.reduce(function (id, uid) {
      var m = room.messages[uid];
      return m.id < Infinity && !(ofOthers && m.mine) ? Math.max(id, m.id) : id;
    }, 0);
  }

  socket.on("message", function (message) {
    store(message);
    confirm(rooms[message.room]);
    read();
  });

  socket.on("message:ticks", function (ticks) {
    var room = rooms[ticks.room];
    ticks.ids.forEach(function (id) { room.early[id] = true; });
    room.uids.forEach(function (uid) {
      if (room.early[room.messages[uid].id]) store(room.messages[uid]);
    });
  });

  // ---- typing

  var typingLasts = 4000, saidTyping = 0;

  function typing() {
    if (!socket.connected || Date.now() - saidTyping < typingLasts / 2) return;
    saidTyping = Date.now();
    socket.volatile.emit("room:typing", { room: open });
  }

  socket.on("room:typing", function (news) {
    var room = rooms[news.room];
    room.typing[news.who.id] = { name: news.who.name, until: Date.now() + typingLasts };
    function refresh() {
      if (open === room.name) view.typing(room, Date.now());
    }
    refresh();
    setTimeout(refresh, typingLasts + 50);
  });

  // ---- what the browser keeps

  function load() {
    var all = { key: randomKey(), name: "", joined: ["lobby"], read: {} };
    try {
      var kept = JSON.parse(localStorage.getItem("chat"));
      for (var key in kept) all[key] = kept[key];
    } catch (err) {} // not allowed
    return all;
  }

  function save() {
    try {
      localStorage.setItem("chat", JSON.stringify(stored));
    } catch (err) {} // not allowed: it lasts as long as the page
  }

  function randomKey() {
    var key = "", bytes = window.crypto && crypto.getRandomValues ? crypto.getRandomValues(new Uint8Array(16)) : null;
    for (var i = 0; i < 16; i++) key += (256 + (bytes ? bytes[i] : Math.floor(256 * Math.random()))).toString(16).slice(1);
    return key;
  }

  function roomInURL() {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch (err) {
      return "";
    }
  }

  function showInURL(name) {
    history.replaceState(null, "", "#" + encodeURIComponent(name));
  }

  // ---- start

  window.addEventListener("hashchange", function () {
    if (roomInURL() && roomInURL() !== open) go(roomInURL());
  }, false);
  document.addEventListener("visibilitychange", read, false);
  view.listen({ send: send, typing: typing, leave: leave, rename: function () { chooseName(); }, create: go });
  save();
  if (me.name) enter(me.name, function (err) { if (err) chooseName(err.message); });
  else chooseName();
})();
