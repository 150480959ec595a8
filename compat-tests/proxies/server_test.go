// server_test.go: the server behind the proxies.

package proxies

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

// A backend is a server of ours that GET /stop and /start at Control end and start again at its address.
type backend struct {
	Addr    string
	Control string
	Log     *buffer // of the server

	config everwire.Config
	cert   *certificate
	panics *buffer // what net/http logs

	mu     sync.Mutex // guards what a restart replaces
	server *everwire.Server
	http   *http.Server
}

// newBackend starts a server, with TLS if there is a certificate.
func newBackend(t *testing.T, config everwire.Config, cert *certificate) *backend {
	t.Helper()
	b := &backend{Addr: "127.0.0.1:0", config: config, cert: cert, Log: new(buffer), panics: new(buffer)}
	b.config.Logger = slog.New(slog.NewTextHandler(b.Log, nil))
	require.NoError(t, b.start())
	control := httptest.NewServer(http.HandlerFunc(b.serveControl))
	b.Control = control.URL
	t.Cleanup(func() {
		control.Close()
		assert.NoError(t, b.stop(50*time.Millisecond))
		assert.NotContains(t, b.panics.String(), "panic")
	})
	return b
}

func (b *backend) start() error {
	server, err := everwire.New(b.config)
	if err != nil {
		return err
	}
	handle(server)
	l, err := net.Listen("tcp", b.Addr)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Addr = l.Addr().String()
	b.server = server
	b.http = &http.Server{Handler: plain(server), ErrorLog: b.panics.logger()}
	// Both end with b.http.Shutdown.
	if b.cert != nil {
		go b.http.ServeTLS(l, b.cert.Cert, b.cert.Key)
	} else {
		go b.http.Serve(l)
	}
	return nil
}

func (b *backend) stop(patience time.Duration) error {
	b.mu.Lock()
	server, web := b.server, b.http
	b.mu.Unlock()
	if err := shutdown(server, patience); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return web.Shutdown(ctx)
}

// sessions is how many there are.
func (b *backend) sessions() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.server.Sessions()
}

// shutdown cuts off the long-polling clients that are gone without a word.
func shutdown(server *everwire.Server, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func (b *backend) serveControl(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.URL.Path {
	case "/stop":
		err = b.stop(2 * time.Second)
	case "/start":
		err = b.start()
	default:
		err = errors.New("no such thing to do")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func init() { gin.SetMode(gin.ReleaseMode) }

// mounts are the two ways to mount a server.
var mounts = map[string]func(*everwire.Server) http.Handler{"net/http": plain, "Gin": inGin}

func plain(server *everwire.Server) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	return mux
}

// inGin has no recovery: a panic reaches the log of net/http.
func inGin(server *everwire.Server) http.Handler {
	router := gin.New()
	ginmount.Mount(router, "/socket.io", server)
	return router
}

// silence is after how long the server speaks when it was asked to push.
const silence = 3 * time.Second

const say = everwire.RPC[string, string]("say")

var counting = everwire.NewKey[*tally]("counting")

// A tally is what became of the numbered messages of one client.
type tally struct {
	Received   int `json:"received"`
	Disordered int `json:"disordered"`
}

// handle sets up what client.mjs talks to.
func handle(server *everwire.Server) {
	server.OnConnect(func(c *everwire.Ctx) error {
		counting.Set(c.Socket(), new(tally))
		return nil
	})
	everwire.Handle(server, say, func(_ *everwire.Ctx, text string) (string, error) { return text, nil })
	server.On("echo", func(c *everwire.Ctx) error {
		var text string
		var bytes []byte
		if err := c.Bind(&text, &bytes); err != nil {
			return err
		}
		return c.Ack(text, bytes)
	})
	server.On("count", func(c *everwire.Ctx) error {
		var i int
		if err := c.Bind(&i); err != nil {
			return err
		}
		t, _ := counting.Get(c.Socket())
		if i != t.Received {
			t.Disordered++
		}
		t.Received++
		return nil
	})
	server.On("counted", func(c *everwire.Ctx) error {
		t, _ := counting.Get(c.Socket())
		return c.Ack(*t)
	})
	server.On("send-numbers", func(c *everwire.Ctx) error {
		var n int
		if err := c.Bind(&n); err != nil {
			return err
		}
		for i := range n {
			if err := c.Socket().Emit("number", i); err != nil {
				return err
			}
		}
		return nil
	})
	server.On("ticks", func(c *everwire.Ctx) error {
		var n, ms int
		if err := c.Bind(&n, &ms); err != nil {
			return err
		}
		go tick(c, n, time.Duration(ms)*time.Millisecond) // ends with them, or with the socket
		return nil
	})
	server.On("push-later", func(c *everwire.Ctx) error {
		s := c.Socket()
		time.AfterFunc(silence, func() { _ = s.Emit("pushed", time.Now().UnixMilli()) })
		return nil
	})
}

var epoch = time.Now()

// tick sends n numbered events that tell when they were sent, in microseconds since epoch.
func tick(c *everwire.Ctx, n int, period time.Duration) {
	clock := time.NewTicker(period)
	defer clock.Stop()
	for i := range n {
		select {
		case <-clock.C:
		case <-c.Done():
			return
		}
		if err := c.Socket().Emit("tick", i, time.Since(epoch).Microseconds()); err != nil {
			return
		}
	}
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
