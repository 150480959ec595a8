// pending_test.go: what is not tested here: features that are still to be built, and what no client can see.

package wire

// pending are the lines that wait for a feature. Whoever builds it makes rows of them.
var pending = []struct {
	feature string
	lines   []string
}{
	{"dynamic namespaces", []string{
		"by pattern, and by function of name and auth; the first that matches wins",
		"none that matches: Invalid namespace",
		"an event to the parent, or to a room of it, reaches all children",
		"two CONNECTs at a time make one child",
		"empty children are removed if asked for, also after a refusal, and can be made again; static ones never",
	}},
	{"connection state recovery", []string{
		"the answer to CONNECT has sid and pid",
		"events that are neither volatile nor acknowledged have an offset as their last argument",
		"CONNECT with pid and offset: what was missed in order, then the answer with the same sid and pid",
		"rooms and data are restored; middlewares are run as configured",
		"an unknown pid or offset: a fresh socket, no error",
		"not after a DISCONNECT of either side",
	}},
	{"volatile", []string{
		"alone it is delivered; behind another packet on a busy connection it is dropped",
		"of several in a row only the first is delivered; binary too",
		"what follows a dropped one is delivered",
		"volatile and compress hold for one emit",
	}},
	{"broadcast acknowledgements", []string{
		"all clients answer: no error, all answers; each has got the event with the same ID",
		"some do not answer in time: the error and the answers that came",
		"no clients: no error and no answers, at once",
	}},
	{"FetchSockets", []string{"by room and by namespace, with handshake, rooms and data"}},
	{"handshake object", []string{"xdomain is true for a request with an Origin header"}},
	{"served client files", []string{
		"eight files with type, ETag and Cache-Control",
		"Content-Encoding as the client takes it: br, gzip or deflate",
		"If-None-Match, strong or weak: 304",
		"CORS headers if configured",
	}},
	{"msgpack", []string{"CONNECT without auth, which the official client writes as an extension of type 0"}},
	{"EIO3", []string{"if it is allowed, clients of version 2 connect; the query of a namespace becomes its auth"}},
}

// notOnTheWire are lines about the official library that a client cannot see.
var notOnTheWire = []struct{ line, why string }{
	{"callbacks of writes run in order, once each", "Send has no callback: what was sent is in the outbox, and its end is the session's"},
	{"onAny and onAnyOutgoing", "listeners in the application; its packets are the same"},
	{"listen() answers other requests with 501", "there is no listen: the listener, and what else it serves, is the application's"},
	{"an upgrade that nobody handles is destroyed after 1,000 ms", "the router of the application answers it; that it ends is a row of its own"},
	{"the process can exit after close, also in the middle of an upgrade", "goroutines are counted by compat-tests/leak"},
	{"no timers are left after close", "as above"},
	{"an Origin header with characters that are not allowed in headers", "net/http refuses the request before the server sees it; a row asserts the 400"},
	{"a middleware of the engine that fails: 400, code 3", "a middleware is an http.Handler: it answers by itself what it does not pass on"},
	{"join returns when an adapter has joined", "Join of this server is not asynchronous"},
}
