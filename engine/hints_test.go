// hints_test.go: what the operator is told, and how often.

package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// journal is a handler of slog that keeps warnings as "text key=value".
type journal struct {
	slog.Handler
	mu    sync.Mutex // guards lines
	lines []string
}

func newJournal() *journal { return &journal{Handler: slog.DiscardHandler} }

func (j *journal) Enabled(context.Context, slog.Level) bool { return true }

func (j *journal) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		return true
	})
	if r.Level != slog.LevelWarn {
		line = r.Level.String() + " " + line
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
	return nil
}

// take returns what was logged since it was called last.
func (j *journal) take() (lines []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines, j.lines = j.lines, nil
	return lines
}

// keyed is the handshake of a WebSocket behind a proxy that has made it an ordinary request.
func keyed(r *http.Request) { r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") }

const webSocket = "?EIO=4&transport=websocket"

// loneNode forwards to nobody.
type loneNode struct{ engine.Forwarder }

func (loneNode) Start(func(http.ResponseWriter, *http.Request, string)) error { return nil }
func (loneNode) Tag() [2]byte                                                 { return [2]byte{1, 2} }
func (loneNode) Close(context.Context) error                                  { return nil }
func (loneNode) Forward(http.ResponseWriter, *http.Request, [2]byte, string) (bool, error) {
	return false, nil
}

// Each mistake is told once a minute, with what is to be done; what is none is not.
func TestHints(t *testing.T) {
	get := func(query string, change ...func(*http.Request)) func(*world) {
		return func(w *world) { w.do(http.MethodGet, query, "", change...) }
	}
	lost := func(n int) func(*world) {
		return func(w *world) {
			for i := range n {
				w.do(http.MethodGet, fmt.Sprintf("%s&sid=AAAAAAAAAAAAAAAAAAAAAA%02d", handshake, i), "")
			}
		}
	}
	for _, c := range []struct {
		name   string
		config engine.Config
		after  time.Duration // the server's start
		act    func(*world)
		want   []string // parts of the one line; nil: nothing is said
	}{
		{"a page of another origin", engine.Config{}, 0, get(handshake, crossOrigin("http://evil.example")),
			[]string{"add the origin to Config.Origins", "origin=http://evil.example", "host=example.com"}},
		{"an endless origin", engine.Config{}, 0, get(handshake, crossOrigin("http://"+strings.Repeat("e", 100_000))), []string{"Config.Origins", "eee... host="}},
		{"an upgrade that a proxy drops", engine.Config{}, 0, get(webSocket, keyed),
			[]string{"came without its headers Upgrade and Connection; a proxy must pass them on", "proto=HTTP/1.1", "from=192.0.2.1:1234"}},
		{"half an upgrade", engine.Config{}, 0, get(webSocket, keyed, func(r *http.Request) { r.Header.Set("Upgrade", "websocket") }),
			[]string{"a proxy must pass them on", "upgrade=websocket connection= proto"}},
		{"an upgrade of a session that a proxy drops", engine.Config{}, 0, func(w *world) { get(webSocket+"&sid="+w.open().sid, keyed)(w) },
			[]string{"a proxy must pass them on"}},
		{"no client of WebSockets", engine.Config{}, 0, get(webSocket), nil},
		{"a WebSocket of an old version", engine.Config{}, 0, get("?EIO=3&transport=websocket", asUpgrade, keyed), nil},
		{"a WebSocket that asks for nonsense", engine.Config{}, 0, get(webSocket+"&resume=1&n=x", asUpgrade, keyed), nil},
		{"nodes that forward", engine.Config{Forwarder: loneNode{}}, time.Hour, lost(10), nil},
		{"a WebSocket", engine.Config{}, 0, func(w *world) { w.dial("") }, nil},
		{"a crowd behind a proxy", engine.Config{MaxUnjoined: 1}, 0, func(w *world) { get(handshake)(unjoined(w)); get(handshake)(w) },
			[]string{"set Config.TrustedProxies or Config.ClientIP", "address=192.0.2.1:1234", "MaxUnjoined=1"}},
		{"processes that know nothing of each other", engine.Config{}, 31 * time.Second, lost(10),
			[]string{"they need an adapter or sticky sessions", "sessions=10", "up=31s"}},
		{"after a restart", engine.Config{}, 29 * time.Second, lost(100), nil},
		{"a few that come back late", engine.Config{}, time.Hour, lost(4), nil},
		{"one that asks again and again", engine.Config{}, time.Hour, func(w *world) {
			for range 100 {
				lost(1)(w)
			}
		}, nil},
		{"what is no session", engine.Config{}, time.Hour, func(w *world) {
			for i := range 100 {
				get(fmt.Sprintf("%s&sid=%d%%20", handshake, i))(w)
			}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newJournal()
				c.config.Logger = slog.New(log)
				w := newWorld(t, c.config)
				time.Sleep(c.after)
				c.act(w)
				c.act(w)
				said := log.take()
				if c.want == nil {
					require.Empty(t, said)
					return
				}
				require.Len(t, said, 1, "once a minute")
				require.Less(t, len(said[0]), 800)
				for _, part := range c.want {
					require.Contains(t, said[0], part)
				}
				time.Sleep(59 * time.Second)
				c.act(w)
				require.Empty(t, log.take(), "less than a minute later")
				time.Sleep(61 * time.Second)
				c.act(w)
				require.Len(t, log.take(), 1, "more than a minute later")
			})
		})
	}
}

