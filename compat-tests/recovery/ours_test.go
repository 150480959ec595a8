// ours_test.go: our server with the commands of official.mjs.

package recovery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
)

// window is for how long clients may come back to our server.
const window = 2 * time.Minute

type ours struct {
	server *everwire.Server
	web    *http.Server
	addr   string

	mu       sync.Mutex // guards what follows
	peer     *everwire.Socket
	admitted int
	revoked  bool
	stop     func() // of the stream
	done     chan struct{}
	sent     int
	failure  error // the first of the stream
}

func startOurs(o settings, adapters ...adapter.Opener) (*ours, error) {
	if o.window == 0 {
		o.window = window
	}
	c := everwire.Config{
		Recovery:     everwire.Recovery{Window: o.window, Buffer: o.buffer, Memory: o.memory},
		PingInterval: o.pingInterval,
		PingTimeout:  o.pingTimeout,
		Logger:       slog.New(slog.DiscardHandler),
	}
	if len(adapters) > 0 {
		c.Adapter = adapters[0]
	}
	server, err := everwire.New(c)
	if err != nil {
		return nil, err
	}
	w := &ours{server: server}
	server.UseConnect(w.admit)
	server.OnConnect(w.enter)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.addr = l.Addr().String()
	w.web = &http.Server{Handler: server, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	go w.web.Serve(l) // ends with end
	return w, nil
}

func (w *ours) address() string { return w.addr }

func (w *ours) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = w.server.Shutdown(ctx) // what is not gone by then is cut off
	return w.web.Close()
}

func (w *ours) admit(next everwire.Handler) everwire.Handler {
	return func(c *everwire.Ctx) error {
		w.mu.Lock()
		w.admitted++
		revoked := w.revoked
		w.mu.Unlock()
		if revoked {
			return &everwire.Error{Message: "revoked"}
		}
		return next(c)
	}
}

func (w *ours) enter(c *everwire.Ctx) error {
	s := c.Socket()
	w.mu.Lock()
	w.peer = s
	w.mu.Unlock()
	if s.Recovered() {
		return nil
	}
	return s.Join("red")
}

// last returns the socket that came in last.
func (w *ours) last() *everwire.Socket {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peer
}

func (w *ours) do(command string, args ...any) (int, error) {
	switch command {
	case "sockets":
		return len(w.server.Sockets()), nil
	case "admitted":
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.admitted, nil
	case "revoke":
		w.mu.Lock()
		defer w.mu.Unlock()
		w.revoked = true
		return 0, nil
	case "stream":
		w.stream(args[0].(int))
		return 0, nil
	case "halt":
		w.stop()
		<-w.done
		return w.sent, w.failure
	}
	return 0, w.emit(command, args[0].(string), args[1:])
}

func (w *ours) emit(command, event string, args []any) error {
	switch command {
	case "all":
		return w.server.Emit(event, args...)
	case "room":
		return w.server.To("red").Emit(event, args...)
	case "id":
		return w.server.To(w.last().ID()).Emit(event, args...)
	case "socket":
		return w.last().Emit(event, args...)
	case "volatile":
		return w.server.Volatile().Emit(event, args...)
	case "ask":
		go func() { _, _ = w.last().Call(context.Background(), event, args...) }() // ends with its answer or the socket
		return nil
	}
	return fmt.Errorf("unknown command %q", command)
}

// stream sends numbered messages until it is stopped: to all, to the room and to the one socket, in turn.
func (w *ours) stream(rate int) {
	ctx, cancel := context.WithCancel(context.Background())
	w.stop, w.done = cancel, make(chan struct{})
	go func() { // ends with halt
		defer close(w.done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for start := time.Now(); ctx.Err() == nil; <-tick.C {
			for due := int(time.Since(start).Seconds() * float64(rate)); w.sent < due; w.sent++ {
				w.send(w.sent)
			}
		}
	}()
}

func (w *ours) send(n int) {
	var err error
	switch n % 3 {
	case 0:
		err = w.server.Emit("message", n, body(n))
	case 1:
		err = w.server.To("red").Emit("message", n, body(n))
	default:
		s := w.last()
		// A socket that the client has just come back from is over: its ID is not.
		if err = s.Emit("message", n, body(n)); errors.Is(err, everwire.ErrDisconnected) {
			err = w.server.To(s.ID()).Emit("message", n, body(n))
		}
	}
	if w.failure == nil {
		w.failure = err
	}
}

// content is what message n carries, and body has it as bytes now and then.
func content(n int) string { return strconv.Itoa(n) + strings.Repeat(".", 80+n%17) }

func body(n int) any {
	if n%10 == 5 {
		return []byte(content(n))
	}
	return content(n)
}
