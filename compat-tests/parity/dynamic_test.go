// dynamic_test.go: the rows about namespaces that clients ask for, and about changes of rooms.

package parity

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace"
)

var _ = prove(map[string]func(*testing.T){
	"dynamic-regexp":            dynamicRegexp,
	"dynamic-regexp-unanchored": dynamicUnanchored,
	"dynamic-function":          dynamicFunction,
	"dynamic-first-match":       dynamicFirstMatch,
	"dynamic-no-match":          dynamicNoMatch,
	"dynamic-static-child":      dynamicStaticChild,
	"dynamic-inherits":          dynamicInherits,
	"dynamic-emit":              dynamicEmit,
	"dynamic-emit-room":         dynamicEmitRoom,
	"dynamic-fetch-sockets":     dynamicFetch,
	"dynamic-name":              dynamicName,
	"dynamic-one-child":         dynamicOneChild,
	"dynamic-cleanup":           dynamicCleanup,
	"dynamic-cleanup-refused":   dynamicCleanupRefused,
	"dynamic-static-stays":      dynamicStaticStays,

	"option-cleanup-empty-child-namespaces": dynamicKept,
	"server-event-new-namespace":            newNamespace,

	"adapter-event-create-room": roomEvent(namespace.RoomCreated, func(c *member) { _ = c.socket().Join("x") }, false),
	"adapter-event-join-room":   roomEvent(namespace.RoomJoined, func(c *member) { _ = c.socket().Join("x") }, true),
	"adapter-event-leave-room":  roomEvent(namespace.RoomLeft, func(c *member) { _ = c.socket().Leave("x") }, true),
	"adapter-event-delete-room": roomEvent(namespace.RoomDeleted, func(c *member) { _ = c.socket().Leave("x") }, false),
})

var numbered = regexp.MustCompile(`/n-\d+`)

// into connects a new client to a namespace that may not exist yet, with an auth payload or none, and returns the answer
// without the ID.
func (s *site) into(name, auth string) string {
	s.T.Helper()
	w := s.Websocket("")
	w.Send("40" + name + "," + auth)
	answer, _, _ := strings.Cut(w.Next(), `{"sid"`)
	return answer
}

func dynamicRegexp(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.OfPattern(numbered).OnConnect(func(c *everwire.Ctx) error {
		told.ch <- c.Socket().Namespace().Name()
		return nil
	})
	require.Equal(t, "40/n-1,", s.into("/n-1", ""))
	require.Equal(t, "40/n-22,", s.into("/n-22", ""))
	told.expect("/n-1", "/n-22")
}

func dynamicUnanchored(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.OfPattern(regexp.MustCompile(`n-\d`))
	s.srv.OfPattern(regexp.MustCompile(`^/m-\d$`))
	require.Equal(t, "40/x/n-1x,", s.into("/x/n-1x", ""))
	require.Equal(t, `44/m-1x,{"message":"Invalid namespace"}`, s.into("/m-1x", ""))
}

func dynamicFunction(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.OfFunc(func(name string, h *everwire.Handshake) bool {
		var auth struct{ Token string }
		return h.Auth(&auth) == nil && auth.Token == name[1:]
	})
	require.Equal(t, "40/ann,", s.into("/ann", `{"token":"ann"}`))
	require.Equal(t, `44/bob,{"message":"Invalid namespace"}`, s.into("/bob", `{"token":"ann"}`))
}

func dynamicFirstMatch(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	for i, pattern := range []string{`/a.*`, `/.*`, `/ab`} {
		s.srv.OfPattern(regexp.MustCompile(pattern)).OnConnect(func(*everwire.Ctx) error {
			told.ch <- fmt.Sprint(i)
			return nil
		})
	}
	s.into("/ab", "")
	s.into("/b", "")
	told.expect("0", "1")
}

func dynamicNoMatch(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.OfPattern(numbered)
	for _, name := range []string{"/n-x", "/n", "/x-1"} {
		require.Equal(t, `44`+name+`,{"message":"Invalid namespace"}`, s.into(name, ""))
	}
}

func dynamicStaticChild(t *testing.T) {
	s := serve(t, everwire.Config{})
	parent := s.srv.OfPattern(numbered)
	child := s.srv.Of("/n-7")
	c := s.enter(s.Websocket(""), child, "")
	require.NoError(t, parent.Emit("e", 1))
	c.expect(`42/n-7,["e",1]`)
}

func dynamicInherits(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	parent := s.srv.OfPattern(numbered)
	parent.UseConnect(step(told, "middleware", nil))
	parent.OnConnect(func(*everwire.Ctx) error { told.ch <- "connected"; return nil })
	parent.UseEvents(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error { told.ch <- c.Event(); return next(c) }
	})
	parent.On("e", func(c *everwire.Ctx) error { return c.Ack("handled") })
	w := s.Websocket("")
	s.Enter(w, "/n-1", "")
	s.Ask(w, `42/n-1,5["e"]`, `43/n-1,5["handled"]`)
	told.expect("middleware", "connected", "e")
}

// children is a parent with a client in each of two children.
func (s *site) children() (parent *everwire.Namespace, one, two *member) {
	s.T.Helper()
	parent = s.srv.OfPattern(numbered)
	one = s.enter(s.Websocket(""), s.srv.Of("/n-1"), "")
	two = s.enter(s.Websocket(""), s.srv.Of("/n-2"), "")
	return parent, one, two
}

