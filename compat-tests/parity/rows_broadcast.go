// rows_broadcast.go: what is sent to many, and what comes back.

package parity

var broadcasting = []Row{
	{ID: "operator-copies", Upstream: "each method of an operator returns a copy", Ours: "a `Target` is a value", Status: Same},
	{ID: "operator-to", Upstream: "`to`, `in` of an operator", Ours: "`Target.To`", Status: Same},
	{ID: "operator-except", Upstream: "`except`, by room or socket ID", Ours: "`Target.Except`", Status: Same,
		Wire: wire("rooms/except a socket by its ID")},
	{ID: "operator-once", Upstream: "a socket in several of the rooms gets one", Ours: "the same", Status: Same},
	{ID: "operator-compress", Upstream: "`compress` of an operator", Ours: "`Target.Compress`", Status: Same},
	{ID: "operator-volatile", Upstream: "`volatile` of an operator", Ours: "`Target.Volatile`", Status: Same},
	{ID: "operator-local", Upstream: "`local` of an operator", Ours: "`Target.Local`", Status: Same},
	{ID: "operator-emit", Upstream: "`emit` of an operator, on all nodes", Ours: "`Target.Emit`", Status: Same},
	{ID: "operator-fetch-sockets", Upstream: "`fetchSockets` of an operator", Ours: "`Target.FetchSockets`", Status: Same},
	{ID: "operator-sockets-join", Upstream: "`socketsJoin` of an operator", Ours: "`Target.Join`", Status: Same,
		Wire: wire("rooms/all sockets of a room join another")},
	{ID: "operator-sockets-leave", Upstream: "`socketsLeave` of an operator", Ours: "`Target.Leave`", Status: Same,
		Wire: wire("rooms/all sockets of a room leave another")},
	{ID: "operator-disconnect-sockets", Upstream: "`disconnectSockets(close)` of an operator", Ours: "`Target.Disconnect`", Status: Same,
		Wire: wire("rooms/all sockets of a room are disconnected", "rooms/all sockets of a room are closed")},
	{ID: "operator-all-sockets", Upstream: "`allSockets` of an operator, deprecated", Ours: "`Target.FetchSockets`, `CountSockets`", Status: ByChoice,
		Why: "deprecated there"},
}

var manyAnswers = []Row{
	{ID: "broadcast-ack", Upstream: "`emitWithAck` waits for all clients", Ours: "`Target.Ask` ends when all have answered", Status: Same},
	{ID: "broadcast-ack-id", Upstream: "all clients get the event with the same ID", Ours: "the same", Status: Same},
	{ID: "broadcast-ack-cluster", Upstream: "`emitWithAck` waits for the clients of all servers", Ours: "the same", Status: Same},
	{ID: "broadcast-ack-partial", Upstream: "some do not answer: an error, with the answers that came", Ours: "one body or one error for each", Status: Same},
	{ID: "broadcast-ack-nobody", Upstream: "no clients: done at once", Ours: "the same", Status: Same},
	{ID: "broadcast-ack-no-timeout", Upstream: "a callback without `timeout` fails after a millisecond", Ours: "`Config.CallTimeout`", Status: ByChoice,
		Why: "a forgotten time is no wish for none"},
	{ID: "broadcast-ack-arguments", Upstream: "only the first argument of each answer is kept", Ours: "all of them", Status: ByChoice,
		Why: "what a client answers is not for the server to cut"},
	{ID: "broadcast-ack-left", Upstream: "a client that leaves meanwhile is waited for until the time is over", Ours: "`ErrDisconnected` for it, at once", Status: ByChoice,
		Why: "it cannot answer any more"},
	{ID: "operator-timeout", Upstream: "`timeout(ms)` of an operator", Ours: "the context's deadline", Status: Same},
}

var remoteSockets = []Row{
	{ID: "remote-id", Upstream: "`RemoteSocket.id`", Ours: "`RemoteSocket.ID`", Status: Same},
	{ID: "remote-handshake", Upstream: "`RemoteSocket.handshake`", Ours: "`RemoteSocket.Handshake`", Status: Same},
	{ID: "remote-rooms", Upstream: "`RemoteSocket.rooms`", Ours: "`RemoteSocket.Rooms`", Status: Same},
	{ID: "remote-data", Upstream: "`RemoteSocket.data`", Ours: "`RemoteSocket.Data`, `Key.Of`", Status: Same},
	{ID: "remote-emit", Upstream: "`RemoteSocket.emit`", Ours: "`RemoteSocket.Emit`", Status: Same},
	{ID: "remote-timeout", Upstream: "`RemoteSocket.timeout(ms).emitWithAck`: a single answer", Ours: "`RemoteSocket.Call` with a context", Status: Same},
	{ID: "remote-join", Upstream: "`RemoteSocket.join`", Ours: "`RemoteSocket.Join`", Status: Same},
	{ID: "remote-leave", Upstream: "`RemoteSocket.leave`", Ours: "`RemoteSocket.Leave`", Status: Same},
	{ID: "remote-disconnect", Upstream: "`RemoteSocket.disconnect(close)`", Ours: "`RemoteSocket.Disconnect`", Status: Same},
}

