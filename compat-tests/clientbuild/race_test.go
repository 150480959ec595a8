// race_test.go: how the client gets through and comes back, with transports and a clock that the test plays.

package main

import (
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"
)

// world is a page in which nothing happens by itself: advance moves the clock, and the WebSockets, streams and requests
// that were opened are in lists.
const world = `
	var clock = 1e6, seed = 1, timers = [], ids = 0, sockets = [], streams = [], requests = [];
	root_.location = {protocol: "http:", host: "page.example"};
	root_.Date = function () {}; Date.prototype.valueOf = function () { return clock; };
	root_.setTimeout = function (f, ms) { timers.push({id: ++ids, at: clock + (ms || 0), f: f}); return ids; };
	root_.clearTimeout = function (id) { timers = timers.filter(function (t) { return t.id != id; }); };
	root_.Promise = undefined;
	root_.Math.random = function () { return (seed = (seed * 16807) % 2147483647) / 2147483647; };
	root_.advance = function (ms) {
		for (var end = clock + ms; ;) {
			var due = timers.filter(function (t) { return t.at <= end; }).sort(function (a, b) { return a.at - b.at || a.id - b.id; })[0];
			if (!due) break;
			clock = Math.max(clock, due.at);
			clearTimeout(due.id);
			due.f();
		}
		clock = end;
	};
	root_.WebSocket = function (url) { this.url = url; this.readyState = 0; this.sent = []; sockets.push(this); };
	WebSocket.prototype = {
		bufferedAmount: 0,
		send: function (x) { this.sent.push(x); },
		close: function () { this.readyState = 3; },
		accept: function () { this.readyState = 1; this.onopen(); },
		say: function (x) { if (this.onmessage) this.onmessage({data: x}); },
		end: function (code) { this.readyState = 3; if (this.onclose) this.onclose({code: code || 1006}); }
	};
	root_.EventSource = function (url) { this.url = url; this.on = {}; streams.push(this); };
	EventSource.prototype = {
		addEventListener: function (name, f) { this.on[name] = f; },
		close: function () { this.closed = true; },
		say: function (id, data) { if (!this.closed) this.onmessage({lastEventId: String(id), data: data}); }
	};
	root_.XMLHttpRequest = function () { requests.push(this); };
	XMLHttpRequest.prototype = {
		onprogress: null,
		open: function (method, url) { this.method = method; this.url = url; },
		setRequestHeader: function () {},
		send: function (body) { this.body = body; },
		abort: function () { this.aborted = true; },
		answer: function (status, text) { if (this.aborted) return; this.readyState = 4; this.status = status; this.responseText = text; this.onreadystatechange(); }
	};
	function target() { // of events
		var on = {};
		return {
			addEventListener: function (e, f) { (on[e] = on[e] || []).push(f); },
			removeEventListener: function (e, f) { on[e] = on[e].filter(function (g) { return g != f; }); },
			happen: function (e, x) { (on[e] || []).slice().forEach(function (f) { f(x || {}); }); }
		};
	}
	root_.document = target();
	var page = target();
	for (var key in page) root_[key] = page[key];
	root_.beacons = [];
	root_.navigator = {sendBeacon: function (url, body) { beacons.push({url: url, body: body}); return true; }};
	// sleep moves the clock without anything happening.
	root_.sleep = function (ms) { clock += ms; };
	root_.OPEN = function (sid, ack, from, stock, c) {
		var o = {c: c, sid: sid, upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1000000};
		if (!stock) o.resume = {window: 60000, buffer: 1000, transports: ["polling", "sse", "websocket"], ack: ack, from: from};
		return "0" + JSON.stringify(o);
	};
	root_.posts = function () { return requests.filter(function (r) { return r.method == "POST"; }); };
	root_.gets = function () { return requests.filter(function (r) { return r.method == "GET"; }); };
	root_.part = function (x, name) { return (new RegExp("[?&]" + name + "=([^&]*)").exec(x.url) || [])[1]; };
	root_.start = function (opts) {
		opts = opts || {};
		opts.forceNew = true;
		root_.s = io("http://a.example", opts);
		root_.heard = [];
		["connect", "disconnect", "connect_error", "n"].forEach(function (e) { s.on(e, function (x) { heard.push(e + (x && x.message || x ? " " + (x.message || x) : "")); }); });
		["suspend", "resume"].forEach(function (e) { s.io.on(e, function () { heard.push(e); }); });
		advance(0); // the race begins after what runs now
	};
	// connected starts a client that is connected over a WebSocket; the server has its message 1.
	root_.connected = function () {
		start();
		sockets[0].accept();
		sockets[0].say(OPEN("S", 0, 0));
		advance(1);
		sockets[0].say("3probe");
		sockets[0].say('40{"sid":"id"}');
		sockets[0].say("71");
	};
`

