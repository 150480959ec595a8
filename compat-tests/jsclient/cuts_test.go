// cuts_test.go: every connection is cut again and again: each message comes once and in order, both ways.

package jsclient

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/compat-tests/faultproxy"
	"github.com/everwire/everwire/compat-tests/interop"
)

const (
	lasting   = 5 // seconds
	roundTrip = 6 * time.Millisecond
	downRate  = 5 * time.Millisecond // between two messages of the server
)

// A verdict is what one side knows of the messages.
type verdict struct {
	Sent     int `json:"sent"`
	Received int `json:"received"`
	Wrong    int `json:"wrong"` // lost, doubled, out of order or changed
}

// A result is what cuts.mjs prints.
type result struct {
	verdict
	Connects    int            `json:"connects"`
	Disconnects []string       `json:"disconnects"`
	Resumes     int            `json:"resumes"`
	Used        map[string]int `json:"used"`
	Server      verdict        `json:"server"`
	Log         []string       `json:"log"`
}

func TestCuts(t *testing.T) {
	interop.NeedsNode(t, "ws")
	var rows sync.Map
	t.Run("group", func(t *testing.T) {
		for _, transports := range []string{"websocket", "sse", "polling", "websocket,sse,polling"} {
			for _, period := range []time.Duration{400 * time.Millisecond, 170 * time.Millisecond} {
				name := fmt.Sprintf("%s every %v", transports, period)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					rows.Store(name, cut(t, startServer(t, 1), transports, period))
				})
			}
		}
	})
	rows.Range(func(name, row any) bool {
		t.Logf("%-40s %s", name, row)
		return true
	})
}

// cut runs one client of the server, and says what happened in a line.
func cut(t *testing.T, s *httptest.Server, transports string, period time.Duration) string {
	proxy, err := faultproxy.Listen(faultproxy.Config{Target: s.Listener.Addr().String()})
	require.NoError(t, err)
	defer proxy.Close()
	proxy.SetRoundTrip(roundTrip)
	stop := proxy.CutEvery(period)
	time.AfterFunc((lasting+1)*time.Second, stop)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	var r result
	p := interop.Node("cuts.mjs", "http://"+proxy.Addr(), transports, strconv.Itoa(lasting))
	require.NoError(t, p.Lines(ctx, func(line []byte) { assert.NoError(t, json.Unmarshal(line, &r), string(line)) }))
	r.check(t)
	return fmt.Sprintf("%d up, %d down, %d resumptions %v", r.Sent, r.Received, r.Resumes, r.Used)
}

func (r result) check(t *testing.T) {
	assert.Empty(t, r.Disconnects)
	assert.Equal(t, 1, r.Connects)
	assert.Equal(t, verdict{Sent: r.Received, Received: r.Sent}, r.Server)
	assert.Zero(t, r.Wrong)
	assert.Greater(t, r.Sent, 150*lasting)
	assert.Greater(t, r.Received, 100*lasting)
	if t.Failed() {
		t.Log(strings.Join(r.Log, "\n"))
	}
}

// startServer starts nodes that are asked in turns. Each sends numbers to its client, until that says "stop", and tells
// what it has got.
func startServer(t *testing.T, nodes int) *httptest.Server {
	bus := new(memory.Bus)
	var all []http.Handler
	for range nodes {
		config := everwire.Config{Logger: slog.New(slog.DiscardHandler)}
		if nodes > 1 {
			config.Adapter = cluster.Over(bus, cluster.Config{})
		}
		server, err := everwire.New(config)
		require.NoError(t, err)
		handle(server)
		all = append(all, server)
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			assert.NoError(t, server.Shutdown(ctx))
		})
	}
	var turn atomic.Uint64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all[turn.Add(1)%uint64(nodes)].ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	return web
}

func handle(server *everwire.Server) {
	server.OnConnect(func(c *everwire.Ctx) error {
		streams.Set(c.Socket(), startStream(c.Socket()))
		return nil
	})
	server.On("up", func(c *everwire.Ctx) error {
		var n int
		var bytes []byte
		if err := c.Bind([]any{&n, &bytes}[:c.Len()]...); err != nil {
			return err
		}
		s, _ := streams.Get(c.Socket())
		s.take(n, c.Len() == 1 || string(bytes) == strconv.Itoa(n))
		return nil
	})
	echo(server)
	large(server)
	server.On("stop", func(c *everwire.Ctx) error {
		s, _ := streams.Get(c.Socket())
		return c.Ack(s.end())
	})
}

var streams = everwire.NewKey[*stream]("stream")

// A stream sends numbers to a socket, and checks those that it sends.
type stream struct {
	verdict
	cancel context.CancelFunc
	over   chan struct{}
}

// startStream's goroutine belongs to the socket, and ends with end or with the socket.
func startStream(socket *everwire.Socket) *stream {
	ctx, cancel := context.WithCancel(socket.Context())
	s := &stream{cancel: cancel, over: make(chan struct{})}
	go func() {
		defer close(s.over)
		tick := time.NewTicker(downRate)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			args := []any{s.Sent}
			if s.Sent%7 == 3 {
				args = append(args, []byte(strconv.Itoa(s.Sent)))
			}
			if socket.Emit("down", args...) != nil {
				return
			}
			s.Sent++
		}
	}()
	return s
}

func (s *stream) take(n int, intact bool) {
	if n != s.Received || !intact {
		s.Wrong++
	}
	s.Received++
}

func (s *stream) end() verdict {
	s.cancel()
	<-s.over
	return s.verdict
}
