// host_test.go: a server of ours on a TCP port, which keeps account of each socket.

package chaos

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/engine"
)

// A visit is the account of one socket.
type visit struct {
	socket *everwire.Socket
	took   *ledger
}

// A host is a running server. It acknowledges the event "fence".
type host struct {
	addr    string
	server  *everwire.Server
	http    *http.Server
	visits  chan *visit // of capacity manySockets; each socket once
	journal journal

	mu   sync.Mutex // guards what follows
	ends []everwire.Reason
}

const manySockets = 1000

var visiting = everwire.NewKey[*visit]("visit")

func startHost() (*host, error) {
	h := &host{visits: make(chan *visit, manySockets)}
	h.journal.attached = map[string]int{}
	var err error
	if h.server, err = everwire.New(everwire.Config{Observer: &h.journal, Logger: logger()}); err != nil {
		return nil, err
	}
	h.handle()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.addr = l.Addr().String()
	h.http = &http.Server{Handler: h.server, ErrorLog: slog.NewLogLogger(logger().Handler(), slog.LevelDebug)}
	go h.http.Serve(l) // ends with stop
	return h, nil
}

func (h *host) handle() {
	h.server.OnConnect(func(c *everwire.Ctx) error {
		v := &visit{socket: c.Socket(), took: newLedger()}
		visiting.Set(c.Socket(), v)
		h.visits <- v
		return nil
	})
	h.server.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.ends = append(h.ends, why)
	})
	h.server.On("message", func(c *everwire.Ctx) error {
		v, _ := visiting.Get(c.Socket())
		return receive(v.took, c, c.Socket().Transport())
	})
	h.server.On("fence", func(c *everwire.Ctx) error { return c.Ack() })
}

// disconnected returns why sockets have ended so far.
func (h *host) disconnected() []everwire.Reason {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]everwire.Reason(nil), h.ends...)
}

func (h *host) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = h.server.Shutdown(ctx) // what is not gone by then is cut off
	return h.http.Close()
}

// A journal counts the attachments of sessions, and what was sent again.
type journal struct {
	mu       sync.Mutex     // guards what follows
	attached map[string]int // by transport
	replayed int            // packets
	lost     int            // times that a session had no connection
}

// Observe implements [everwire.Observer].
func (j *journal) Observe(e engine.Event) {
	if e.Kind != engine.Attached && e.Kind != engine.Detached {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.Kind == engine.Detached {
		j.lost++
		return
	}
	j.attached[e.Transport]++
	j.replayed += e.Packets
}

// attachments returns how often each transport was attached, how many packets were sent again, and how often a session
// had no connection.
func (j *journal) attachments() (websocket, sse, polling, replayed, lost int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.attached["websocket"], j.attached["sse"], j.attached["polling"], j.replayed, j.lost
}