// page returns a page with the client in it.
func page(t *testing.T) *goja.Runtime {
	vm := script(t, "index.js", helpers)
	prefix := "var root_ = this;"
	_, err := vm.RunString(prefix + world)
	require.NoError(t, err)
	return vm
}

func TestRace(t *testing.T) {
	for name, steps := range map[string][]string{
		"a leg has a head start": {
			`start()`, `[sockets.length, streams.length, requests.length] == "1,0,0"`,
			`advance(599), streams.length == 0`, `advance(1), streams.length == 1`, `advance(600), gets().length == 1`,
			`part(sockets[0], "rid").length == 22 && part(streams[0], "rid") == part(sockets[0], "rid")`,
			`[part(sockets[0], "at"), part(streams[0], "at"), part(gets()[0], "at")] == "0,1,2"`,
		},
		"the next leg starts when one fails": {
			`start()`, `sockets[0].end()`, `streams.length == 1`, `streams[0].onerror(), gets().length == 1`,
		},
		"a browser that fires nothing": {
			`start()`, `advance(600), streams[0].say(0, OPEN("S", 0, 0))`, `sockets[0].readyState == 3`, `advance(1), posts().length == 1`,
			`posts()[0].body.indexOf("2probe") == 0`, `part(posts()[0], "at") == "1"`, `part(posts()[0], "n") == undefined || part(posts()[0], "n") == "1"`,
		},
		"the first OPEN decides, whatever its leg": {
			`start()`, `advance(1200)`, `gets()[0].answer(200, OPEN("S", 0, 0))`, `streams[0].closed`, `gets().length == 2`,
			`part(gets()[1], "p") == "1" && part(gets()[1], "at") == "2" && part(gets()[1], "ack") == "0"`,
		},
		"the first packet on a WebSocket acknowledges": {
			`start()`, `sockets[0].accept()`, `sockets[0].sent.length == 0`, `sockets[0].say(OPEN("S", 0, 0))`, `advance(1)`,
			`sockets[0].sent.join() == "70,2probe,40"`,
		},
		"a race without an answer goes on under its name": {
			`start({transports: ["websocket"]})`, `root_.rid = part(sockets[0], "rid")`, `sockets[0].end()`, `heard == "connect_error websocket error" || heard.length == 1`,
			`advance(2000), sockets.length == 2`, `part(sockets[1], "rid") == rid && part(sockets[1], "at") == "1"`,
		},
		"a race for a session that has ended gets a new name": {
			`start({transports: ["polling"]})`, `root_.rid = part(gets()[0], "rid")`, `gets()[0].answer(400, '{"code":1,"message":"Session ID unknown"}')`,
			`advance(2000), part(gets()[1], "rid") != rid && part(gets()[1], "at") == "0"`,
		},
		"the server connects the main namespace by itself": {
			`start()`, `part(sockets[0], "c") == "1"`, `sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0, false, 1)), advance(1)`, `sockets[0].sent.join() == "70,2probe"`,
			`sockets[0].say('40{"sid":"id"}'), heard == "connect"`, `sockets[0].say("3probe"), s.emit("a"), advance(1)`, `sockets[0].sent.slice(-1) == '42["a"]'`,
		},
		"each leg asks for that, and a later OPEN does not count": {
			`start()`, `advance(1200), part(streams[0], "c") == "1" && part(gets()[0], "c") == "1"`, `gets()[0].answer(200, OPEN("S", 0, 0)), advance(1)`, `posts()[0].body == "40"`,
		},
		"who has something to say when it connects does not ask": {
			`start({auth: {token: "t"}})`, `part(sockets[0], "c") == undefined`, `sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0)), advance(1)`,
			`sockets[0].sent.join() == '70,2probe,40{"token":"t"}'`,
		},
		"what is to be said may be set behind io": {
			`root_.s = io("http://a.example", {forceNew: true}), s.auth = {token: "t"}, advance(0)`, `part(sockets[0], "c") == undefined`,
		},
		"another namespace does not ask, and connects itself": {
			`root_.s = io("http://a.example/chat", {forceNew: true}), advance(0)`, `part(sockets[0], "c") == undefined`,
		},
		"one that recovers does not ask": {
			`start({resume: true}), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0)), sockets[0].say('40{"sid":"id","pid":"p"}')`, `sockets[0].say("1"), advance(2000)`,
			`part(sockets[1], "c") == undefined && part(sockets[1], "rid").length == 22`,
		},
		"a main namespace that was left meanwhile is told so": {
			`start(), s.io.socket("/chat"), s.disconnect()`, `sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0, false, 1)), advance(1)`,
			`sockets[0].sent.join() == "70,2probe,40/chat,,41"`,
		},
		"a server without the extension": {
			`start({transports: ["websocket"]})`, `sockets[0].accept()`, `sockets[0].say(OPEN("S", 0, 0, true))`, `advance(1)`, `sockets[0].sent.join() == "40"`,
			`sockets[0].say('40{"sid":"id"}'), heard == "connect"`, `sockets[0].end(), heard == "connect,disconnect transport close"`,
		},
		"no connection in time": {
			`start({transports: ["websocket"], timeout: 3000})`, `advance(2999), heard.length == 0`, `advance(1), heard == "connect_error timeout"`,
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, steps) })
	}
}

