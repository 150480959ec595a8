// poller_internal_linux_test.go: what takes a race, or ten seconds, to happen by itself.

package websocket

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/transporttest"
)

// A write that fails, with a client that says nothing, ends a session that nobody reads for.
func TestPollerNoticesFailedWrite(t *testing.T) {
	a, tr := transporttest.NewApp(), New(1000).WithPoller()
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler)}, a, tr)
	require.NoError(t, err)
	ts := httptest.NewServer(srv)
	defer ts.Close()
	ws, resp, err := gorilla.DefaultDialer.Dial(strings.Replace(ts.URL, "http", "ws", 1)+"/?EIO=4&transport=websocket", http.Header{})
	require.NoError(t, err)
	resp.Body.Close()
	defer ws.Close()
	_, _, err = ws.ReadMessage() // OPEN
	require.NoError(t, err)
	c := tr.onlyParked(t)
	require.NoError(t, c.Conn.Close())
	require.NoError(t, (<-a.Sessions).Send(engine.NewMessage(eio.Text([]byte("x")))))
	select {
	case <-a.Ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the session goes on")
	}
}

// onlyParked waits until one connection is there, and nobody reads from it.
func (t *Transport) onlyParked(test *testing.T) *conn {
	tick, late := time.NewTicker(time.Millisecond), time.NewTimer(20*time.Second)
	defer tick.Stop()
	defer late.Stop()
	for {
		t.poller.mu.Lock()
		if t.poller.set != nil {
			for _, c := range t.poller.set.conns {
				if c != nil && c.turn.state.Load() == parked {
					t.poller.mu.Unlock()
					return c
				}
			}
		}
		t.poller.mu.Unlock()
		select {
		case <-tick.C:
		case <-late.C:
			test.Fatal("no connection is parked")
		}
	}
}

// A connection whose descriptor was closed, and is another's already, leaves that alone.
func TestPollerLeavesOthersAlone(t *testing.T) {
	var p poller
	set, err := p.enter()
	require.NoError(t, err)
	_, err = p.enter()
	require.NoError(t, err)
	old, other := new(conn), new(conn)
	p.note(set, old, 1000)
	p.note(set, other, 1000)
	p.leave(old)
	require.Same(t, other, set.conns[1000])
	p.leave(other)
	require.Nil(t, set.conns[1000])
	require.Nil(t, p.set)
}

// Of what happens while somebody reads he hears, before he gives the connection up.
func TestTurn(t *testing.T) {
	var turn turn
	require.True(t, turn.begin())
	require.False(t, turn.begin())
	require.False(t, turn.begin())
	require.False(t, turn.end(), "he has to look again")
	require.True(t, turn.end())
	require.True(t, turn.begin())
	require.True(t, turn.end())
}
