package forward_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
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

// sidOf opens a stock session over polling and joins the main namespace.
func (w *town) sidOf(t *testing.T) string {
	_, open := w.get(t, http.MethodGet, "transport=polling", "")
	sid, _, _ := strings.Cut(strings.TrimPrefix(open, `0{"sid":"`), `"`)
	_, answer := w.get(t, http.MethodPost, "transport=polling&sid="+sid, "40")
	require.Equal(t, "ok", answer)
	_, answer = w.get(t, http.MethodGet, "transport=polling&sid="+sid, "")
	require.Contains(t, answer, "40{")
	return sid
}

// owner returns the node that holds the only session.
func (w *town) owner(t *testing.T) *everwire.Server {
	var found *everwire.Server
	for _, srv := range w.nodes {
		if srv.Sessions() == 1 {
			require.Nil(t, found)
			found = srv
		}
	}
	require.NotNil(t, found)
	return found
}

// A session of a node that has left is unknown at once, wherever it is asked for.
func TestNodeLeaves(t *testing.T) {
	w := newTown(t, 3)
	sid := w.sidOf(t)
	gone := w.owner(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // nobody polls: it is cut off
	defer cancel()
	_ = gone.Shutdown(ctx)
	for range 6 {
		status, answer := w.get(t, http.MethodGet, "transport=polling&sid="+sid, "")
		require.Equal(t, http.StatusBadRequest, status)
		require.JSONEq(t, `{"code":1,"message":"Session ID unknown"}`, answer)
	}
}

// A client whose node leaves while it is connected through others goes on with a new
// session.
func TestClientOfNodeThatLeaves(t *testing.T) {
	for _, transport := range []string{client.WebSocket, client.SSE, client.Polling} {
		t.Run(transport, func(t *testing.T) {
			w := newTown(t, 3)
			c, err := client.New(w.front.URL, client.Options{Transports: []string{transport}})
			require.NoError(t, err)
			var came atomic.Int32
			again := make(chan bool, 1)
			c.OnConnect(func(context.Context) {
				if came.Add(1) == 2 {
					again <- true
				}
			})
			require.NoError(t, c.Connect(t.Context()))
			gone := w.owner(t)
			require.NoError(t, gone.Shutdown(t.Context()))
			<-again
			require.Zero(t, gone.Sessions())
			require.NoError(t, c.Close(t.Context()))
		})
	}
}

// The legs of a race reach all nodes at once, each asking to be let in with the
// handshake: one session, and one arrival.
func TestRaceOverAllNodes(t *testing.T) {
	bus := new(memory.Bus)
	w := newTown(t, 3, func(_ int, c *everwire.Config) {
		c.Adapter = cluster.Over(bus, cluster.Config{Settle: 20 * time.Millisecond, Heartbeat: 50 * time.Millisecond})
	})
	n := 0
	require.Eventually(t, func() bool { // the nodes have known each other for long enough
		n++
		_, answer := w.get(t, http.MethodGet, "transport=polling&resume=1&c=1&rid="+fmt.Sprintf("%022d", n), "")
		return strings.Contains(answer, `"c":1`)
	}, 10*time.Second, 20*time.Millisecond)
	var arrivals atomic.Int32
	for _, srv := range w.nodes {
		srv.OnConnect(func(*everwire.Ctx) error { arrivals.Add(1); return nil })
	}
	for round := range 20 {
		rid := strings.Repeat(string(rune('a'+round)), 22)
		answers := make([]string, 6)
		var legs sync.WaitGroup
		for i := range answers {
			legs.Go(func() {
				_, answers[i] = w.get(t, http.MethodGet, "transport=polling&resume=1&c=1&rid="+rid+"&at="+string(rune('0'+i)), "")
			})
		}
		legs.Wait()
		sid, _, _ := strings.Cut(strings.TrimPrefix(answers[0], `0{"sid":"`), `"`)
		for _, answer := range answers {
			require.Contains(t, answer, sid)
			require.Contains(t, answer, `"c":1`)
		}
	}
	require.EqualValues(t, 20, arrivals.Load())
}

type user struct{}

// Who makes a request is found by the node that it reaches, whose middlewares have seen
// it; the session's node takes its word and asks nobody.
func TestPrincipalOfForwarded(t *testing.T) {
	var asked atomic.Int32
	w := newTown(t, 2, func(_ int, c *everwire.Config) {
		c.Principal = func(r *http.Request) (string, error) {
			asked.Add(1)
			return r.Context().Value(user{}).(string), nil
		}
	})
	name := "ann"
	inner := w.front.Config.Handler
	w.front.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), user{}, name)))
	})
	sid := w.sidOf(t)
	require.EqualValues(t, 3, asked.Load())
	name = "eve"
	for range 4 {
		status, _ := w.get(t, http.MethodPost, "transport=polling&sid="+sid, "1")
		require.Equal(t, http.StatusForbidden, status)
	}
}

