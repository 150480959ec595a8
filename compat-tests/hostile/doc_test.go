// Package hostile sends a server what attackers send, and looks whether anybody but the attacker notices. Its rows have
// the names of a catalogue: A (advisories of Socket.IO, Engine.IO and their parsers), B (of WebSocket stacks), C (of
// neighbours) and D (attacks without an advisory); E is ours: attacks on the extension that PROTOCOL.md describes.
//
// The server runs in a process of its own: this test binary started anew (serve_test.go) or, as a control, the official
// server (official.mjs). Both have the same handlers and the same administration beside it, which makes a fresh server
// for each row and transport, and tells what it costs. A row speaks HTTP and WebSocket to the base URL of its server.
//
// # How a row is written
//
// A row is an entry of rowsA to rowsE: its run gets an *attack, which is its server, and everything to attack it with:
//
//	{
//		id: "A9", name: "event name of a wrong type", on: transports, control: true,
//		run: func(a *attack) {
//			s := a.join()                      // a session on a.transport that is in the main namespace
//			s.send(`42[null,"` + a.marker + `"]`) // one POST, or a text frame for each packet
//			s.mustClose()                      // CLOSED: told by its transport, then unknown; codes of WebSocket close frames can be named
//			require.Zero(a, a.events()[""])    // an *attack is a require.TestingT; the handlers count what they were given
//		},
//	},
//
// What else there is:
//
//   - a.request(method, target, headers, body): one HTTP request on a connection of its own; a.dial: a connection for
//     raw bytes or many requests; a.upgrade: the handshake of a WebSocket as it is answered; a.websocket: one that must
//     succeed, for frames legal or not.
//   - a.survivor: a session of the extension, whose requests are made with get, post, attach and send; what they come to has
//     the same names on all transports.
//   - s.post: one POST and its answer; s.write: frames; s.next: the next packet; s.mustLive: the session answers.
//   - a.spent: what CPU, memory at its peak and allocations cost the server meanwhile; a.within: a time limit.
//   - a.target, a.state and a.stats: the process, its goroutines and heap, and what the server knows of its sessions.
//   - settings: what the row's server is configured with; they travel as JSON to either server.
//
// Time limits are those of the catalogue times ten (slack), and with the race detector more: machines differ.
//
// After run, every row is followed by the checks of alive_test.go: two bystanders, one on each transport, who connected
// before, are answered and were sent nothing strange; a new handshake is answered in time; goroutines, descriptors and
// heap of the server are at their base again; its log has one line at most for each session that the row opened (and
// `lines` more), and no line with the row's marker or a session ID. Put a.marker into what the row sends.
//
// # What a row says
//
//	on         transports that it runs on; nil is a row that has none, printed as "-"
//	control    it can run against the official server too, but for the transport "sse"
//	waits      for time to pass, mostly: it runs beside the others, in a process of its own
//	heavy      thousands of sessions, or seconds: it is left out with the race detector
//	pending    the feature of the library that must be there first: it is printed, not run
//	elsewhere  why it is not run here: another test has it, or it cannot touch this server
//
// # How the rows are run
//
//	go test ./hostile                                     a sample, which shows that the harness works
//	EVERWIRE_COMPAT=1 go test -v -run Rows ./hostile      all rows, and those of WebSockets once more in poller mode
//	EVERWIRE_ROW=A9 go test -v -run Rows ./hostile        one of them; A9,B3 two
//	EVERWIRE_CONTROL=1 go test -v -run Control ./hostile  the official server
//
// Each prints a line for each row and transport, and the counts. That the official server fails a row need not be a hole:
// some rows ask for more than it promises, and the line says what it did. A row ends with the first input that fails.
package hostile
