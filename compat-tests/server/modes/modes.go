// Package modes holds the servers that conformance suites are run against: one for each suite, with the handlers, the
// heartbeat and the limits that the suite expects.
//
//	server, err := modes.Start("lab")
//	web := httptest.NewServer(server)
//	defer server.Close()
//
// A mode runs with what the library has. What it still lacks is in Mode.Pending.
package modes

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/everwire/everwire"
)

// A Mode is what one suite expects.
type Mode struct {
	Name    string
	Port    int // that the suite connects to by default
	Pending []Pending

	start func() (*Server, error)
}

// All are the modes.
var All = []Mode{
	{"eio-protocol", 3000, nil, startEngineProtocol},
	{"sio-protocol", 3000, nil, startProtocol},
	{"sio-client", 3210, nil, startClient},
	{"eio-client", 3000, nil, startEngineClient},
	{"lab", 3300, nil, startLab},
	{"lab-msgpack", 3301, nil, startLabMsgpack},
}

// ErrUnknown is why a mode does not start.
var ErrUnknown = errors.New("no such mode")

// Named returns the mode of that name.
func Named(name string) (Mode, error) {
	i := slices.IndexFunc(All, func(m Mode) bool { return m.Name == name })
	if i < 0 {
		return Mode{}, fmt.Errorf("%q: %w", name, ErrUnknown)
	}
	return All[i], nil
}

// Start starts the server of a mode.
func Start(name string) (*Server, error) {
	mode, err := Named(name)
	if err != nil {
		return nil, err
	}
	return mode.start()
}

// A Server is a mode that runs. It is to be mounted at "/".
type Server struct {
	http.Handler
	Watch    Watch // to be set before the server serves
	shutdown func(context.Context) error
}

// farewell is how long a polling client without a pending poll has to come for its end.
const farewell = 300 * time.Millisecond

// Close ends all sessions. Polling clients that do not come for their end are cut off.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if err := s.shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// mount serves h under the path alone.
func mount(path string, h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(path, h)
	return mux
}

// socketIO returns the Socket.IO server of a mode and its handlers.
func socketIO(c everwire.Config, handle func(*everwire.Server)) (*Server, error) {
	c.Logger = quiet()
	server, err := everwire.New(c)
	if err != nil {
		return nil, err
	}
	handle(server)
	return &Server{Handler: mount("/socket.io/", server), shutdown: server.Shutdown}, nil
}

// quiet drops what the suites provoke: refusals, and clients that break the protocol.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
