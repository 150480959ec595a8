// fixture_test.go: the servers that the client talks to, and the door beside them.

package engineclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/server/modes"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// A fixture is the modes eio-client and eio-protocol, and beside them a plain HTTP server that has a session say
// something, closes it, or tells how it ended.
type fixture struct {
	mu       sync.Mutex // guards sessions
	sessions map[string]*session
}

// A session is what the fixture knows of one.
type session struct {
	engine *engine.Session

	mu       sync.Mutex // guards received
	received int
	ended    chan struct{} // closed after reason was set
	reason   engine.CloseReason
}

// newFixture returns the addresses of the mode eio-client, of the server beside them and of the mode eio-protocol.
func newFixture(t *testing.T) (client, control, protocol string) {
	t.Helper()
	f := &fixture{sessions: map[string]*session{}}
	client, protocol = f.start(t, "eio-client"), f.start(t, "eio-protocol")
	web := httptest.NewServer(http.HandlerFunc(f.serveControl))
	t.Cleanup(web.Close)
	return client, web.URL, protocol
}

func (f *fixture) start(t *testing.T, mode string) (url string) {
	t.Helper()
	server, err := modes.Start(mode)
	require.NoError(t, err)
	server.Watch = modes.Watch{Opened: f.opened, Received: f.received, Closed: f.closed}
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		web.CloseClientConnections()
		web.Close()
	})
	return web.URL
}

func (f *fixture) session(id string) *session {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sessions[id]
}

func (f *fixture) opened(s *engine.Session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions[s.ID()] = &session{engine: s, ended: make(chan struct{})}
}

func (f *fixture) received(s *engine.Session, _ eio.Packet) {
	known := f.session(s.ID())
	known.mu.Lock()
	defer known.mu.Unlock()
	known.received++
}

func (f *fixture) closed(s *engine.Session, why engine.CloseReason) {
	known := f.session(s.ID())
	known.reason = why
	close(known.ended)
}

func (f *fixture) serveControl(w http.ResponseWriter, r *http.Request) {
	s := f.session(r.FormValue("key"))
	if s == nil {
		http.Error(w, "no such session", http.StatusNotFound)
		return
	}
	answer := map[string]any{}
	switch r.URL.Path {
	case "/say":
		n, _ := strconv.Atoi(r.FormValue("n"))
		for i := range n {
			_ = s.engine.Send(engine.NewMessage(numbered(i))) // what is lost is missed by the client
		}
	case "/close":
		s.engine.Close(engine.ForcedClose)
	case "/outcome":
		reason, received := s.outcome(r.Context())
		answer["reason"], answer["received"] = reason, received
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// numbered is message i of a row; every third is binary.
func numbered(i int) eio.Packet {
	text := fmt.Appendf(nil, "%03d", i)
	if i%3 == 0 {
		return eio.Binary(text)
	}
	return eio.Text(text)
}

// outcome waits for the end of the session.
func (s *session) outcome(ctx context.Context) (reason string, received int) {
	select {
	case <-s.ended:
	case <-ctx.Done():
		return "the features did not wait for it", 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.reason), s.received
}
