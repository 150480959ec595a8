// scene_test.go: one case with one server and one visitor.

package recovery

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A hole is a case in which a server may lose events, or double them, without telling.
type hole struct {
	name string
	on   settings
	over string // the one transport, if it is not both
	run  func(s *scene)
}

// A scene is one run of a hole. Its failures are kept: those of the official server fail no test.
type scene struct {
	server  target
	ours    bool
	visitor *visitor
	limit   time.Duration // for what must come

	failures []string
}

// Errorf implements require.TestingT.
func (s *scene) Errorf(format string, args ...any) {
	s.failures = append(s.failures, fmt.Sprintf(format, args...))
}

// FailNow implements require.TestingT: it ends the goroutine of the case.
func (s *scene) FailNow() { runtime.Goexit() }

// play runs the case, and returns what was wrong.
func (h hole) play(t *testing.T, server target, ours bool, transport string) []string {
	v, err := newVisitor(server.address(), []string{transport})
	require.NoError(t, err)
	defer v.close()
	s := &scene{server: server, ours: ours, visitor: v, limit: patience}
	if !ours {
		s.limit = 1500 * time.Millisecond
	}
	done := make(chan struct{})
	go func() { // ends with the case, whose waits have limits
		defer close(done)
		s.connects(false)
		h.run(s)
	}()
	<-done
	return s.failures
}

// do has the server do something.
func (s *scene) do(command string, args ...any) int {
	n, err := s.server.do(command, args...)
	require.NoError(s, err)
	return n
}

// next returns the next happening. Volatile events may come late, or not at all.
func (s *scene) next(what string) happening {
	for {
		var h happening
		ok, err := s.visitor.read(s.limit, &h)
		require.NoError(s, err)
		if !ok {
			require.Fail(s, "nothing happened", "expected: %s", what)
		}
		if h.String() != "v text" {
			return h
		}
	}
}

// connects expects the client to connect, and to get what it has missed, before or after that.
func (s *scene) connects(recovered bool, missed ...string) {
	var events []string
	connected := false
	for !connected || len(events) < len(missed) {
		h := s.next(fmt.Sprintf("connect (recovered: %t) and %q, after %q", recovered, missed, events))
		switch h.At {
		case "connect":
			require.Equal(s, recovered, h.Recovered, "recovered")
			connected = true
		case "event":
			events = append(events, h.String())
		default:
			require.Fail(s, "unexpected", "%s", h)
		}
	}
	require.Equal(s, missed, events, "events that were missed")
}

// gets expects an event, with what the server adds to it left out.
func (s *scene) gets(event string) {
	h := s.next(event)
	require.Equal(s, "event", h.At, h)
	require.Equal(s, event, h.String())
}

// getsAll expects events once each, over however many connections.
func (s *scene) getsAll(want []string) {
	var events []string
	for len(events) < len(want) {
		switch h := s.next("what was missed"); h.At {
		case "event":
			events = append(events, h.String())
		case "connect":
			require.True(s, h.Recovered, "recovered")
		}
	}
	require.Equal(s, want, events)
}

// only expects that nothing else has come before this moment.
func (s *scene) only() {
	s.do("all", "end", "of the case")
	s.gets("end of the case")
}

// cut cuts the connection, and waits until both sides know. Nobody gets through until the network is mended.
func (s *scene) cut() {
	s.visitor.down.Store(true)
	s.visitor.proxy.CutAll()
	h := s.next("disconnect")
	require.Equal(s, "disconnect", h.At, h)
	require.True(s, await(patience, func() bool { return s.do("sockets") == 0 }), "the server does not notice")
}

// halve makes the connection half-open: the client has lost it, and the server does not know.
func (s *scene) halve() {
	s.visitor.down.Store(true)
	var h happening
	require.True(s, await(patience, func() bool { // a poll may be on its way
		s.visitor.proxy.Abandon()
		heard, err := s.visitor.read(2*roundTrip, &h)
		require.NoError(s, err)
		return heard
	}), "the client does not notice")
	require.Equal(s, "disconnect", h.At, h)
	require.Equal(s, 1, s.do("sockets"), "the server must not know")
}

func (s *scene) mend() { s.visitor.down.Store(false) }