func TestResumption(t *testing.T) {
	for name, steps := range map[string][]string{
		"a lost connection is replaced, and what is not acknowledged sent again": {
			`connected()`, `s.emit("a"), s.emit("b"), advance(1)`, `sockets[0].sent.slice(-2).join() == '42["a"],42["b"]'`,
			`sockets[0].say('42["n",1]')`, `sockets[0].end()`, `heard == "connect,n 1,suspend"`, `advance(100), sockets.length == 2`,
			`part(sockets[1], "at") == "1" && part(sockets[1], "ack") == "2" && part(sockets[1], "sid") == "S"`,
			`sockets[1].accept(), sockets[1].sent.join() == "2probe"`, `sockets[1].say(OPEN("S", 2, 2)), advance(1)`,
			`sockets[1].sent.join() == '2probe,42["b"]'`, `heard == "connect,n 1,suspend,resume"`,
		},
		"known numbers are dropped, gaps end the connection": {
			`connected()`, `sockets[0].say('42["n",1]')`, `sockets[0].end(), advance(100)`, `sockets[1].accept(), sockets[1].say(OPEN("S", 1, 1))`,
			`sockets[1].say('42["n",1]'), sockets[1].say('42["n",2]')`, `heard == "connect,n 1,suspend,resume,n 2"`,
		},
		"a WebSocket that swallows is left for a stream": {
			`connected()`, `s.emit("a"), advance(2001)`, `sockets[0].sent.slice(-1) == "2probe"`, `advance(2500)`, `advance(100), streams.length == 1`,
			`part(streams[0], "ack") == "1" && part(streams[0], "at") == "1"`, `streams[0].say(1, OPEN("S", 1, 1)), advance(1)`,
			`posts()[0].body.indexOf("2probe") == 0 && posts()[0].body.indexOf('42["a"]') > 0 && part(posts()[0], "n") == "2"`, `heard == "connect,suspend,resume"`,
		},
		"a POST is repeated as it is": {
			`start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), advance(1)`, `posts()[0].body == "40"`, `posts()[0].answer(0, "")`,
			`advance(200), posts().length == 2 && posts()[1].body == "40" && part(posts()[1], "n") == "1"`, `posts()[1].answer(200, "ok")`, `posts().length == 2`,
		},
		"an answer that is not ok is no acknowledgement": {
			`start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), advance(1)`, `posts()[0].answer(200, "<html>")`, `advance(100)`,
			`gets().length == 3 && part(gets()[2], "at") == "1" && part(gets()[2], "p") == "0"`,
		},
		"a session that is unknown is given up": {
			`connected()`, `sockets[0].end(), advance(100)`, `sockets[1].accept(), sockets[1].end(4001)`, `heard == "connect,suspend,disconnect transport close"`,
			`advance(1), part(sockets[2], "rid").length == 22`,
		},
		"superseded is tried again, thrice": {
			`connected()`, `sockets[0].end(), advance(100)`, `sockets[1].end(4002), advance(200)`, `streams.length == 1 && part(streams[0], "at") == "2"`,
			`root_.refuse = function () { streams[streams.length - 1].on.x({type: "x", data: '{"code":3,"message":"superseded"}'}); advance(400); }`,
			`refuse(), gets().length == 1 && part(gets()[0], "at") == "3"`, `gets()[0].answer(400, '{"code":3,"message":"superseded"}'), advance(1000)`,
			`heard == "connect,suspend"`, `sockets[sockets.length - 1].end(4002), advance(0), heard == "connect,suspend,disconnect transport close"`,
		},
		"the server says when to come back": {
			`connected()`, `clock += 10000`, `sockets[0].say('1{"retry":3000}')`, `heard == "connect,disconnect transport close"`,
			`advance(2999), sockets.length == 1`, `advance(1), sockets.length == 2`,
		},
		"a trial attaches nothing until it was proved": {
			`start({transports: ["polling", "websocket"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), advance(1)`, `sockets.length == 1 && part(sockets[0], "at") == undefined`,
			`sockets[0].accept(), sockets[0].sent.join() == "2probe"`, `sockets[0].say("3probe"), sockets[0].sent.join() == "2probe"`,
			`posts()[0].answer(200, "ok"), sockets[0].sent.join() == "2probe,51,0"`,
			`sockets[0].say(OPEN("S", 1, 0)), advance(1)`, `s.io.engine.transport.name == "websocket"`,
		},
		"a poll that was given up is not made again": {
			`start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), advance(1), posts()[0].answer(200, "ok"), gets().length == 2`,
			`s.disconnect(), gets()[1].aborted == true`, `advance(40000), gets().length == 2`,
		},
		"the send buffer is bounded": {
			`start({maxSendBuffer: 100})`, `s.emit("a", "0123456789")`, `fails(function () { s.emit("b", new Array(100).join("x")); })`, `s.sendBuffer.length == 1`,
		},
		"tries are few while there is no network": {
			`connected(), navigator.onLine = false, sockets[0].end()`, `advance(4900), sockets.length == 1`, `advance(5000), sockets.length == 2`,
			`streams.length == 0`, `advance(3000), streams.length == 1`, // each when 5 s are over since the one before
		},
		"back online, failures are forgotten": {
			`connected(), sockets[0].end(), advance(100), sockets[1].end(), advance(200), streams.length == 1`, `streams[0].onerror(), happen("online"), advance(0), sockets.length == 3`,
		},
		"an error of a listener is thrown outside": {
			`connected()`, `s.on("n", function () { throw new Error("mine"); }), sockets[0].say('42["n",1]'), sockets[0].say('42["n",2]')`,
			`heard == "connect,n 1,n 2"`, `fails(function () { advance(1); })`,
		},
		"disconnect says goodbye": {
			`connected()`, `s.disconnect()`, `posts()[0].body == "41\x1e1" || posts()[0].body == "4" + "1\x1e1"`, `part(posts()[0], "n") == "2"`, `sockets[0].readyState == 3`,
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, steps) })
	}
}

