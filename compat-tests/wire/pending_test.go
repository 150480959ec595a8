// pending_test.go: what is not tested here: features that are still to be built, and what no client can see.

package wire

// pending are the lines that wait for a feature. Whoever builds it makes rows of them.
var pending = []struct {
	feature string
	lines   []string
}{
	{"CORS", []string{
		"refusals carry the CORS headers too",
		"preflight: 204 with origin, methods, headers and credentials as configured",
		"GET of an allowed origin: Allow-Origin and Allow-Credentials alone",
		"preflight of an origin that is not in the list: 204 without Allow-Origin",
		"exposed headers, max age and another status of the preflight are honoured",
		"Vary: Access-Control-Request-Headers when they are reflected, Vary: Origin unless the origin is *",
		"preflight of the Socket.IO server with origin, methods, headers and credentials",
	}},
	{"CheckRequest", []string{
		"refused with a reason: 403, code 4 and the reason",
		"refused without a reason: 403, code 4, Forbidden",
		"refused upgrade: HTTP 400 with the text, and the connection is closed",
		"a middleware of the engine that fails: 400, code 3",
	}},
	{"custom session IDs", []string{
		"OPEN says what the generator made",
		"a generator that fails: 400, code 3",
	}},
	{"cookie", []string{
		"Set-Cookie on the handshake alone: io=<sid>; Path=/; HttpOnly; SameSite=Lax",
		"name, path, no path, no HttpOnly, SameSite=Strict",
	}},
	{"initial packet", []string{"it comes right behind OPEN, in the same payload"}},
	{"path and trailing slash", []string{
		"without trailing slash: 200 for the path alone and for what is below it",
		"with it, the default: the path alone is 404",
	}},
	{"request hooks and response headers", []string{
		"headers of the first answer, once per session, over polling and in the 101",
		"headers of every answer",
		"headers that a middleware sets are in the 101 of a WebSocket too",
	}},
	{"HTTP compression", []string{
		"gzip and deflate from 1,024 bytes on, as the client takes it",
		"none below the threshold, with compress off, or for a message with compress off",
		"a threshold of 0 compresses all",
	}},
	{"permessage-deflate", []string{
		"negotiated when it is on, from 1,024 bytes on",
		"a message with compress off has no RSV1",
	}},
	{"served client files", []string{
		"eight files with type, ETag and Cache-Control",
		"Content-Encoding as the client takes it: br, gzip or deflate",
		"If-None-Match, strong or weak: 304",
		"CORS headers if configured",
	}},
	{"msgpack", []string{"CONNECT without auth, which the official client writes as an extension of type 0"}},
	{"TLS client certificates", []string{"over polling and WebSocket, with a CA"}},
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
	{"join returns when an adapter has joined", "Join of this server is not asynchronous"},
}
