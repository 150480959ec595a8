//go:build linux

// Package leak connects and disconnects many clients and looks whether the server is as it was before.
package leak

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

const (
	warmUp  = 500
	cycles  = 10_000
	workers = 24
	slack   = 2_000_000 // bytes of heap
)

// A testServer counts the sockets that came and went.
type testServer struct {
	*everwire.Server
	addr         string
	joined, left atomic.Int64
}

func newServer(t *testing.T, c everwire.Config) *testServer {
	c.Logger = slog.New(slog.DiscardHandler)
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // no limits by address
	server, err := everwire.New(c)
	require.NoError(t, err)
	s := &testServer{Server: server}
	server.OnConnect(func(c *everwire.Ctx) error { s.joined.Add(1); return c.Socket().Join("everyone") })
	server.OnDisconnect(func(*everwire.Ctx, everwire.Reason) { s.left.Add(1) })
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	ginmount.Mount(router, "/socket.io", server)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	web := &http.Server{Handler: router}
	go web.Serve(l) // ends with web.Shutdown
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		assert.NoError(t, web.Shutdown(ctx))
	})
	s.addr = l.Addr().String()
	return s
}

func needsCompat(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("takes its time, and the heap's size means nothing with -race: set EVERWIRE_COMPAT=1 (make test does)")
	}
}

// TestCyclesLeaveNothing runs 10,000 connect–disconnect cycles over both transports, a third of them aborted.
func TestCyclesLeaveNothing(t *testing.T) {
	needsCompat(t)
	t.Run("a goroutine each", func(t *testing.T) { cyclesLeaveNothing(t, false) })
	t.Run("poller", func(t *testing.T) { cyclesLeaveNothing(t, true) })
}

func cyclesLeaveNothing(t *testing.T, poller bool) {
	server := newServer(t, everwire.Config{
		Poller:         poller,
		PingInterval:   time.Second, // ends what is left of aborted long-polling
		PingTimeout:    time.Second,
		UpgradeTimeout: time.Second,
	})
	runCycles(t, server.addr, warmUp)
	waitUntil(t, "no session", func() bool { return server.Sessions() == 0 })
	waitUntil(t, "settled", settled())
	base := measure(t)

	start, before := time.Now(), server.joined.Load()
	runCycles(t, server.addr, cycles)
	took := time.Since(start)
	waitUntil(t, "no session", func() bool { return server.Sessions() == 0 })
	var after state
	waitUntil(t, "all goroutines and descriptors back", func() bool {
		after = measure(t)
		return after.goroutines <= base.goroutines && after.descriptors <= base.descriptors
	})
	joined, left := server.joined.Load()-before, server.left.Load()-before
	t.Logf("%d cycles, %d of them aborted, in %.1f s; %d sockets came, %d went; before and after: goroutines %d, %d; descriptors %d, %d; heap %+d kB",
		cycles, cycles/3, took.Seconds(), joined, left, base.goroutines, after.goroutines, base.descriptors, after.descriptors,
		(int64(after.heap)-int64(base.heap))/1000)
	assert.Equal(t, joined, left, "sockets")
	assert.Greater(t, joined, int64(cycles*2/3), "sockets")
	assert.Equal(t, base.goroutines, after.goroutines, "goroutines")
	assert.Equal(t, base.descriptors, after.descriptors, "descriptors")
	assert.Less(t, after.heap, base.heap+slack, "heap")
	if t.Failed() {
		t.Log(stacks())
	}
}

func runCycles(t *testing.T, addr string, n int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if err := run(addr, int(i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// TestIdleCost: an idle WebSocket costs one goroutine, or none in poller mode; long-polling between polls none.
func TestIdleCost(t *testing.T) {
	needsCompat(t)
	const few, more = 10, 100
	for _, kind := range []struct {
		name   string
		open   func(addr string) (*peer, error)
		leave  func(p *peer) error
		each   int
		config everwire.Config
	}{
		{"websocket", idleWS, (*peer).closeWS, 1, everwire.Config{}},
		{"websocket, poller", idleWS, (*peer).closeWS, 0, everwire.Config{Poller: true}},
		{"polling, between polls", idlePolling, leavePolling, 0, everwire.Config{}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			server := newServer(t, kind.config)
			var peers []*peer
			open := func(n int) {
				for range n {
					p, err := kind.open(server.addr)
					require.NoError(t, err)
					peers = append(peers, p)
				}
			}
			open(few) // so that what the server runs once, however many sessions, runs already
			waitUntil(t, "settled", settled())
			base := runtime.NumGoroutine()
			open(more)
			require.Equal(t, few+more, server.Sessions())
			want := base + more*kind.each
			waitUntil(t, "settled", func() bool { return runtime.NumGoroutine() <= want })
			got := runtime.NumGoroutine()
			t.Logf("%d idle sessions: %d goroutines", more, got-base)
			if !assert.Equal(t, want, got) {
				t.Log(stacks())
			}
			for _, p := range peers {
				require.NoError(t, kind.leave(p))
			}
		})
	}
}

func idleWS(addr string) (*peer, error) {
	p, err := dial(addr)
	if err != nil {
		return nil, err
	}
	return p, inOrder(p.openWS, p.joinWS)
}

// idlePolling joins by long-polling. Its last request ends the connection, which would cost net/http a goroutine.
func idlePolling(addr string) (*peer, error) {
	p, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer p.close()
	return p, inOrder(p.openPolling, p.joinPolling, func() error {
		packet, err := p.request("GET", "", "Connection: close\r\n")
		return expect(packet, "40{", err)
	})
}

func leavePolling(p *peer) error {
	again, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer again.close()
	again.sid = p.sid
	_, err = again.request("POST", "1", "")
	return err
}

// A state is what a leak would raise.
type state struct {
	goroutines  int
	descriptors int
	heap        uint64
}

func measure(t *testing.T) state {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fds, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return state{runtime.NumGoroutine(), len(fds), m.HeapAlloc}
}

// settled tells when the number of goroutines has been the same for a while.
func settled() func() bool {
	const looks = 50
	last, same := 0, 0
	return func() bool {
		if n := runtime.NumGoroutine(); n != last {
			last, same = n, 0
		}
		same++
		return same > looks
	}
}

func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	const patience = 20 * time.Second
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Errorf("not within %s: %s", patience, what)
			return
		}
	}
}

func stacks() string {
	var b strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1)
	return b.String()
}
