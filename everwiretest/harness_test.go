// harness_test.go: a small application to test, and a test that may fail.

package everwiretest_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

// What the application speaks.
const (
	say   = everwire.Event[string]("say")   // to the server, which sends it to all
	tick  = everwire.Event[int]("tick")     // to the client
	enter = everwire.RPC[string, int]("in") // a room; answers how many are there
)

// newApp is the application.
func newApp(t testing.TB, c everwire.Config) *everwire.Server {
	if c.Logger == nil {
		c.Logger = everwiretest.Logger(t)
	}
	srv, err := everwire.New(c)
	require.NoError(t, err)
	everwire.On(srv, say, func(_ *everwire.Ctx, text string) error { return say.Emit(srv, text) })
	everwire.Handle(srv, enter, func(c *everwire.Ctx, room string) (int, error) {
		return len(srv.Sockets()), c.Socket().Join(room)
	})
	return srv
}

var transports = []string{client.WebSocket, client.SSE, client.Polling}

// bubbles runs a test for each transport, inside of a bubble and outside.
func bubbles(t *testing.T, test func(t *testing.T, transport string)) {
	for _, tr := range transports {
		t.Run(tr, func(t *testing.T) { t.Parallel(); test(t, tr) })
		t.Run(tr+" in a bubble", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, tr) })
		})
	}
}

// attempt is a test that may fail without failing the one that it is in.
type attempt struct {
	testing.TB
	name string

	mu       sync.Mutex // guards what follows
	failures []string
	logged   bytes.Buffer
	cleanups []func()
	over     bool
}

// try runs a whole test, with its clean-up, and returns its failures.
func try(t testing.TB, test func(t testing.TB)) (failures string) {
	a := &attempt{TB: t, name: t.Name()}
	a.run(func() { test(a) })
	return a.end()
}

// end cleans up, last things first.
func (a *attempt) end() (failures string) {
	for len(a.cleanups) > 0 {
		last := a.cleanups[len(a.cleanups)-1]
		a.cleanups = a.cleanups[:len(a.cleanups)-1]
		a.run(last)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return strings.Join(a.failures, "\n")
}

// run lets f end its goroutine.
func (a *attempt) run(f func()) {
	done := make(chan struct{})
	// The test's, which waits for it.
	go func() { defer close(done); f() }()
	<-done
}

func (a *attempt) Helper()           {}
func (a *attempt) Name() string      { return a.name }
func (a *attempt) Output() io.Writer { return a }

func (a *attempt) Cleanup(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cleanups = append(a.cleanups, f)
}

// Write is that of Output.
func (a *attempt) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		panic("log after the test")
	}
	return a.logged.Write(p)
}

func (a *attempt) Errorf(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures = append(a.failures, fmt.Sprintf(format, args...))
}

func (a *attempt) Fatalf(format string, args ...any) {
	a.Errorf(format, args...)
	runtime.Goexit()
}

func (a *attempt) FailNow() { runtime.Goexit() }

const instant = time.Nanosecond
