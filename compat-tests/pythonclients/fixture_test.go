// fixture_test.go: the server that the clients talk to, and the door beside it.

package pythonclients

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/server/modes"
)

// A fixture is a mode of the server on a port, and beside it a plain HTTP server that cuts its connections, or ends it in a good or
// a bad way and starts another one.
type fixture struct {
	URL     string // of the Socket.IO server
	Control string // of the server beside it

	addr string
	mode string

	mu    sync.Mutex // guards what follows
	lab   *modes.Server
	http  *http.Server
	conns map[*net.TCPConn]bool // and whether it is a WebSocket
	polls int                   // that wait for an answer
}

func newFixture(t *testing.T, mode string) *fixture {
	t.Helper()
	f := &fixture{addr: "127.0.0.1:0", mode: mode}
	require.NoError(t, f.start())
	control := httptest.NewServer(http.HandlerFunc(f.serveControl))
	f.URL, f.Control = "http://"+f.addr, control.URL
	t.Cleanup(func() {
		control.Close()
		require.NoError(t, f.stop())
	})
	return f
}

func (f *fixture) start() error {
	lab, err := modes.Start(f.mode)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.addr)
	if err != nil {
		return errors.Join(err, lab.Close())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.addr = l.Addr().String()
	f.conns = map[*net.TCPConn]bool{}
	f.lab, f.http = lab, &http.Server{Handler: f.counted(lab), ConnState: f.noteState}
	go f.http.Serve(listener{l, f}) // ends with f.http.Close
	return nil
}

func (f *fixture) stop() error {
	f.mu.Lock()
	lab, web := f.lab, f.http
	f.mu.Unlock()
	return errors.Join(lab.Close(), web.Close())
}

// counted counts the polls that wait.
func (f *fixture) counted(next http.Handler) http.Handler {
	count := func(d int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.polls += d
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.Header.Get("Upgrade") == "" {
			count(1)
			defer count(-1)
		}
		next.ServeHTTP(w, r)
	})
}

func (f *fixture) noteState(c net.Conn, state http.ConnState) {
	if state != http.StateHijacked {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns[c.(tracked).TCPConn] = true
}

// awaitClient waits for a poll or a WebSocket. A client that is between two requests does not notice a cut.
func (f *fixture) awaitClient(ctx context.Context) error {
	holds := func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.polls > 0 || slices.Contains(slices.Collect(maps.Values(f.conns)), true)
	}
	for !holds() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// cut resets all connections; the sessions stay until the server notices.
func (f *fixture) cut() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for c := range f.conns {
		errs = append(errs, c.SetLinger(0), c.Close())
	}
	return errors.Join(errs...)
}

func (f *fixture) serveControl(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.URL.Path {
	case "/cut":
		if err = f.awaitClient(r.Context()); err == nil {
			err = f.cut()
		}
	case "/crash":
		err = errors.Join(f.http.Close(), f.cut(), f.stop(), f.start())
	case "/restart":
		err = errors.Join(f.stop(), f.start())
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// listener keeps the connections that it accepts for cut.
type listener struct {
	net.Listener
	fixture *fixture
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.fixture.mu.Lock()
	defer l.fixture.mu.Unlock()
	l.fixture.conns[c.(*net.TCPConn)] = false
	return tracked{c.(*net.TCPConn), l.fixture}, nil
}

type tracked struct {
	*net.TCPConn
	fixture *fixture
}

func (t tracked) Close() error {
	t.fixture.mu.Lock()
	delete(t.fixture.conns, t.TCPConn)
	t.fixture.mu.Unlock()
	return t.TCPConn.Close()
}