func dynamicEmit(t *testing.T) {
	s := serve(t, everwire.Config{})
	parent, one, two := s.children()
	require.NoError(t, parent.Emit("e", 1))
	one.expect(`42/n-1,["e",1]`)
	two.expect(`42/n-2,["e",1]`)
}

func dynamicEmitRoom(t *testing.T) {
	s := serve(t, everwire.Config{})
	parent, one, two := s.children()
	require.NoError(t, one.socket().Join("x", "y"))
	require.NoError(t, two.socket().Join("x"))
	require.NoError(t, parent.To("x").Except("y").Emit("e", 1))
	require.NoError(t, parent.To("x").Emit("e", 2))
	one.expect(`42/n-1,["e",2]`)
	two.expect(`42/n-2,["e",1]`, `42/n-2,["e",2]`)
}

func dynamicFetch(t *testing.T) {
	s := serve(t, everwire.Config{})
	parent, one, two := s.children()
	list, err := parent.FetchSockets(t.Context())
	require.ElementsMatch(t, []string{one.id, two.id}, fetched(t, list, err))
}

func dynamicName(t *testing.T) {
	s := serve(t, everwire.Config{})
	parent := s.srv.OfPattern(numbered)
	name := parent.Name()
	require.Equal(t, `44`, s.into(name, "")[:2], name)
	require.Equal(t, `44/_0,{"message":"Invalid namespace"}`, s.into("/_0", ""))
}

func dynamicOneChild(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.OnNamespace(func(n *everwire.Namespace) { told.ch <- n.Name() })
	s.srv.OfPattern(numbered)
	var wg sync.WaitGroup
	for range 8 {
		w := s.Websocket("")
		wg.Go(func() { w.Send("40/n-1,") })
	}
	wg.Wait()
	told.expect("/n-1")
	require.Equal(t, "40/n-1,", s.into("/n-1", ""))
	told.none()
}

// emptied has a client join a child and leave it, twice, and returns what was made.
func emptied(t *testing.T, c everwire.Config) (made []string) {
	bubble(t, c, func(t *testing.T, s *site) {
		s.srv.OnNamespace(func(n *everwire.Namespace) { made = append(made, n.Name()) })
		s.srv.OfPattern(numbered)
		w := s.Websocket("")
		for range 2 {
			s.Enter(w, "/n-1", "")
			w.Send("41/n-1,")
			synctest.Wait()
		}
		s.Enter(w, "/n-1", "")
	})
	return made
}

func dynamicCleanup(t *testing.T) {
	require.Equal(t, []string{"/n-1", "/n-1", "/n-1"}, emptied(t, everwire.Config{}))
}

func dynamicKept(t *testing.T) {
	require.Equal(t, []string{"/n-1"}, emptied(t, everwire.Config{KeepEmptyNamespaces: true}))
	dynamicCleanup(t)
}

func dynamicCleanupRefused(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		told := newNotes(t)
		s.srv.OnNamespace(func(n *everwire.Namespace) { told.ch <- n.Name() })
		s.srv.OfPattern(numbered).UseConnect(step(newNotes(t), "", &everwire.Error{Message: "no"}))
		for range 2 {
			require.Equal(t, `44/n-1,{"message":"no"}`, s.into("/n-1", ""))
			synctest.Wait()
		}
		told.expect("/n-1", "/n-1")
	})
}

func dynamicStaticStays(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		s.srv.OfPattern(numbered)
		static := s.srv.Of("/n-7")
		w := s.Websocket("")
		s.Enter(w, "/n-7", "")
		w.Send("41/n-7,")
		synctest.Wait()
		require.Same(t, static, s.srv.Of("/n-7"))
		s.Enter(w, "/n-7", "")
	})
}

func newNamespace(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.OnNamespace(func(n *everwire.Namespace) { told.ch <- n.Name() })
	s.srv.Of("/a")
	s.srv.Of("/a")
	s.srv.OfPattern(numbered)
	s.into("/n-1", "")
	told.expect("/a", "/n-1")
	told.none()
}

// roomEvent asserts that a change is told: with another socket in the room, or without.
func roomEvent(change namespace.RoomChange, do func(c *member), others bool) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		c, other := s.join(), s.join()
		if others {
			require.NoError(t, other.socket().Join("x"))
		}
		if change == namespace.RoomLeft || change == namespace.RoomDeleted {
			require.NoError(t, c.socket().Join("x"))
		}
		told := newNotes(t)
		s.srv.OnRoom(func(e everwire.RoomEvent) { told.ch <- fmt.Sprint(e.Change, e.Room, e.Socket) })
		do(c)
		joined, left := fmt.Sprint(namespace.RoomJoined, "x", c.id), fmt.Sprint(namespace.RoomLeft, "x", c.id)
		switch change {
		case namespace.RoomCreated:
			require.Contains(t, told.next(), fmt.Sprint(change, "x"))
			told.expect(joined)
		case namespace.RoomJoined:
			told.expect(joined)
		case namespace.RoomLeft:
			told.expect(left)
		case namespace.RoomDeleted:
			told.expect(left)
			require.Contains(t, told.next(), fmt.Sprint(change, "x"))
		}
		told.none()
	}
}
