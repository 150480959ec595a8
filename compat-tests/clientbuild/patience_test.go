// patience_test.go: how long the client waits on slow networks, and what it does when it is asked to open or connect twice.

package main

import "testing"

// big is an event of n bytes of the application.
const big = `root_.big = function (n) { return new Array(n + 1).join("x"); }; `

func TestPatience(t *testing.T) {
	for name, steps := range map[string][]string{
		"a large POST has the time that its bytes need": {
			big + `start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), gets()[1].answer(200, '40{"sid":"id"}'), advance(1), posts()[0].answer(200, "ok")`,
			`s.emit("a", big(160000)), advance(1), posts().length == 2`, `advance(12400), posts().length == 2 && !posts()[1].aborted == true`,
			`advance(500), posts()[1].aborted == true`, `posts().length == 3 && heard == "connect"`,
		},
		"a small one has little": {
			`start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), advance(1), posts().length == 1`, `advance(2400), !posts()[0].aborted == true`, `advance(200), posts()[0].aborted == true`,
		},
		"a probe behind a large message, too": {
			big + `connected(), s.emit("a", big(160000)), advance(2001)`, `sockets[0].sent.slice(-1) == "2probe"`, `advance(12400), heard == "connect"`,
			`advance(200), heard == "connect,suspend"`,
		},
		"no longer than a minute": {
			big + `start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), gets()[1].answer(200, '40{"sid":"id"}'), advance(1), posts()[0].answer(200, "ok")`,
			`s.emit("a", big(990000)), advance(1), posts().length == 2`, `for (var i = 2; i < 5; i++) { advance(19900); gets()[i].answer(200, "2"); }; !posts()[1].aborted == true`,
			`advance(400), posts()[1].aborted == true`,
		},
		"the first probe is ahead of what is sent again": {
			big + `connected(), s.emit("a", big(160000)), advance(1), sockets[0].end(), advance(100), sockets[1].accept()`, `sockets[1].say(OPEN("S", 1, 1)), advance(2400), heard == "connect,suspend,resume"`,
			`advance(200), heard == "connect,suspend,resume,suspend"`,
		},
		"what comes shows that a connection is alive": {
			`connected(), s.emit("a"), advance(2001), sockets[0].sent.slice(-1) == "2probe"`, `advance(2000), sockets[0].say('42["n",1]'), advance(2000), heard == "connect,n 1"`,
			`advance(600), heard == "connect,n 1,suspend"`,
		},
		"but nothing about the way up of one that was never proved": {
			`start(), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0)), sockets[0].say('40{"sid":"id"}')`, `advance(2000), sockets[0].say('42["n",1]'), advance(600), heard == "connect,n 1,suspend"`,
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, steps) })
	}
}

func TestHeldEvents(t *testing.T) {
	const join = `sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0)), advance(1)`
	for name, steps := range map[string][]string{
		"what was taken is sent, whatever the other namespaces hold": {
			`start({maxSendBuffer: 100, transports: ["websocket"]}), root_.other = s.io.socket("/b"), s.emit("a", new Array(80).join("x")), other.emit("b", new Array(80).join("y"))`,
			join, `sockets[0].say('40{"sid":"1"}'), sockets[0].say('40/b,{"sid":"2"}'), advance(1), sockets[0].say("72"), advance(1), sockets[0].say("73"), advance(1)`,
			`sockets[0].sent.filter(function (x) { return /xxx|yyy/.test(x); }).length == 2`,
		},
		"what the server does not take is reported": {
			`start({transports: ["websocket"]}), s.emit("a", new Array(1000001).join("x")), s.emit("b")`, join, `sockets[0].say('40{"sid":"1"}')`, `fails(function () { advance(1); })`,
			`advance(1), sockets[0].sent.slice(-1) == '42["b"]'`, `heard == "connect"`,
		},
		"or told to who waits for the answer": {
			`start({transports: ["websocket"]}), s.timeout(1e6).emit("a", new Array(1000001).join("x"), function (err) { heard.push(err.message); })`, join, `sockets[0].say('40{"sid":"1"}'), advance(1)`,
			`heard == "connect,packet is too large"`,
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, steps) })
	}
}

func TestOpenedMeanwhile(t *testing.T) {
	for name, steps := range map[string][]string{
		"by a listener, after a timeout": {
			`start({transports: ["websocket"], timeout: 1000}), s.once("connect_error", function () { s.connect(); }), advance(1000)`, `sockets.length == 2`, `advance(1000), heard == "connect_error timeout,connect_error timeout"`,
			`advance(2000), sockets.length == 3`, `sockets[2].accept(), sockets[2].say(OPEN("S", 0, 0)), sockets[2].say('40{"sid":"id"}')`, `heard.slice(-1) == "connect"`,
		},
		"by a listener, and it gets through": {
			`start({transports: ["websocket"], timeout: 1000}), s.once("connect_error", function () { s.connect(); }), advance(1000), sockets[1].accept(), sockets[1].say(OPEN("S", 0, 0)), sockets[1].say('40{"sid":"id"}')`,
			`advance(10), sockets[1].say("3probe"), sockets[1].say("71"), advance(3000), heard == "connect_error timeout,connect" && sockets.length == 2`, `sockets[1].say("1"), advance(2000), sockets.length == 3`,
		},
		"by the application, while a try waits": {
			`start({transports: ["websocket"]}), sockets[0].end(), s.io.open(), advance(0), sockets.length == 2`, `advance(2000), sockets.length == 2`,
			`sockets[1].accept(), sockets[1].say(OPEN("S", 0, 0)), sockets[1].say('40{"sid":"id"}'), advance(1), sockets[1].say("3probe"), sockets[1].say("71")`,
			`sockets[1].say("1"), heard.slice(-1) == "disconnect transport close"`, `advance(2000), sockets.length == 3`,
		},
		"by the application, which fails": {
			`start({transports: ["websocket"]}), sockets[0].end(), s.io.open(), advance(2000), sockets.length == 2`, `sockets[1].end(), advance(5000), sockets.length == 3`,
		},
		"connect asks once": {
			`start({transports: ["websocket"]}), s.io.on("open", function () { s.connect(); }), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0, false, 1)), advance(1), sockets[0].sent.join() == "70,2probe"`,
			`s.connect(), advance(1), sockets[0].sent.join() == "70,2probe"`,
		},
		"connect asks once, of a server that has not connected": {
			`start({transports: ["websocket"]}), s.io.on("open", function () { s.connect(); s.io.socket("/b"); }), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0)), advance(1)`,
			`sockets[0].sent.join() == "70,2probe,40,40/b,"`, `s.connect(), advance(1), sockets[0].sent.join() == "70,2probe,40,40/b,"`,
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, steps) })
	}
}