// IDs that the application makes carry the tag too.
func TestNewIDCarriesTag(t *testing.T) {
	w := newTown(t, 3, func(_ int, c *everwire.Config) {
		c.NewID = func(*http.Request) (string, error) { return "abcdefghijklmnopqrstuv", nil }
	})
	sid := w.sidOf(t)
	require.Len(t, sid, 3+22)
	for range 3 {
		status, _ := w.get(t, http.MethodPost, "transport=polling&sid="+sid, "3")
		require.Equal(t, http.StatusOK, status)
	}
}

func TestNoForwarding(t *testing.T) {
	w := newTown(t, 2, func(_ int, c *everwire.Config) { c.NoForwarding = true })
	_, open := w.get(t, http.MethodGet, "transport=polling", "")
	sid, _, _ := strings.Cut(strings.TrimPrefix(open, `0{"sid":"`), `"`)
	status, answer := w.get(t, http.MethodPost, "transport=polling&sid="+sid, "40")
	require.Equal(t, http.StatusBadRequest, status, answer)
}

// lossy is one node's way to the bus, which may be cut.
type lossy struct {
	cluster.Bus
	cut atomic.Bool
}

func (b *lossy) Publish(ctx context.Context, topic string, payload []byte) error {
	if b.cut.Load() {
		return nil
	}
	return b.Bus.Publish(ctx, topic, payload)
}

func (b *lossy) Subscribe(ctx context.Context, topic string, f func([]byte)) (func(), error) {
	return b.Bus.Subscribe(ctx, topic, func(p []byte) {
		if !b.cut.Load() {
			f(p)
		}
	})
}

// lossyPair is two nodes, the one with the session first.
type lossyPair struct {
	*town
	sid   string
	buses []*lossy
	log   *lockedBuffer
}

func newLossyPair(t *testing.T) *lossyPair {
	bus := new(memory.Bus)
	p := &lossyPair{log: new(lockedBuffer)}
	p.town = newTown(t, 2, func(_ int, c *everwire.Config) {
		own := &lossy{Bus: bus}
		p.buses = append(p.buses, own)
		c.Adapter = cluster.Over(own, cluster.Config{Settle: 20 * time.Millisecond, Heartbeat: 200 * time.Millisecond, Silence: 3 * time.Second})
		c.Logger = slog.New(slog.NewTextHandler(p.log, nil))
	})
	p.sid = p.sidOf(t)
	if p.owner(t) == p.nodes[1] {
		slices.Reverse(p.nodes)
		slices.Reverse(p.buses)
	}
	return p
}

// post asks the node that has not got the session.
func (p *lossyPair) post() (int, string) {
	rec := httptest.NewRecorder()
	p.nodes[1].ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/socket.io/?EIO=4&transport=polling&sid="+p.sid, strings.NewReader("3")))
	return rec.Code, rec.Body.String()
}

// A node that does not answer has the request refused as a lost connection, soon; the
// session is not called unknown, since the client may come back to it. Once the node
// counts as gone, it is.
func TestSilentNode(t *testing.T) {
	p := newLossyPair(t)
	p.buses[0].cut.Store(true)
	status, answer := p.post()
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, answer, "does not answer")
	require.Contains(t, p.log.String(), "did not serve its request")
	require.Eventually(t, func() bool {
		status, _ := p.post()
		return status == http.StatusBadRequest
	}, 15*time.Second, 50*time.Millisecond)
}

// While a node hears nobody, not even itself, nobody is gone: sessions of others are
// there when the bus is back.
func TestBusIsAway(t *testing.T) {
	p := newLossyPair(t)
	for _, b := range p.buses {
		b.cut.Store(true)
	}
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); { // longer than Silence
		status, _ := p.post()
		require.Equal(t, http.StatusServiceUnavailable, status)
	}
	for _, b := range p.buses {
		b.cut.Store(false)
	}
	require.Eventually(t, func() bool {
		status, answer := p.post()
		require.NotEqual(t, http.StatusBadRequest, status, answer)
		return status == http.StatusOK
	}, 10*time.Second, 50*time.Millisecond)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *lockedBuffer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *lockedBuffer) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}
