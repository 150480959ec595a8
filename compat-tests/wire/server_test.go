// server_test.go: a server under test: what a row asks of it, and ours.

package wire

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// options are what a row asks of its server. The zero value means the defaults.
type options struct {
	PingInterval   int64    `json:"pingInterval,omitempty"` // milliseconds, as all times
	PingTimeout    int64    `json:"pingTimeout,omitempty"`
	UpgradeTimeout int64    `json:"upgradeTimeout,omitempty"`
	ConnectTimeout int64    `json:"connectTimeout,omitempty"`
	MaxPayload     int64    `json:"maxHttpBufferSize,omitempty"`
	Transports     []string `json:"transports,omitempty"`
	NoUpgrade      bool     `json:"noUpgrade,omitempty"`
	MaxUnjoined    int      `json:"-"` // the official server has no such limit
	Path           string   `json:"path,omitempty"`
	Front          string   `json:"front,omitempty"` // an HTTP middleware: "pass" or "503"
	Port           int      `json:"port,omitempty"`

	CORS     *cors        `json:"cors,omitempty"`
	Check    bool         `json:"check,omitempty"` // requests with ?deny are refused, with its value as the reason
	Names    bool         `json:"names,omitempty"` // ?name is the session ID; none is a failure
	Cookie   *cookie      `json:"cookie,omitempty"`
	Initial  string       `json:"initialPacket,omitempty"`
	NoSlash  bool         `json:"noSlash,omitempty"`
	Headers  bool         `json:"headers,omitempty"`  // X-First in the first answer of a session, X-Each in each
	Compress *compression `json:"compress,omitempty"` // nil: as it is by default
	TLS      *keys        `json:"tls,omitempty"`

	Recovery *recovering `json:"connectionStateRecovery,omitempty"`
	Cleanup  bool        `json:"cleanupEmptyChildNamespaces,omitempty"` // of namespaces that were made for clients
}

// recovering lets clients come back. Our server always asks the middlewares again.
type recovering struct {
	Window          int64 `json:"maxDisconnectionDuration"`
	SkipMiddlewares bool  `json:"skipMiddlewares"`
}

// timed tells whether a row waits for a deadline of its server, and so must not be kept waiting by other rows.
func (o options) timed() bool {
	return o.PingInterval+o.PingTimeout+o.UpgradeTimeout+o.ConnectTimeout > 0
}

// slower returns options with three times the time.
func (o options) slower() options {
	for _, ms := range []*int64{&o.PingInterval, &o.PingTimeout, &o.UpgradeTimeout, &o.ConnectTimeout} {
		*ms *= 3
	}
	return o
}

// server is the server of one row.
type server struct {
	*peer.Site
	sum      *summary
	on       options
	over     string // the transport of join
	official bool
	halt     func()                // closes sessions and listener; called once
	again    func(options) *server // starts another server
}

func newServer(t *testing.T, o options, addr string) *server {
	path := "/socket.io/"
	if o.Path != "" {
		path = o.Path + "/"
	}
	s := &server{Site: peer.NewSite(t, addr, path, o.TLS.client()), on: o}
	s.Log = s.log
	return s
}

// want returns what this server shows where ours differs from the official one.
func (s *server) want(line string) string {
	s.T.Helper()
	s.sum.use(line)
	for _, d := range differences {
		if d.line == line && s.official {
			return d.official
		}
		if d.line == line {
			return d.ours
		}
	}
	s.T.Fatalf("%q is not in the table of differences", line)
	return ""
}

// startOurs starts our server for one row.
func startOurs(t *testing.T, o options) *server {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	var recovery everwire.Recovery
	if o.Recovery != nil {
		recovery.Window = ms(o.Recovery.Window)
	}
	live, err := everwire.New(o.front(everwire.Config{
		Recovery:       recovery,
		PingInterval:   ms(o.PingInterval),
		PingTimeout:    ms(o.PingTimeout),
		UpgradeTimeout: ms(o.UpgradeTimeout),
		ConnectTimeout: ms(o.ConnectTimeout),
		MaxPayload:     o.MaxPayload,
		Transports:     o.Transports,
		NoUpgrade:      o.NoUpgrade,
		MaxUnjoined:    o.MaxUnjoined,
		Logger:         slog.New(slog.DiscardHandler),

		KeepEmptyNamespaces: !o.Cleanup,
	}))
	require.NoError(t, err)
	app := newApp(live)
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", decimal(o.Port)))
	require.NoError(t, err)
	s := newServer(t, o, listener.Addr().String())
	listener = o.TLS.wrap(listener)
	web := &http.Server{Handler: app.routes(s.Path, o.Front, o.NoSlash), ErrorLog: log.New(io.Discard, "", 0)}
	go web.Serve(listener) // owned by the row; ends with halt
	s.haltOnce(t, func(grace time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if err := live.Shutdown(ctx); err != nil && grace > 0 {
			t.Errorf("shutdown: %v", err)
		}
		listener.Close() // which web may not know of yet
		web.Close()
	})
	return s
}

// haltOnce sets how the server is closed: by the row, or at its end, when nobody is waited for.
func (s *server) haltOnce(t *testing.T, stop func(grace time.Duration)) {
	halted := false
	s.halt = func() {
		halted = true
		stop(peer.Patience)
	}
	t.Cleanup(func() {
		if !halted {
			stop(0)
		}
	})
}

// routes puts the server beside what else an application has on its listener.
func (a *app) routes(path, front string, noSlash bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(path, inFront(front, a.server))
	if noSlash {
		mux.Handle(strings.TrimSuffix(path, "/"), inFront(front, a.server))
	}
	mux.HandleFunc("/log", a.serveLog)
	mux.HandleFunc("/release", a.serveRelease)
	mux.HandleFunc("/other", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "other") })
	return mux
}

// inFront mounts an ordinary HTTP middleware.
func inFront(front string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch front {
		case "503":
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case "pass":
			w.Header().Set("X-Front", "first")
			w.Header().Add("X-Front", "second")
		}
		next.ServeHTTP(w, r)
	})
}

// log returns what the application has noted so far.
func (s *server) log() []string {
	resp, err := s.HTTP.Get(s.Base() + "/log")
	if err != nil {
		return []string{err.Error()}
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
}

// logs waits until the application has noted line.
func (s *server) logs(line string) {
	s.T.Helper()
	var seen []string
	require.Eventually(s.T, func() bool {
		seen = s.log()
		for _, l := range seen {
			if l == line {
				return true
			}
		}
		return false
	}, peer.Patience, 5*time.Millisecond, "the log never says %q: %q", line, &seen)
}

// neverLogs asserts that the application has not noted line.
func (s *server) neverLogs(line string) {
	s.T.Helper()
	require.NotContains(s.T, s.log(), line)
}