var recovery = []Row{
	{ID: "recovery-pid", Upstream: "the answer to CONNECT has `sid` and a secret `pid`", Ours: "the same", Status: Same},
	{ID: "recovery-offset", Upstream: "each event has an offset behind its arguments, but volatile ones and those that want an answer",
		Ours: "volatile ones too", Status: ByChoice, Why: "a client takes a text that comes last for the offset, and would not be let in with it"},
	{ID: "recovery-same-socket", Upstream: "CONNECT with `pid` and `offset`: the same `sid` and `pid`, rooms and data", Ours: "the same", Status: Same},
	{ID: "recovery-replay", Upstream: "what was missed comes first, in order, then the answer to CONNECT",
		Ours: "the answer comes first, then what was missed, in order", Status: ByChoice,
		Why: "a connection that ends in between would have the client keep what it gets again"},
	{ID: "recovery-broadcasts", Upstream: "missed broadcasts come too: those to all, and to the rooms that the socket was in", Ours: "the same", Status: Same},
	{ID: "recovery-no-event-yet", Upstream: "a client that has got no event yet cannot recover", Ours: "it can", Status: ByChoice,
		Why: "a connection may be lost before the first event as well"},
	{ID: "recovery-quiet", Upstream: "a client that has got no event for longer than the window cannot recover", Ours: "it can", Status: ByChoice,
		Why: "the window is for the time without connection"},
	{ID: "recovery-old-connection", Upstream: "a client that is back before its old connection has timed out cannot recover", Ours: "it can, and the old one is closed",
		Status: ByChoice, Why: "who changes networks is back long before"},
	{ID: "recovery-skip-middlewares", Upstream: "`skipMiddlewares` (on): a recovered client is not asked again", Ours: "`Auth` and middlewares run again", Status: ByChoice,
		Why: "who was banned meanwhile stays out"},
	{ID: "recovery-failed", Upstream: "an unknown `pid`, or an offset that is gone: a fresh socket", Ours: "the same", Status: Same},
	{ID: "recovery-window", Upstream: "`maxDisconnectionDuration` (2 minutes)", Ours: "`Recovery.Window`, without which there is no recovery", Status: Same},
	{ID: "recovery-memory", Upstream: "what is kept is bounded by time alone", Ours: "also by bytes: `Recovery.Buffer`, `Recovery.Memory`", Status: ByChoice,
		Why: "time says nothing about memory"},
	{ID: "recovery-not-after-leaving", Upstream: "not after a DISCONNECT of either side", Ours: "the same", Status: Same},
	{ID: "recovery-reasons", Upstream: "after `transport error`, `transport close`, `forced close`, `ping timeout`, and closes by the server",
		Ours: "after the first four", Status: ByChoice, Why: "a server that shuts down keeps nothing, and one that sends a client away means it"},
	{ID: "recovery-unicast", Upstream: "with an adapter, events to one socket go through the cluster", Ours: "they stay on the node", Status: ByChoice,
		Why: "each of them would cost a round trip"},
}

var clientFiles = []Row{
	{ID: "client-files", Upstream: "`socket.io.js`, `.min.js`, `.esm.min.js`, `.msgpack.min.js`", Ours: "the same names, of our own client", Status: Same,
		Wire: wire("served client files/eight files with type, ETag and Cache-Control")},
	{ID: "client-files-maps", Upstream: "a `.map` of each", Ours: "the same", Status: Same},
	{ID: "client-files-etag", Upstream: "`ETag` with the version, `If-None-Match`: 304, `Cache-Control`", Ours: "the same; the tag is of the content", Status: Same,
		Wire: wire("served client files/If-None-Match, strong or weak: 304")},
	{ID: "client-files-encoding", Upstream: "br, gzip or deflate, compressed for each request", Ours: "br or gzip, compressed when they are built", Status: ByChoice,
		Why: "who takes deflate alone, which no browser is, gets the plain file"},
	{ID: "client-files-cors", Upstream: "CORS headers if `cors` is on", Ours: "for pages of `Config.Origins`", Status: Same},
}
