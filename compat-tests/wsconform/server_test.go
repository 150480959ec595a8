// server_test.go: the server under test: the engine, one transport, and an application that echoes.

package wsconform

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/websocket"
)

// maxPayload lets the largest message of group 9 through: 16 MiB and the type character.
const maxPayload = 16<<20 + 1

// mode is how the transport reads.
type mode struct {
	name string
	set  func(*websocket.Transport) *websocket.Transport
}

// modes are run side by side.
var modes = []mode{
	{"a goroutine each", func(t *websocket.Transport) *websocket.Transport { return t }},
	{"poller", (*websocket.Transport).WithPoller},
}

// startServer returns the address of a server that lives as long as the test.
func (m mode) startServer(t *testing.T) (addr string) {
	return start(t, m.set(websocket.New(maxPayload)))
}

// startCompressing returns the address of one that compresses whatever gets shorter by it.
func (m mode) startCompressing(t *testing.T) (addr string) {
	return start(t, m.set(websocket.NewCompressing(maxPayload, 1)))
}

func start(t *testing.T, transport engine.Transport) (addr string) {
	t.Helper()
	server, err := engine.New(engine.Config{
		MaxPayload:   maxPayload,
		PingInterval: time.Hour, // no packet that no case asked for
		Logger:       slog.New(slog.DiscardHandler),
	}, echo{}, transport)
	require.NoError(t, err)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, server.Shutdown(ctx), "sessions are left")
		web.Close()
	})
	return web.Listener.Addr().String()
}

type echo struct{}

func (echo) Open(s *engine.Session) (engine.Receiver, error) {
	s.Joined()
	return echoer{s}, nil
}

type echoer struct{ s *engine.Session }

func (e echoer) Receive(p eio.Packet) error {
	p.Data = bytes.Clone(p.Data)
	_ = e.s.Send(engine.NewMessage(p)) // the session may be closing: then no echo is due
	return nil
}

func (echoer) Closed(engine.CloseReason) {}
