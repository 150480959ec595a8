// config.go: what can be set, the defaults, and their validation.

package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Config sets up a [Server]. The zero value works; a zero field means its default.
type Config struct {
	PingInterval   time.Duration // between a pong and the next ping; default 25 s
	PingTimeout    time.Duration // for which a pong is waited; default 20 s
	ConnectTimeout time.Duration // in which a session must join a namespace; default 45 s
	UpgradeTimeout time.Duration // for a WebSocket on trial; default 10 s
	MaxPayload     int64         // bytes of a POST body or a WebSocket message; default 1,000,000
	NoUpgrade      bool          // do not offer the upgrade from polling to WebSocket

	Resume Resume // sessions that outlive their connections
	Keep   Keep   // for receivers that restore what others lose with their connection

	// MaxUnjoined is how many sessions of one address may be without a
	// namespace at a time; default 1,024.
	MaxUnjoined int

	// Origins lists what may connect beside pages of the same origin: origins
	// such as "https://app.example", "null", or "*" for any. See [Server].
	Origins []string

	// ClientIP tells the address that MaxUnjoined counts for; default is the
	// address of the TCP connection, an IPv6 address by its /64. Addresses
	// within TrustedProxies are not counted.
	ClientIP       func(*http.Request) netip.Addr
	TrustedProxies []netip.Prefix

	// Principal names the user who makes a request, for instance from a cookie. It is
	// asked for every request, and a session serves those of the user who opened it
	// alone; an error refuses the request with HTTP 403. Default: not asked.
	Principal func(*http.Request) (string, error)

	// CheckRequest is asked about each request for a new session, before anything is
	// kept of it. An error refuses it: its text is shown to the client, with HTTP 403
	// and code 4 or, for a WebSocket, with HTTP 400 and the text alone; "Forbidden" if
	// there is none. An [*Error] is answered with its own code and status. Default: not
	// asked.
	CheckRequest func(*http.Request) error

	// ResponseHeader adds to the headers of each answer, of which h has those that are
	// set already: polls, POSTs, streams, refusals, and the 101 of a WebSocket. opening
	// says that it is the first answer of a session. Headers that the transports set
	// themselves stay theirs. It may be called concurrently. Default: not called.
	ResponseHeader func(h http.Header, r *http.Request, opening bool)

	// Cookie is the template of a cookie that carries the session ID, for load balancers
	// that keep a session on its node: all but its value is taken as it is, and a name
	// that is not there is "io". It is set by the first answer of each session. Who can
	// read it can speak for the session, so HttpOnly should be set. Default none.
	Cookie *http.Cookie

	// CORS says what pages of Origins are told beside that they may connect.
	CORS CORS

	// NewID makes the session ID for a request. It is a secret, of which at least 128
	// bits must be random: who knows it can speak for the session. It has 1 to 128 of
	// the characters A-Z a-z 0-9 - _ . ~ and differs from that of all sessions. An error,
	// and an ID that is none, is logged, and refuses the request with HTTP 400 and code
	// 3. It may be called concurrently. With a Forwarder, 3 characters come in front of
	// it. Default: 24 characters, 128 bits of them random.
	NewID func(*http.Request) (string, error)

	// InitialMessage is sent to each client as its first message, with the OPEN packet
	// in one payload: text in UTF-8 without the character U+001E. Default none.
	InitialMessage string

	// Forwarder has other nodes serve the requests of their sessions. The server starts
	// it, and closes it in Shutdown. Default none: load balancers have to send all
	// requests of a session to its node.
	Forwarder Forwarder

	// Context picks the values of a request that shall outlive it. The session
	// keeps the result without its cancellation; default is an empty context.
	Context func(*http.Request) context.Context

	Observer Observer     // is told what happens; default none
	Logger   *slog.Logger // default slog.Default()
}

// Resume sets up the extension (PROTOCOL.md) by which a session outlives its
// connections, for the clients that ask for it. A zero field means its default.
type Resume struct {
	Off    bool          // no session outlives its connection
	Window time.Duration // for which a session without a connection is kept; default 60 s
	Buffer int           // bytes that may wait unacknowledged, and that clients are asked to keep to; default 4 MiB
	Memory int           // bytes that the sessions without a connection may keep together; default 64 MiB
}

// Keep has sessions without resumption keep what they have handed out until a poll
// or a pong shows that it has arrived. At a session's end its receiver can have it,
// see [Session.Unconfirmed]. Nothing is kept by default.
//
// What would be too much is forgotten, the oldest first.
type Keep struct {
	Buffer int // bytes that one session may keep; 0: it keeps nothing
	Memory int // bytes that all may keep together, a shared message counted once; default 64 MiB
}

func (k *Keep) setDefaults() error {
	if k.Buffer < 0 || k.Memory < 0 {
		return fmt.Errorf("engine: Config.Keep: Buffer and Memory must not be negative: %d, %d", k.Buffer, k.Memory)
	}
	if k.Memory == 0 {
		k.Memory = 64 << 20
	}
	return nil
}

func (r *Resume) setDefaults() error {
	if r.Window < 0 || r.Buffer < 0 || r.Memory < 0 {
		return fmt.Errorf("engine: Config.Resume: Window, Buffer and Memory must not be negative: %v, %d, %d", r.Window, r.Buffer, r.Memory)
	}
	if r.Window == 0 {
		r.Window = 60 * time.Second
	}
	if r.Buffer == 0 {
		r.Buffer = 4 << 20
	}
	if r.Memory == 0 {
		r.Memory = 64 << 20
	}
	return nil
}

// withDefaults returns c with defaults in place of zeros, or says what is wrong.
func (c Config) withDefaults() (Config, error) {
	for _, d := range []struct {
		name  string
		value *time.Duration
		def   time.Duration
	}{
		{"PingInterval", &c.PingInterval, 25 * time.Second},
		{"PingTimeout", &c.PingTimeout, 20 * time.Second},
		{"ConnectTimeout", &c.ConnectTimeout, 45 * time.Second},
		{"UpgradeTimeout", &c.UpgradeTimeout, 10 * time.Second},
	} {
		if *d.value < 0 {
			return c, fmt.Errorf("engine: Config.%s is negative: %v", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.def
		}
	}
	if c.MaxPayload < 0 || c.MaxUnjoined < 0 {
		return c, fmt.Errorf("engine: Config.MaxPayload and MaxUnjoined must not be negative: %d, %d", c.MaxPayload, c.MaxUnjoined)
	}
	if c.MaxPayload == 0 {
		c.MaxPayload = 1_000_000
	}
	if c.MaxUnjoined == 0 {
		c.MaxUnjoined = 1024
	}
	if c.ClientIP == nil {
		c.ClientIP = remoteIP
	}
	if err := errors.Join(c.CORS.setDefaults(), c.setCookie(), c.checkInitial()); err != nil {
		return c, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c, errors.Join(c.Resume.setDefaults(), c.Keep.setDefaults())
}

// remoteIP returns the address of the TCP connection, or the zero address.
func remoteIP(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr()
}

// counted returns the address under which a request's session is counted, or the
// zero address if it is not counted.
func (c *Config) counted(r *http.Request) netip.Addr {
	ip := c.ClientIP(r).Unmap()
	for _, p := range c.TrustedProxies {
		if p.Contains(ip) {
			return netip.Addr{}
		}
	}
	if ip.Is6() {
		p, _ := ip.Prefix(64)
		ip = p.Addr()
	}
	return ip
}
