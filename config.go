// config.go: what a server can be told.

package everwire

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// Config sets up a [Server]. The zero value works; a zero field means its default.
type Config struct {
	// Origins lists the origins whose pages may connect beside those of the
	// server's own host: "https://app.example", "null", or "*" for any. They also
	// get the CORS headers that polling needs. Default none.
	Origins []string

	// Transports names what clients may use; default "polling", "sse" and
	// "websocket". Official clients know nothing of "sse".
	Transports []string

	// NoUpgrade keeps sessions on the transport that they began with.
	NoUpgrade bool

	// NoClientFiles has the server not serve the bundled JavaScript client. By default
	// its files are below the path of the mount: "/socket.io/socket.io.min.js".
	NoClientFiles bool

	// Resume sets up sessions that outlive their connections, for the clients that
	// ask for it; official clients do not. On by default, with a window of 60 s.
	Resume Resume

	// Recovery lets clients that do not resume sessions, such as the official ones,
	// come back to their sockets after they have lost their connection: connection
	// state recovery. Off by default; it is on when its Window is set.
	Recovery Recovery

	PingInterval   time.Duration // between a pong and the next ping; default 25 s
	PingTimeout    time.Duration // for which a pong is waited; default 20 s
	ConnectTimeout time.Duration // in which a session must join a namespace; default 45 s
	UpgradeTimeout time.Duration // in which an upgrade must be through; default 10 s
	CallTimeout    time.Duration // of calls whose context has no deadline; default 30 s

	// MaxPayload is the size of a message or POST body in bytes above which it is
	// refused; default 1,000,000.
	MaxPayload int64

	// MaxUnjoined is how many sessions of one address may be without a namespace
	// at a time; default 1,024. ClientIP tells the address; default is that of the
	// TCP connection, an IPv6 address by its /64. Addresses in TrustedProxies are
	// not counted.
	MaxUnjoined    int
	ClientIP       func(*http.Request) netip.Addr
	TrustedProxies []netip.Prefix

	// Principal names the user who makes a request, for instance from a cookie. It is
	// asked for every request, from the handshake to the last POST, and a session
	// serves those of the user who opened it alone; an error refuses the request with
	// HTTP 403. Default: not asked. Who may join a namespace is for Auth to say.
	Principal func(*http.Request) (string, error)

	// Context picks the values of the opening request that the contexts of
	// handlers shall have; its cancellation is not kept. It must not keep the
	// request, nor a *gin.Context. Default is an empty context.
	Context func(*http.Request) context.Context

	// CheckRequest is asked about each request for a new session. An error refuses it
	// with its text: HTTP 403 and {"code":4,"message":…} or, for a WebSocket, HTTP 400
	// and the text alone; an empty one is "Forbidden". Who may join a namespace is for
	// Auth to say. It may be called concurrently. Default: not asked.
	CheckRequest func(*http.Request) error

	// ResponseHeader adds headers to each answer, refusals and the 101 of a WebSocket
	// too; opening says that it is the first of a session. It may be called
	// concurrently. What HTTP middlewares in front of the server set is in all answers
	// too. Default: not called.
	ResponseHeader func(h http.Header, r *http.Request, opening bool)

	// Cookie is the template of a cookie that tells load balancers the session: its
	// value becomes the session ID, and an empty name "io". It comes with the first
	// answer of each session. Who can read it can speak for the session, so set
	// HttpOnly. Default none.
	Cookie *http.Cookie

	CORS        CORS        // what pages of Origins are told; the zero value suits browser clients
	Compression Compression // of what is sent and received; default off

	// Poller has idle WebSockets cost no goroutine: about 2 kB each in place of 8.5, with
	// a namespace joined. It is for servers with tens of thousands of connections, most of
	// them silent at most times; CPU time is about the same. It works on Linux, for TCP and
	// Unix sockets; connections of other kinds (TLS that ends in this process, listeners
	// with a net.Conn of their own) and those on other systems get a goroutine as without
	// it, which is logged once. A net.Conn that the application keeps from http.Server's
	// ConnContext or ConnState is closed after the handshake: to end a connection,
	// disconnect its socket. Default off.
	Poller bool

	// NewID makes the session ID for a request: a secret, 1 to 128 characters of A-Z
	// a-z 0-9 - _ . ~ of which at least 128 bits are random, and which no other session
	// has. An error refuses the request with HTTP 400 and code 3, and is logged. It may
	// be called concurrently. In a cluster whose nodes forward requests, 3 characters come in
	// front of it. Default: 24 characters, of which 128 bits are random.
	NewID func(*http.Request) (string, error)

	// InitialMessage is sent to each client right behind its OPEN packet, in one
	// payload: a packet of the Codec, or what an own client reads, in UTF-8 without the
	// character U+001E. Default none.
	InitialMessage string

	// OnceKey names the idempotency key of an event, "" for an event without: such an
	// event is handled once in OnceWindow (default 2 min), and one that comes again,
	// over whatever session, is answered from memory (16 MiB for all users, beyond which
	// the oldest are forgotten). [ClientKey] names the keys that
	// Everwire's own clients add. Default: no event has a key.
	OnceKey    func(c *Ctx) string
	OnceWindow time.Duration

	// KeepEmptyNamespaces keeps the children of OfPattern and OfFunc when the last
	// client has left. By default they are removed: clients decide how many there are.
	KeepEmptyNamespaces bool

	// NoForwarding is for clusters whose load balancer sends all requests of a session to
	// one node, by a cookie or the client's address. By default any node may get any
	// request, and has the one that holds the session serve it, if the Adapter has a bus
	// that requests can travel on.
	NoForwarding bool

	Codec    sio.Codec      // of packets; default sio.JSON{}; sio/msgpack has the other one of the official clients
	Adapter  adapter.Opener // links the nodes of a cluster; default none
	Observer Observer       // is told what happens, for metrics; default none
	Logger   *slog.Logger   // default slog.Default()
}

// Compression saves bytes and costs time, and a few hundred kilobytes of memory for
// each message that is compressed at a time. One of a broadcast is compressed once for
// all clients. Messages that are sent with Compress(false) stay as they are. Compressed
// text tells its length to who sees the encrypted line: do not send secrets and text of
// strangers in one message. Compressed messages of clients count by what they hold, but
// have the server inflate up to a thousand times what was sent.
type Compression struct {
	Polling   bool // gzip or deflate for the answers to polls, as the client takes it
	WebSocket bool // permessage-deflate both ways, without context takeover
	Threshold int  // bytes from which on an answer or a message is compressed; default 1,024
}

func (c Compression) threshold() int { return cmp.Or(c.Threshold, 1024) }
