// namespaces_test.go: the rows about namespaces and adapters.

package parity

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"namespace-name":    namespaceName,
	"namespace-sockets": namespaceSockets,
	"namespace-use":     namespaceUse,
	"namespace-emit":    namespaceEmit,
	"namespace-rooms":   namespaceRooms,
	"namespace-unknown": namespaceUnknown,
	"namespace-many":    namespaceMany,
	"namespace-again":   namespaceAgain,

	"adapter-init":               optionAdapter,
	"adapter-close":              serverCloseAdapters,
	"adapter-index":              adapterIndex,
	"adapter-broadcast":          publishes(adapter.Broadcast, func(n *everwire.Namespace) error { return n.To("x").Emit("e", 1) }),
	"adapter-add-sockets":        publishes(adapter.Join, func(n *everwire.Namespace) error { return n.To("x").Join("y") }),
	"adapter-del-sockets":        publishes(adapter.Leave, func(n *everwire.Namespace) error { return n.To("x").Leave("y") }),
	"adapter-disconnect-sockets": publishes(adapter.Disconnect, func(n *everwire.Namespace) error { return n.To("x").Disconnect(true) }),
	"adapter-sids":               adapterSids,
})

func namespaceName(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Equal(t, []string{"/", "/a/b"}, []string{s.srv.Name(), s.srv.Of("/a/b").Name()})
}

func namespaceSockets(t *testing.T) {
	a, b := two(t, everwire.Config{})
	mine, theirs := a.join(), b.join()
	require.Equal(t, []*everwire.Socket{mine.socket()}, a.srv.Sockets())
	_, ok := a.srv.Socket(theirs.id)
	require.False(t, ok)
	mine.ask("41")
	require.Eventually(t, func() bool { return len(a.srv.Sockets()) == 0 }, peer.Patience, time.Millisecond)
}

func namespaceUse(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.Of("/a").UseConnect(step(told, "a", nil))
	s.srv.Of("/b").UseConnect(step(told, "b", nil))
	c := s.join()
	s.Enter(c, "/b", "")
	told.expect("b")
	told.none()
	refused := &everwire.Error{Message: "members only"}
	s.srv.Auth(func(context.Context, *everwire.Handshake) (*everwire.Identity, error) { return nil, refused })
	s.srv.Of("/b").Auth(func(context.Context, *everwire.Handshake) (*everwire.Identity, error) { return nil, nil })
	w := s.Websocket("")
	s.Ask(w, "40/a,", `44/a,{"message":"members only"}`)
	s.Enter(w, "/b", "")
}

func namespaceEmit(t *testing.T) {
	s := serve(t, everwire.Config{})
	n := s.srv.Of("/a")
	c := s.join()
	in := s.enter(c, n, "")
	for _, emit := range []func() error{
		func() error { return n.Emit("e", 1) },
		func() error { return n.To(in.id).Emit("e", 1) },
		func() error { return n.Except("nobody").Emit("e", 1) },
	} {
		require.NoError(t, emit())
		in.expect(`42/a,["e",1]`)
	}
	c.quiet()
	require.NoError(t, n.DisconnectSockets(false))
	in.expect("41/a,")
	c.quiet()
}

func namespaceRooms(t *testing.T) {
	s := serve(t, everwire.Config{})
	n := s.srv.Of("/a")
	c := s.join()
	in := s.enter(c, n, "")
	require.NoError(t, c.socket().Join("x"))
	require.NoError(t, n.To("x").Emit("e"))
	require.NoError(t, s.srv.To("x").Emit("mine"))
	c.expect(`42["mine"]`)
	c.quiet()
	require.Empty(t, in.socket().Rooms())
}

func namespaceUnknown(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	c.ask("40/foo,", `44/foo,{"message":"Invalid namespace"}`)
	c.quiet()
}

func namespaceMany(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	for i := range 99 {
		name := fmt.Sprintf("/n%d", i)
		s.srv.Of(name)
		s.Enter(c, name, "")
	}
	s.srv.Of("/more")
	c.ask("40/more,", `44/more,{"message":"Too many namespaces"}`)
	c.quiet()
}

func namespaceAgain(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	c.Send("41")
	again := s.enter(c, s.srv.Namespace, "")
	require.NotEqual(t, c.id, again.id)
	again.quiet()
}

// link is an adapter that keeps what is published.
type link struct {
	opener    *opener
	namespace string
}

// Publish implements adapter.Adapter.
func (l *link) Publish(_ context.Context, op *adapter.Op) error {
	l.opener.mu.Lock()
	defer l.opener.mu.Unlock()
	l.opener.published = append(l.opener.published, *op)
	return nil
}

// Ask implements adapter.Adapter; there is nobody who would answer.
func (l *link) Ask(_ context.Context, op *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(func(adapter.Answer, error) bool) {
		l.opener.mu.Lock()
		defer l.opener.mu.Unlock()
		l.opener.asked = append(l.opener.asked, *op)
	}
}

// Close implements adapter.Adapter.
func (l *link) Close() error {
	l.opener.mu.Lock()
	defer l.opener.mu.Unlock()
	l.opener.closed = append(l.opener.closed, l.namespace)
	return nil
}

// publishes asserts that an operation on a room reaches the adapter, as one of a kind.
func publishes(kind adapter.Kind, do func(n *everwire.Namespace) error) func(*testing.T) {
	return func(t *testing.T) {
		var o opener
		s := serve(t, everwire.Config{Adapter: &o})
		require.NoError(t, do(s.srv.Namespace))
		require.Len(t, o.published, 1)
		op := o.published[0]
		require.Equal(t, kind, op.Kind)
		require.Equal(t, []string{"x"}, op.Rooms)
		require.Empty(t, op.Except)
		switch kind {
		case adapter.Broadcast:
			require.Equal(t, "e", op.Event.Event)
			require.Equal(t, []any{1}, op.Event.Args)
		case adapter.Disconnect:
			require.True(t, op.Close)
		default:
			require.Equal(t, []string{"y"}, op.Change)
		}
	}
}

// adapterIndex: joining and leaving publish nothing.
func adapterIndex(t *testing.T) {
	var o opener
	s := serve(t, everwire.Config{Adapter: &o})
	socket := s.join().socket()
	require.NoError(t, socket.Join("a", "b"))
	require.NoError(t, socket.Leave("a"))
	require.Equal(t, []string{"b"}, socket.Rooms())
	require.Empty(t, o.published)
}

func adapterSids(t *testing.T) {
	s := serve(t, everwire.Config{})
	socket := s.join().socket()
	require.NoError(t, socket.Join("a", "b"))
	require.ElementsMatch(t, []string{"a", "b"}, socket.Rooms())
}