func TestPageLife(t *testing.T) {
	for name, steps := range map[string][]string{
		"a page that is left says goodbye on a quiet WebSocket": {
			`connected()`, `happen("pagehide")`, `sockets[0].sent.slice(-1) == "1"`, `beacons.length == 0`,
		},
		"a page that is left sends what is left by a beacon": {
			`connected()`, `s.emit("a"), happen("pagehide")`, `beacons.length == 1 && beacons[0].body == '42["a"]\x1e1'`,
			`part(beacons[0], "n") == "2" && part(beacons[0], "at") == "0" && part(beacons[0], "transport") == "polling"`,
		},
		"a page that may be restored comes back to its session": {
			`connected()`, `happen("pagehide", {persisted: true}), sockets[0].readyState == 3`, `beacons.length == 0 && sockets[0].sent.slice(-1) != "1"`,
			`s.emit("a"), advance(30000), sockets.length == 1`, `happen("pageshow", {persisted: true}), part(sockets[1], "at") == "1" && part(sockets[1], "sid") == "S"`,
			`sockets[1].accept(), sockets[1].say(OPEN("S", 1, 1)), advance(1)`, `sockets[1].sent.join() == '2probe,42["a"]'`, `heard == "connect,suspend,resume"`,
		},
		"back online, the next try is made at once": {
			`connected()`, `sockets[0].end()`, `happen("online"), advance(0), sockets.length == 2`,
		},
		"a page that is seen again asks its connection": {
			`connected()`, `advance(3000), root_.before = sockets[0].sent.length, 1`, `document.happen("visibilitychange"), advance(0), sockets[0].sent.slice(before) == "2probe"`,
			`advance(2500), heard == "connect,suspend"`,
		},
		"timers after a sleep ask first": {
			`connected()`, `sleep(3600000), advance(0)`, `heard == "connect"`, `sockets[0].sent.slice(-1) == "2probe"`, `sockets[0].say("3probe"), advance(2600)`, `heard == "connect"`,
		},
		"a session of the base ends offline": {
			`start({transports: ["websocket"]}), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0, true)), sockets[0].say('40{"sid":"id"}')`,
			`happen("offline"), heard == "connect,disconnect transport close"`,
		},
		"a session that has ended does not listen to its page": {
			`connected()`, `s.disconnect(), root_.n = sockets.length, 1`, `happen("online"), happen("pagehide"), advance(100), sockets.length == n && beacons.length == 0`,
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, steps) })
	}
}

// play runs the steps; one that is a comparison must be true.
func play(t *testing.T, steps []string) {
	vm := page(t)
	for _, step := range steps {
		v, err := vm.RunString(step)
		require.NoError(t, err, step)
		if strings.Contains(step, "==") || strings.Contains(step, "fails(") {
			if !v.ToBoolean() {
				state, _ := vm.RunString(`JSON.stringify({clock: clock, heard: heard, sockets: sockets, posts: posts().map(function (p) { return p.url + " " + p.body; }), gets: gets().map(function (g) { return g.url; }), streams: streams.map(function (e) { return e.url; })}, null, 1)`)
				t.Fatalf("%s\n%v", step, state)
			}
		}
	}
}
