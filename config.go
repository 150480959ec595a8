// config.go: what a server can be told.

package everwire

import (
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

	// KeepEmptyNamespaces keeps the children of OfPattern and OfFunc when the last
	// client has left. By default they are removed: clients decide how many there are.
	KeepEmptyNamespaces bool

	Codec    sio.Codec      // of packets; default JSON, as the official clients have it
	Adapter  adapter.Opener // links the nodes of a cluster; default none
	Observer Observer       // is told what happens, for metrics; default none
	Logger   *slog.Logger   // default slog.Default()
}
