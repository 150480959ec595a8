// serve_test.go: the process under attack: this test binary, started anew. Beside its servers it runs an
// administration over HTTP; official.mjs has the same.

package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

// serveVar makes the test binary the server.
const serveVar = "EVERWIRE_HOSTILE_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVar) == "" {
		os.Exit(m.Run())
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are what a server is configured with; times are in milliseconds, zero is the default.
type settings struct {
	Origins        []string `json:"origins,omitempty"`
	PingInterval   int      `json:"pingInterval,omitempty"`
	PingTimeout    int      `json:"pingTimeout,omitempty"`
	ConnectTimeout int      `json:"connectTimeout,omitempty"`
	UpgradeTimeout int      `json:"upgradeTimeout,omitempty"`
	MaxPayload     int64    `json:"maxPayload,omitempty"`
	MaxUnjoined    int      `json:"maxUnjoined,omitempty"`
	Uncounted      bool     `json:"uncounted,omitempty"`  // sessions from this machine are not counted by address
	Namespaces     int      `json:"namespaces,omitempty"` // "/n0" and so on, beside "/" and "/second"
	HeaderTimeout  int      `json:"headerTimeout,omitempty"`
	Window         int      `json:"window,omitempty"`   // of sessions without a connection
	Memory         int      `json:"memory,omitempty"`   // that they may hold together
	Compress       bool     `json:"compress,omitempty"` // polls and WebSockets, from 1,024 bytes on
	Msgpack        bool     `json:"msgpack,omitempty"`
	Poller         bool     `json:"poller,omitempty"`
	Users          bool     `json:"users,omitempty"` // the header X-User says who makes a request
}

// stats is what a server knows of itself.
type stats struct {
	Sessions int            `json:"sessions"`
	Sockets  int            `json:"sockets"` // in the main namespace
	Events   map[string]int `json:"events"`  // that reached the application, by name
	Left     map[string]int `json:"left"`    // sockets that were disconnected, by reason
}

// processState is what the process costs.
type processState struct {
	Goroutines int    `json:"goroutines"`
	Heap       int64  `json:"heap"`      // bytes that live, after a collection
	Allocated  uint64 `json:"allocated"` // bytes since the start
}

func serve() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	admin := &administration{servers: map[string]*victim{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /servers", admin.start)
	mux.HandleFunc("GET /servers/{id}", admin.stats)
	mux.HandleFunc("DELETE /servers/{id}", admin.stop)
	mux.HandleFunc("GET /state", showState)
	mux.HandleFunc("GET /goroutines", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, runtime.NumGoroutine()) })
	mux.HandleFunc("GET /log", admin.showLog)
	mux.HandleFunc("GET /stacks", func(w http.ResponseWriter, _ *http.Request) { _ = pprof.Lookup("goroutine").WriteTo(w, 1) })
	go http.Serve(l, mux) // ends with the process
	fmt.Println("http://" + l.Addr().String())
	_, err = io.Copy(io.Discard, os.Stdin) // ends with the test
	return err
}

func showState(w http.ResponseWriter, _ *http.Request) {
	runtime.GC()         // pools need two collections to be empty
	debug.FreeOSMemory() // the second, which gives back, so that the peak of the resident memory means something
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	_ = json.NewEncoder(w).Encode(processState{runtime.NumGoroutine(), int64(m.HeapAlloc), m.TotalAlloc})
}

// administration makes and ends the servers of a process.
type administration struct {
	log lines

	mu      sync.Mutex // guards what follows
	last    int
	servers map[string]*victim
}

// A victim is a server under attack.
type victim struct {
	*everwire.Server
	web    *http.Server
	counts counts
}

func (a *administration) start(w http.ResponseWriter, r *http.Request) {
	var s settings
	err := json.NewDecoder(r.Body).Decode(&s)
	var v *victim
	var l net.Listener
	if err == nil {
		v, err = newVictim(s, &a.log)
	}
	if err == nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	a.mu.Lock()
	a.last++
	id := strconv.Itoa(a.last)
	a.servers[id] = v
	a.mu.Unlock()
	go v.web.Serve(l) // ends with stop
	_ = json.NewEncoder(w).Encode(map[string]string{"id": id, "addr": l.Addr().String()})
}

func newVictim(s settings, log_ *lines) (*victim, error) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	c := everwire.Config{
		Origins:        s.Origins,
		PingInterval:   ms(s.PingInterval),
		PingTimeout:    ms(s.PingTimeout),
		ConnectTimeout: ms(s.ConnectTimeout),
		UpgradeTimeout: ms(s.UpgradeTimeout),
		MaxPayload:     s.MaxPayload,
		MaxUnjoined:    s.MaxUnjoined,
		Resume:         everwire.Resume{Window: ms(s.Window), Memory: s.Memory},
		Compression:    everwire.Compression{Polling: s.Compress, WebSocket: s.Compress},
		Poller:         s.Poller,
		Logger:         slog.New(slog.NewTextHandler(log_, nil)),
	}
	if s.Msgpack {
		c.Codec = msgpack.Codec{}
	}
	if s.Users {
		c.Principal = user
	}
	if s.Uncounted {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	server, err := everwire.New(c)
	if err != nil {
		return nil, err
	}
	v := &victim{Server: server}
	v.counts.init()
	handle(v, server.Namespace)
	handle(v, server.Of("/second"))
	for i := range s.Namespaces {
		handle(v, server.Of("/n"+strconv.Itoa(i)))
	}
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	v.web = &http.Server{Handler: mux, ReadHeaderTimeout: ms(s.HeaderTimeout), ErrorLog: log.New(log_, "", 0)}
	return v, nil
}

// user names who makes a request; "nobody" is refused.
func user(r *http.Request) (string, error) {
	name := r.Header.Get("X-User")
	if name == "nobody" {
		return "", errors.New("a stranger")
	}
	return name, nil
}

func (a *administration) find(r *http.Request) *victim {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.servers[r.PathValue("id")]
}

func (a *administration) stats(w http.ResponseWriter, r *http.Request) {
	v := a.find(r)
	s := stats{Sessions: v.Sessions(), Sockets: len(v.Sockets())}
	s.Events, s.Left = v.counts.get()
	_ = json.NewEncoder(w).Encode(s)
}

func (a *administration) stop(w http.ResponseWriter, r *http.Request) {
	v := a.find(r)
	a.mu.Lock()
	delete(a.servers, r.PathValue("id"))
	a.mu.Unlock()
	now, cancel := context.WithCancel(context.Background())
	cancel()
	_ = v.Shutdown(now) // sessions that polled are cut off
	_ = v.web.Close()
}

func (a *administration) showLog(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(a.log.take())
}

// lines is an io.Writer that keeps lines.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take returns the lines since it was called last.
func (l *lines) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := strings.TrimSuffix(l.text.String(), "\n")
	l.text.Reset()
	if text == "" {
		return []string{}
	}
	return strings.Split(text, "\n")
}
