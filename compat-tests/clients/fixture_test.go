// fixture_test.go: the server that the clients talk to, and the door beside it.

package clients

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/ginmount"
	"github.com/everwire/everwire/namespace/sio"
)

// A fixture is a running server with the handlers that the features expect, mounted in Gin, and beside it a plain HTTP
// server that restarts it and tells what it recorded.
type fixture struct {
	URL     string // of the Socket.IO server
	Control string // of the server beside it

	resume   everwire.Resume
	nodes    int // of a cluster, each of which gets every nth request; default 1
	addr     string
	codec    sio.Codec
	outcomes outcomes

	mu      sync.Mutex         // guards what a restart replaces
	servers []*everwire.Server // the one under /recovering lets clients come back
	http    *http.Server
}

// newFixture starts one with a codec; nil is the default one.
func newFixture(t *testing.T, codec sio.Codec) *fixture {
	t.Helper()
	return (&fixture{addr: "127.0.0.1:0", codec: codec}).run(t)
}

// newResumingFixture starts one with other times for sessions that outlive their connections.
func newResumingFixture(t *testing.T, resume everwire.Resume) *fixture {
	t.Helper()
	return (&fixture{addr: "127.0.0.1:0", resume: resume}).run(t)
}

// newCluster starts nodes that are asked in turns, without sticky sessions.
func newCluster(t *testing.T, nodes int, resume everwire.Resume) *fixture {
	t.Helper()
	return (&fixture{addr: "127.0.0.1:0", resume: resume, nodes: nodes}).run(t)
}

func (f *fixture) run(t *testing.T) *fixture {
	t.Helper()
	require.NoError(t, f.start())
	control := httptest.NewServer(http.HandlerFunc(f.serveControl))
	f.URL, f.Control = "http://"+f.addr, control.URL
	t.Cleanup(func() {
		control.Close()
		require.NoError(t, f.stop())
	})
	return f
}

func (f *fixture) start() error {
	var nodes []http.Handler
	var servers []*everwire.Server
	bus := new(memory.Bus)
	for range max(f.nodes, 1) {
		node, its, err := f.node(bus)
		if err != nil {
			return err
		}
		nodes, servers = append(nodes, node), append(servers, its...)
	}
	l, err := net.Listen("tcp", f.addr)
	if err != nil {
		return err
	}
	var turn atomic.Uint64
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nodes[turn.Add(1)%uint64(len(nodes))].ServeHTTP(w, r)
	})}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.addr = l.Addr().String()
	f.servers, f.http = servers, web
	go f.http.Serve(l) // ends with f.http.Shutdown
	return nil
}

// node returns one node: its routes and its servers.
func (f *fixture) node(bus cluster.Bus) (http.Handler, []*everwire.Server, error) {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	var servers []*everwire.Server
	for path, recovery := range map[string]time.Duration{"/socket.io": 0, "/recovering": time.Minute} {
		config := everwire.Config{
			PingInterval: 500 * time.Millisecond,
			PingTimeout:  3 * time.Second,
			Recovery:     everwire.Recovery{Window: recovery},
			Codec:        f.codec,
			Resume:       f.resume,
			Logger:       slog.New(slog.DiscardHandler),
		}
		if f.nodes > 1 {
			config.Adapter = cluster.Over(bus, cluster.Config{Prefix: path[1:], Settle: 20 * time.Millisecond})
		}
		server, err := everwire.New(config)
		if err != nil {
			return nil, nil, err
		}
		handle(server, &f.outcomes)
		ginmount.Mount(router, path, server)
		servers = append(servers, server)
	}
	return router, servers, nil
}

func (f *fixture) stop() error {
	f.mu.Lock()
	servers, web := f.servers, f.http
	f.mu.Unlock()
	// Long-polling clients that are gone without a word are waited for, and cut off at the deadline.
	soon, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	ended := make(chan error, len(servers))
	for _, server := range servers {
		// All at once, as a cluster is stopped; ends with soon.
		go func() { ended <- server.Shutdown(soon) }()
	}
	for range servers {
		if err := <-ended; err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return web.Shutdown(ctx)
}

func (f *fixture) serveControl(w http.ResponseWriter, r *http.Request) {
	var answer any
	if r.URL.Path == "/restart" {
		if err := f.stop(); err != nil {
			http.Error(w, "stop: "+err.Error(), http.StatusInternalServerError)
			return
		}
		if err := f.start(); err != nil {
			http.Error(w, "start: "+err.Error(), http.StatusInternalServerError)
			return
		}
	}
	if key := r.FormValue("key"); key != "" {
		answer = f.outcomes.wait(r.Context(), key)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// An outcome is what the server knows of something that has ended.
type outcome struct {
	Reason string   `json:"reason"`
	Rooms  []string `json:"rooms"`
}

// outcomes is a board of outcomes by key, a socket's id for its end. The zero value is an empty board.
type outcomes struct {
	mu    sync.Mutex
	slots map[string]chan outcome // each takes one outcome
}

func (o *outcomes) slot(key string) chan outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.slots == nil {
		o.slots = map[string]chan outcome{}
	}
	if o.slots[key] == nil {
		o.slots[key] = make(chan outcome, 1)
	}
	return o.slots[key]
}

// record keeps the first outcome of the key; a second one shows as the reason "twice".
func (o *outcomes) record(key string, out outcome) {
	slot := o.slot(key)
	select {
	case slot <- out:
	default:
		<-slot
		slot <- outcome{Reason: "twice"}
	}
}

func (o *outcomes) wait(ctx context.Context, key string) outcome {
	slot := o.slot(key)
	select {
	case out := <-slot:
		slot <- out
		return out
	case <-ctx.Done():
		return outcome{Reason: "the features did not wait for it"}
	}
}
