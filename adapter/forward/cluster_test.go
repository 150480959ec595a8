package forward_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/client"
)

// town is a cluster behind a load balancer that gives each request to another node.
type town struct {
	nodes []*everwire.Server
	front *httptest.Server
	conns *conns
}

func newTown(t *testing.T, size int, more ...func(i int, c *everwire.Config)) *town {
	bus := new(memory.Bus)
	w := &town{conns: new(conns)}
	for i := range size {
		config := everwire.Config{Adapter: cluster.Over(bus, cluster.Config{Settle: 20 * time.Millisecond})}
		for _, f := range more {
			f(i, &config)
		}
		srv, err := everwire.New(config)
		require.NoError(t, err)
		w.nodes = append(w.nodes, srv)
	}
	var turn atomic.Uint64
	w.front = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.nodes[turn.Add(1)%uint64(size)].ServeHTTP(rw, r)
	}))
	w.front.Listener = w.conns.of(w.front.Listener)
	w.front.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond) // stock clients are gone by now
		defer cancel()
		var ends sync.WaitGroup
		for _, srv := range w.nodes {
			ends.Go(func() { _ = srv.Shutdown(ctx) }) // some tests have done so
		}
		ends.Wait()
		w.front.Close()
	})
	return w
}

// conns are the connections that clients have made, to be cut.
type conns struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (c *conns) of(l net.Listener) net.Listener { return &cutListener{l, c} }

func (c *conns) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for nc := range c.open {
		_ = nc.(*net.TCPConn).SetLinger(0)
		nc.Close()
	}
	c.open = nil
}

type cutListener struct {
	net.Listener
	conns *conns
}

func (l *cutListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err == nil {
		l.conns.mu.Lock()
		if l.conns.open == nil {
			l.conns.open = map[net.Conn]bool{}
		}
		l.conns.open[nc] = true
		l.conns.mu.Unlock()
	}
	return nc, err
}

// get is one request of a stock client.
func (w *town) get(t *testing.T, method, query, body string, header ...string) (int, string) {
	req, err := http.NewRequestWithContext(t.Context(), method, w.front.URL+"/socket.io/?EIO=4&"+query, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// A stock client whose requests each reach another node is served as at home.
func TestPollingOverAllNodes(t *testing.T) {
	w := newTown(t, 3)
	for _, srv := range w.nodes {
		srv.On("echo", func(c *everwire.Ctx) error {
			var s string
			if err := c.Bind(&s); err != nil {
				return err
			}
			return c.Ack(s)
		})
	}
	status, open := w.get(t, http.MethodGet, "transport=polling", "")
	require.Equal(t, http.StatusOK, status)
	sid, _, _ := strings.Cut(strings.TrimPrefix(open, `0{"sid":"`), `"`)
	query := "transport=polling&sid=" + sid

	status, answer := w.get(t, http.MethodPost, query, "40")
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, "ok", answer)
	_, answer = w.get(t, http.MethodGet, query, "")
	require.Contains(t, answer, `40{"sid":`)
	for i := range 20 {
		text := strings.Repeat("x", i*20_000)
		status, answer = w.get(t, http.MethodPost, query, fmt.Sprintf(`42%d["echo",%q]`, i, text))
		require.Equal(t, http.StatusOK, status, answer)
		_, answer = w.get(t, http.MethodGet, query, "")
		require.Equal(t, fmt.Sprintf(`43%d[%q]`, i, text), answer)
	}
	status, answer = w.get(t, http.MethodPost, query, strings.Repeat("x", 1_000_001))
	require.Equal(t, http.StatusRequestEntityTooLarge, status, answer)

	for range 6 { // each node: the owner, and those that ask it
		status, answer = w.get(t, http.MethodGet, "transport=polling&sid="+sid[:10]+"unknown", "")
		require.Equal(t, http.StatusBadRequest, status)
		require.JSONEq(t, `{"code":1,"message":"Session ID unknown"}`, answer)
	}
}

// Our client sends and receives numbered messages over each transport while its
// connections are cut: nothing is lost, doubled or out of order.
func TestOurClientOverAllNodes(t *testing.T) {
	for _, transports := range [][]string{nil, {client.WebSocket}, {client.SSE}, {client.Polling}} {
		name := strings.Join(transports, ",")
		if name == "" {
			name = "race"
		}
		t.Run(name, func(t *testing.T) { testCuts(t, transports) })
	}
}

const messages = 300

func testCuts(t *testing.T, transports []string) {
	w := newTown(t, 3)
	up := make(chan int, 2*messages)
	for _, srv := range w.nodes {
		srv.On("up", func(c *everwire.Ctx) error {
			var n int
			if err := c.Bind(&n); err != nil {
				return err
			}
			up <- n
			return c.Socket().Emit("down", n)
		})
	}
	c, err := client.New(w.front.URL, client.Options{Transports: transports})
	require.NoError(t, err)
	down := make(chan int, 2*messages)
	c.On("down", func(c *client.Ctx) error {
		var n int
		if err := c.Bind(&n); err != nil {
			return err
		}
		down <- n
		return nil
	})
	lost := make(chan client.Reason, 1)
	c.OnDisconnect(func(why client.Reason) { lost <- why })
	require.NoError(t, c.Connect(t.Context()))
	for i := range messages {
		require.NoError(t, c.Emit("up", i))
		if i%50 == 25 {
			w.conns.cut()
		}
		require.Equal(t, i, <-down)
	}
	for i := range messages {
		require.Equal(t, i, <-up)
	}
	require.Empty(t, lost)
	require.NoError(t, c.Close(t.Context()))
	require.Empty(t, down)
	require.Empty(t, up)
}