// Sessions that are asked for in the course of an hour are those of sleepers.
func TestStraysOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newJournal()
		w := newWorld(t, engine.Config{Logger: slog.New(log)})
		for i := range 60 * 5 {
			time.Sleep(12 * time.Second)
			w.do(http.MethodGet, fmt.Sprintf("%s&sid=%024d", handshake, i), "")
		}
		require.Empty(t, log.take())
	})
}

// Two mistakes are two hints.
func TestHintsAreOfTheirOwn(t *testing.T) {
	log := newJournal()
	w := newWorld(t, engine.Config{Logger: slog.New(log)})
	w.do(http.MethodGet, webSocket, "", keyed)
	w.do(http.MethodGet, handshake, "", crossOrigin("http://evil.example"))
	require.Len(t, log.take(), 2)
}

// A poll lasts for a ping's interval, a stream for ever: that is what limits are measured by.
func TestHintCut(t *testing.T) {
	const timeout, middleware = "http.Server.WriteTimeout", "a middleware ends requests"
	for _, c := range []struct {
		name           string
		web            *http.Server
		limit          time.Duration // of a middleware
		stream, hidden bool
		want           []string // how the hints begin
	}{
		{"nothing", &http.Server{}, 0, true, true, nil},
		{"no server", nil, 0, true, true, nil},
		{"WriteTimeout that we lift", &http.Server{WriteTimeout: time.Second}, 0, true, false, nil},
		{"WriteTimeout, stream", &http.Server{WriteTimeout: time.Hour}, 0, true, true, []string{timeout}},
		{"WriteTimeout, poll", &http.Server{WriteTimeout: 25 * time.Second}, 0, false, true, []string{timeout}},
		{"long WriteTimeout, poll", &http.Server{WriteTimeout: 26 * time.Second}, 0, false, true, nil},
		{"middleware, stream", &http.Server{}, time.Minute, true, false, []string{middleware}},
		{"middleware, poll", &http.Server{}, 10 * time.Second, false, false, []string{middleware}},
		{"patient middleware, poll", &http.Server{}, time.Minute, false, false, nil},
		{"both", &http.Server{WriteTimeout: time.Second}, time.Second, false, true, []string{middleware, timeout}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newJournal()
				w := newWorld(t, engine.Config{Logger: slog.New(log)})
				s := w.open().s
				for range 5 {
					ctx := context.Background()
					if c.web != nil {
						ctx = context.WithValue(ctx, http.ServerContextKey, c.web)
					}
					cancel := func() {}
					if c.limit > 0 {
						ctx, cancel = context.WithTimeout(ctx, c.limit)
					}
					r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://x/", nil)
					require.NoError(t, err)
					s.HintCut(r, c.stream, c.hidden)
					cancel()
				}
				said := log.take()
				require.Len(t, said, len(c.want), said)
				for _, begin := range c.want {
					require.True(t, slices.ContainsFunc(said, func(line string) bool { return strings.HasPrefix(line, "everwire: "+begin) }), said)
				}
			})
		})
	}
}
