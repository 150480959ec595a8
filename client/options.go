// options.go: what a client can be told.

package client

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/everwire/everwire/namespace/sio"
)

// The transports, by their names in Options.Transports.
const (
	WebSocket = "websocket"
	SSE       = "sse"
	Polling   = "polling"
)

// Options set up a [Client]. The zero value works; a zero field means its default.
type Options struct {
	// Path is where the server is mounted; default "/socket.io/".
	Path string

	// Transports are what may be used, in order of preference; default WebSocket,
	// SSE, Polling. They are tried in this order, the next one when the one before
	// has failed or takes too long. A session that has no resumption stays on the
	// one that it was opened on; else it moves to whatever works, and back to a
	// WebSocket when that can be had.
	Transports []string

	// NoResume has the client behave as other Socket.IO clients do: a session ends
	// with its connection.
	NoResume bool

	// Codec is the form of packets, which must be that of the server; default
	// sio.JSON{}, as servers have it that say nothing of it.
	Codec sio.Codec

	// Auth is what the server's Auth is given for the main namespace: a value
	// whose JSON form is an object, or a func(context.Context) (any, error) that
	// returns one. The function is called for each connection; its context ends
	// with the session, and an error of it is as if the server had refused.
	Auth any

	// Header is sent with each request. It must not change.
	Header http.Header

	// Jar keeps cookies, for instance those of a load balancer; default none.
	Jar http.CookieJar

	// TLS is the configuration for https; default that of net/http.
	TLS *tls.Config

	// Dial opens the connections; default that of net/http, through the proxy of
	// the environment if there is one. With Dial no proxy is looked for.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	// Reconnect says when to try again to open a session; NoReconnect that one
	// session, or one try, is all.
	Reconnect   Backoff
	NoReconnect bool

	// Timeout is the most that one try to open a session over one transport may
	// take; default 20 s. The first one may take 5 s, and each round twice as long.
	Timeout time.Duration

	// CallTimeout is of calls whose context has no deadline; default 30 s.
	CallTimeout time.Duration

	// Buffer is how many bytes of events may wait to be sent; default 4 MiB.
	Buffer int

	// Logger is told what happens to connections, at level Debug, and which
	// handlers failed; default slog.Default().
	Logger *slog.Logger

	// Rand is read for what must be random: jitter, and the secret that joins the
	// connections of one race; default crypto/rand. It is read by one goroutine at
	// a time, must not block, and must not fail.
	Rand io.Reader
}

// What is not worth an option.
const (
	defaultMaxPayload = 1_000_000
	maxIncoming       = 16 << 20 // bytes of one message, answer or line
	maxInbox          = 4 << 20  // bytes of events that wait for handlers
)

// fill puts in the defaults, or says what is wrong.
func (o *Options) fill() error {
	if o.Timeout < 0 || o.CallTimeout < 0 || o.Buffer < 0 {
		return fmt.Errorf("client: Options.Timeout, CallTimeout and Buffer must not be negative: %v, %v, %d", o.Timeout, o.CallTimeout, o.Buffer)
	}
	for _, name := range o.Transports {
		if !slices.Contains([]string{WebSocket, SSE, Polling}, name) {
			return fmt.Errorf(`client: Options.Transports: %q is not "websocket", "sse" or "polling"`, name)
		}
	}
	if len(o.Transports) == 0 {
		o.Transports = []string{WebSocket, SSE, Polling}
	}
	o.Path = orDefault(o.Path, "/socket.io/")
	if !strings.HasPrefix(o.Path, "/") {
		return fmt.Errorf("client: Options.Path: %q does not begin with a slash", o.Path)
	}
	if !strings.HasSuffix(o.Path, "/") {
		o.Path += "/"
	}
	o.Timeout = orDefault(o.Timeout, 20*time.Second)
	o.CallTimeout = orDefault(o.CallTimeout, 30*time.Second)
	o.Buffer = orDefault(o.Buffer, 4<<20)
	if o.Codec == nil {
		o.Codec = sio.JSON{}
	}
	o.Logger = orDefault(o.Logger, slog.Default())
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return o.Reconnect.fill()
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// httpClient returns the client for polling, SSE and POSTs. It has connections of
// its own and speaks HTTP/1.1 only: a connection that has gone silent must not
// take the next attachments with it.
func (o *Options) httpClient() http.Client {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSClientConfig:     o.TLS,
		TLSHandshakeTimeout: o.Timeout,
		DisableCompression:  true, // it would hold back the events of a stream
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     20 * time.Second,
		Protocols:           new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	if o.Dial != nil {
		t.Proxy, t.DialContext = nil, o.Dial
	}
	return http.Client{
		Transport:     t,
		Jar:           o.Jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
