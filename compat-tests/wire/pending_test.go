// pending_test.go: what is not tested here: features that are still to be built, and what no client can see.

package wire

// pending are the lines that wait for a feature. Whoever builds it makes rows of them.
var pending = []struct {
	feature string
	lines   []string
}{
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
