// world_test.go: a server with namespaces, and clients that speak its wire form.

package namespace_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
)

// world is a registry with an engine below it.
type world struct {
	*namespace.Registry
	http.Handler
	engine *engine.Server
	log    *logbook
}

// logbook is a log that can be read while it is written.
type logbook struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func newWorld(t testing.TB, c namespace.Config, e engine.Config) *world {
	t.Helper()
	w := &world{log: &logbook{}}
	c.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	e.Logger = c.Logger
	var err error
	w.Registry, err = namespace.NewRegistry(c)
	require.NoError(t, err)
	w.engine, err = engine.New(e, w.Registry, enginetest.Transport)
	require.NoError(t, err)
	w.Handler = w.engine
	return w
}

// inBubble runs f in a bubble, with a world of defaults.
func inBubble(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newWorld(t, namespace.Config{}, engine.Config{})) })
}

// peer is a client.
type peer struct {
	*enginetest.Peer
	t testing.TB
}

func (w *world) dial(t testing.TB) peer {
	t.Helper()
	return peer{enginetest.Dial(t, w), t}
}

// send sends packets that break no rule.
func (p peer) send(packets ...string) {
	p.t.Helper()
	for _, text := range packets {
		require.NoError(p.t, p.Send(text), text)
	}
}

// expect waits for these packets, in this order.
func (p peer) expect(packets ...string) {
	p.t.Helper()
	for _, want := range packets {
		require.Equal(p.t, want, p.Next())
	}
}

// expectOnly waits until everything has come to rest, in a bubble, and wants that
// no other packet has come.
func (p peer) expectOnly(packets ...string) {
	p.t.Helper()
	synctest.Wait()
	if len(packets) == 0 {
		require.Empty(p.t, p.Waiting())
		return
	}
	require.Equal(p.t, packets, p.Waiting())
}

var granted = regexp.MustCompile(`^40(?:(/[^,]*),)?\{"sid":"([\w-]{20})"\}$`)

// connect joins a namespace, "" for the main one, and returns the socket's id.
func (p peer) connect(nsp string) string {
	p.t.Helper()
	p.send("40" + wire(nsp))
	return p.connected(nsp)
}

// connected waits for the answer to a CONNECT.
func (p peer) connected(nsp string) string {
	p.t.Helper()
	answer := p.Next()
	m := granted.FindStringSubmatch(answer)
	require.NotNil(p.t, m, answer)
	require.Equal(p.t, nsp, m[1])
	return m[2]
}

// wire returns a namespace as it stands in a packet.
func wire(nsp string) string {
	if nsp == "" {
		return ""
	}
	return nsp + ","
}

// joined returns a new client in the main namespace, and the server's side of it.
func (w *world) joined(t testing.TB) (peer, *namespace.Socket) {
	t.Helper()
	p := w.dial(t)
	id := p.connect("")
	synctest.Wait() // the answer is sent before the socket is listed
	s, ok := w.Main().Socket(id)
	require.True(t, ok)
	return p, s
}

// history is a list of what has happened.
type history struct {
	mu   sync.Mutex // guards list
	list []string
}

func (h *history) add(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, what)
}

// take returns what has happened, in a bubble after all has come to rest, and
// begins anew.
func (h *history) take() []string {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.list
	h.list = nil
	return list
}

// patientNext is Next for what comes later than a test should wait: it lets the
// time of the bubble go by.
func (p peer) patientNext(most time.Duration) string {
	p.t.Helper()
	for end := time.Now().Add(most); time.Now().Before(end); {
		if got := p.Waiting(); len(got) > 0 {
			require.Len(p.t, got, 1)
			return got[0]
		}
		<-time.After(time.Second)
		synctest.Wait()
	}
	p.t.Fatalf("no packet within %v", most)
	return ""
}
