// differences_test.go: how the client differs from the official one, as its README says it: each has a test.

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// differences are played, by the first column of the README's table.
var differences = map[string][]string{
	"events while there is no connection": {
		`start({maxSendBuffer: 100})`, `s.emit("a", "0123456789")`, `fails(function () { s.emit("b", new Array(100).join("x")); })`, `s.sendBuffer.length == 1`,
	},
	"events that were not handed to a connection when a session ends": {
		`connected()`, `s.emit("a", new Array(1000).join("x")), s.emit("b"), advance(1)`, `sockets[0].sent.join().indexOf('42["b"]') < 0 && sockets[0].sent.join().indexOf('42["a"') > 0`,
		`sockets[0].end(), advance(100), sockets[1].accept(), sockets[1].end(4001)`, `advance(1), sockets[2].accept(), sockets[2].say(OPEN("T", 0, 0)), sockets[2].say('40{"sid":"id2"}'), advance(1)`,
		`sockets[2].sent.filter(function (x) { return x == '42["b"]'; }).length == 1`, `sockets[2].sent.join().indexOf('42["a"') == -1`,
	},
	"an error thrown by a listener": {
		`connected()`, `s.on("n", function () { throw new Error("mine"); }), s.on("n", function () { heard.push("too"); }), sockets[0].say('42["n",1]'), sockets[0].say('42["n",2]')`,
		`heard == "connect,n 1,too,n 2,too"`, `fails(function () { advance(1); })`,
	},
	"the order of events before the end of a session": {
		`start({transports: ["polling"]})`, `gets()[0].answer(200, OPEN("S", 0, 0)), gets()[1].answer(200, '40{"sid":"id"}\x1e42["n",1]\x1e1')`,
		`heard == "connect,n 1,disconnect transport close"`,
	},
	"`retries`": {
		`start({retries: 1, transports: ["websocket"]}), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0)), sockets[0].say('40{"sid":"id"}')`,
		`s.emit("a"), advance(1), /^420\["a",\{"_once":"\w{20}"\}\]$/.test(sockets[0].sent.slice(-1)[0]) == true`, `s.disconnect()`,
		// A server of the base, and a sleep.
		`start({retries: 1, transports: ["websocket"]}), root_.w = sockets[sockets.length - 1], w.accept(), w.say(OPEN("S", 0, 0, true)), w.say('40{"sid":"id"}'), advance(1)`,
		`sleep(3600000), s.emit("a"), advance(2000)`, `w.sent.join() == "40"`, `w = sockets[sockets.length - 1], w.accept(), w.say(OPEN("T", 0, 0, true)), w.say('40{"sid":"id"}'), advance(1)`,
		`w.sent.filter(function (x) { return x.indexOf('["a"]') > 0; }).length == 1`,
	},
	"an event larger than the server takes, in a session that can be resumed": {
		`connected()`, `fails(function () { s.emit("a", new Array(1000001).join("x")); })`, `s.emit("b"), advance(1), sockets[0].sent.slice(-1) == '42["b"]'`, `heard == "connect"`,
	},
	"classes in `transports`": {
		`start({transports: [io.XHR]}), gets().length == 1`, `root_.Foreign = function () {}, Foreign.prototype.name = "polling", start({transports: [Foreign]})`,
		`heard == "connect_error No transports available"`,
	},
	"`transports` with one name": {
		`start({transports: ["websocket"]}), advance(4000)`, `sockets.length == 1 && streams.length == 0 && requests.length == 0`,
	},
	"the first request": {
		`root_.s = io("http://a.example", {forceNew: true}), s.io.engine.transport == undefined && sockets.length == 0`, `advance(0), s.io.engine.transport.name == "websocket"`,
	},
	"the connection to `/` without `auth`": {
		`start(), sockets[0].accept(), sockets[0].say(OPEN("S", 0, 0, false, 1)), sockets[0].say('40{"sid":"id"}'), sockets[0].say('42["n",1]')`, `heard == "connect,n 1"`,
		`advance(1), sockets[0].sent.indexOf("40") == -1`,
	},
	"`io.opts.query` of an address with a query": {
		`root_.s = io("http://a.example/?a=b%20c", {forceNew: true}), s.io.opts.query == "a=b%20c"`, `advance(0), part(sockets[0], "a") == "b%20c"`,
	},
	"data that cannot be encoded, with a callback that is given errors": {
		`connected(), root_.round = {}, round.round = round, fails(function () { s.emit("a", round); })`,
		`s.timeout(9).emit("a", round, function (err) { heard.push(err.name); }), advance(5)`, `heard == "connect,TypeError"`,
	},
	"not there": {
		`typeof io.WebTransport == "undefined"`, `start({transports: ["webtransport"]})`, `heard == "connect_error No transports available"`,
	},
}

func TestDifferences(t *testing.T) {
	text, err := os.ReadFile(client + "/README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "## Differences from socket.io-client")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| (.+?) \| .+ \|$`).FindAllStringSubmatch(table, -1)
	require.Equal(t, "what", rows[0][1])
	assert.Len(t, rows, len(differences)+1)
	for _, row := range rows[1:] {
		steps := differences[row[1]]
		require.NotEmpty(t, steps, "a difference without a test: %s", row[1])
		t.Run(row[1], func(t *testing.T) { play(t, steps) })
	}
}
