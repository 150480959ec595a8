// node.go: a node of the cluster, a process of its own.

package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/nats/embedded"
	"github.com/everwire/everwire/adapter/redis"
	goredis "github.com/redis/go-redis/v9"
)

// nodeEnv is set in the processes that are nodes.
const nodeEnv = "EVERWIRE_EXAMPLE_NODE"

// The others notice that a node is gone after silence. The defaults are three times as
// long: they suit networks that are worse than that of one machine.
const (
	heartbeat = time.Second
	silence   = 5 * time.Second
)

// setup is the first line that a node reads; states follow, for its pages.
type setup struct {
	Name   string   `json:"name"`
	Secret string   `json:"secret"` // of the bus
	Bus    string   `json:"bus"`    // where other nodes connect
	Routes []string `json:"routes"` // to other nodes
	Redis  string   `json:"redis"`  // the bus instead, if it is set
}

// A report is a line that a node writes: the first when it is ready, and others whenever
// a page comes or goes.
type report struct {
	Web   string `json:"web,omitempty"` // address of its HTTP server
	Bus   string `json:"bus,omitempty"`
	Tabs  []seat `json:"tabs"`
	Error string `json:"error,omitempty"`
}

// A seat is a page whose session the node holds.
type seat struct {
	Hello
	Wire string `json:"wire"` // by which the proxy knows its connections
}

// ServeIfNode is for the begin of main. It returns at once, except in the processes that
// New starts: there it serves as a node and ends with the program.
func ServeIfNode() {
	if os.Getenv(nodeEnv) == "" {
		return
	}
	signal.Ignore(os.Interrupt) // of the terminal: the process that started this one ends it
	if err := serveNode(os.Stdin, os.Stdout); err != nil {
		_ = json.NewEncoder(os.Stdout).Encode(report{Error: err.Error()}) // or nobody is there
		os.Exit(1)
	}
	os.Exit(0)
}

// serveNode serves until in ends, which it does when the process that has the other end
// has ended, in whatever way.
func serveNode(in io.Reader, out io.Writer) error {
	lines := json.NewDecoder(bufio.NewReader(in))
	var s setup
	if err := lines.Decode(&s); err != nil {
		return err
	}
	opener, busAddr, closeBus, err := openBus(s)
	if err != nil {
		return err
	}
	defer closeBus()
	srv, err := everwire.New(everwire.Config{
		Adapter:        opener,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		return err
	}
	r := openRoom(srv, s.Name)
	t := &teller{srv: srv, out: json.NewEncoder(out)}
	var last atomic.Pointer[ClusterState]
	srv.OnConnect(func(c *everwire.Ctx) error {
		t.tell(report{})
		err := Welcome.Emit(c.Socket(), Home{s.Name})
		if state := last.Load(); state != nil {
			err = errors.Join(err, State.Emit(c.Socket(), *state))
		}
		return err
	})
	srv.OnDisconnect(func(*everwire.Ctx, everwire.Reason) { t.tell(report{}) })
	r.learn(context.Background())

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, srv.Shutdown(context.Background()))
	}
	web := &http.Server{Handler: srv, ReadHeaderTimeout: 10 * time.Second}
	go web.Serve(ln) // serveNode's own: it ends with web.Shutdown
	t.tell(report{Web: ln.Addr().String(), Bus: busAddr})
	for err == nil {
		var state ClusterState
		if err = lines.Decode(&state); err == nil {
			last.Store(&state)
			_ = State.Emit(srv.Local().Latest("state"), state) // who misses one gets the next
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	return errors.Join(srv.Shutdown(ctx), web.Shutdown(ctx))
}

// openBus opens what links the nodes: NATS, which runs within them, or Redis.
func openBus(s setup) (opener adapter.Opener, addr string, stop func(), err error) {
	if s.Redis != "" {
		options, err := goredis.ParseURL(s.Redis)
		if err != nil {
			return nil, "", nil, fmt.Errorf("REDIS_URL: %w", err)
		}
		client := goredis.NewClient(options)
		opener, err := redis.New(redis.Config{Client: client, Prefix: "everwire-example"})
		return opener, "", func() { _ = client.Close() }, err
	}
	node, err := embedded.Start(embedded.Config{
		Name: s.Name, Cluster: s.Bus, Routes: s.Routes, Secret: s.Secret,
		Logger: slog.New(slog.DiscardHandler), // it would tell each second that a killed node is not there
	})
	if err != nil {
		return nil, "", nil, err
	}
	opener = cluster.Over(node, cluster.Config{Heartbeat: heartbeat, Silence: silence})
	return opener, node.ClusterAddr(), func() { _ = node.Close() }, nil
}

// A teller writes reports.
type teller struct {
	srv *everwire.Server
	mu  sync.Mutex // held while a report is made and written: the last one is true
	out *json.Encoder
}

func (t *teller) tell(r report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.Tabs = []seat{}
	for _, s := range t.srv.Sockets() {
		hello, _ := page.Get(s)
		r.Tabs = append(r.Tabs, seat{hello, s.Handshake().Query().Get("wire")})
	}
	_ = t.out.Encode(r) // or nobody is there: then the node ends
}
