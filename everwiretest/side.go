// side.go: the server's side of clients, and waiting for anything.

package everwiretest

import (
	"fmt"
	"testing"
	"time"

	"github.com/everwire/everwire"
)

// Sockets is where a test looks for the server's side of its clients: an
// [everwire.Server] or an [everwire.Namespace].
type Sockets interface {
	Socket(id string) (*everwire.Socket, bool)
	Sockets() []*everwire.Socket
}

// Peer is a client in one namespace, as its ID names it: a [Client] for the main one,
// or a [client.Socket].
type Peer interface{ ID() string }

// SocketOf returns the server's end of a client, and waits until there is one.
func SocketOf(t testing.TB, at Sockets, p Peer) (s *everwire.Socket) {
	t.Helper()
	ok := eventually(func() (ok bool) { s, ok = at.Socket(p.ID()); return ok })
	if !ok {
		t.Fatalf("everwiretest: the server has no socket of %s after %v; it has %d others", named(p), wait(), len(at.Sockets()))
	}
	return s
}

// WaitRoom waits until all of these clients are in a room of the server.
func WaitRoom(t testing.TB, at Sockets, room string, members ...Peer) {
	t.Helper()
	for _, p := range members {
		s := SocketOf(t, at, p)
		if !eventually(func() bool { return s.In(room) }) {
			t.Fatalf("everwiretest: %s is not in room %q after %v; it is in %q", named(p), room, wait(), s.Rooms())
		}
	}
}

// Eventually waits until ok returns true, which it may be asked often. what
// completes the failure "everwiretest: waited 10s for …".
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	if !eventually(ok) {
		t.Fatalf("everwiretest: waited %v for %s", wait(), what)
	}
}

func eventually(ok func() bool) bool {
	end := time.Now().Add(wait())
	for pause := time.Millisecond; !ok(); pause = min(2*pause, 250*time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
		time.Sleep(pause)
	}
	return true
}

func named(p Peer) string {
	if s, ok := p.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("a client with ID %q", p.ID())
}
