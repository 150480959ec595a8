// sockets_test.go: the rows about a socket's state and handshake, its rooms and its ends.

package parity

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"socket-id":         socketID,
	"socket-id-eio3":    refuses("GET", "EIO=3&transport=polling", badVersion),
	"socket-connected":  connReadyState,
	"socket-rooms":      socketRooms,
	"socket-nsp":        socketNamespace,
	"socket-client":     connClose,
	"socket-request":    connRequest,
	"handshake-headers": handshakeHeaders,
	"handshake-time":    handshakeTime,
	"handshake-address": connRemoteAddress,
	"handshake-secure":  handshakeSecure,
	"handshake-url":     handshakeURL,
	"handshake-query":   handshakeQuery,
	"handshake-auth":    handshakeAuth,

	"socket-join":                  socketJoin,
	"socket-leave":                 socketLeave,
	"socket-own-room":              socketOwnRoom,
	"socket-join-after-end":        joinAfterEnd,
	"rooms-left-at-end":            roomsLeft,
	"socket-disconnect":            socketDisconnect,
	"socket-disconnect-close":      connClose,
	"event-disconnecting":          eventDisconnecting,
	"event-disconnect":             eventDisconnect,
	"event-disconnect-description": eventDisconnect,

	"reason-server-shutting-down":        serverClose,
	"reason-forced-server-close":         reasonForcedClose,
	"reason-client-namespace-disconnect": leaves("client namespace disconnect", func(c *member) { c.Send("41") }),
	"reason-server-namespace-disconnect": leaves("server namespace disconnect", func(c *member) { _ = c.socket().Disconnect(false) }),
	"violation-second-connect":           violates("40"),
	"violation-event-not-joined":         eventNotJoined,
	"violation-event-after-disconnect":   eventAfterDisconnect,
	"violation-connect-error":            violates(`44{"message":"no"}`),
})

func socketID(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	require.Len(t, c.id, 20)
	require.Equal(t, c.id, c.socket().ID())
	require.NotEqual(t, c.id, c.ID())
	require.Equal(t, c.id, url.QueryEscape(c.id))
}

func socketRooms(t *testing.T) {
	s := serve(t, everwire.Config{})
	socket := s.join().socket()
	require.Empty(t, socket.Rooms())
	require.True(t, socket.In(socket.ID()))
	require.NoError(t, socket.Join("a"))
	require.Equal(t, []string{"a"}, socket.Rooms())
	require.True(t, socket.In("a"))
}

func socketNamespace(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	require.Same(t, s.srv.Namespace, c.socket().Namespace())
	require.Same(t, s.srv.Of("/a"), s.enter(c, s.srv.Of("/a"), "").socket().Namespace())
}

// handshake opens a session with more of the query and headers, and returns what the socket knows of it.
func (s *site) handshake(transport, more, auth string, header ...string) *everwire.Handshake {
	s.T.Helper()
	return s.enter(s.Open(transport, more, header...), s.srv.Namespace, auth).socket().Handshake()
}

func handshakeHeaders(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, transport := range []string{peer.Polling, peer.Websocket} {
		require.Equal(t, "yes", s.handshake(transport, "", "", "X-Extra", "yes").Header().Get("x-extra"), transport)
	}
}

func handshakeTime(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		p := s.Poll("")
		start := time.Now()
		time.Sleep(5 * time.Second)
		require.True(t, start.Equal(s.enter(p, s.srv.Namespace, "").socket().Handshake().Time()))
	})
}

func handshakeSecure(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.False(t, s.handshake(peer.Polling, "", "").Secure())

	secure := newServer(t, everwire.Config{})
	told := newNotes(t)
	secure.OnConnect(func(c *everwire.Ctx) error {
		if c.Socket().Handshake().Secure() {
			told.ch <- "secure"
		}
		return nil
	})
	web := httptest.NewTLSServer(secure)
	defer web.Close()
	pool := web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	dialer := gorilla.Dialer{TLSClientConfig: &tls.Config{RootCAs: pool}}
	ws, _, err := dialer.Dial("wss://"+web.Listener.Addr().String()+"/?"+peer.NewWebsocket, nil)
	require.NoError(t, err)
	defer ws.Close()
	require.NoError(t, ws.WriteMessage(gorilla.TextMessage, []byte("40")))
	told.expect("secure")
}

func handshakeURL(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Equal(t, "/socket.io/?EIO=4&transport=polling&a=%20b", s.handshake(peer.Polling, "&a=%20b", "").URL())
}

func handshakeQuery(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	require.Equal(t, 200, s.Request("POST", p.Peer.(*peer.Poll).Query+"&late=1", "3").Status)
	require.False(t, p.socket().Handshake().Query().Has("late"))
	h := s.handshake(peer.Websocket, "&a=%20b&c=", "")
	require.Equal(t, url.Values{"EIO": {"4"}, "transport": {"websocket"}, "a": {" b"}, "c": {""}}, h.Query())
}

func handshakeAuth(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.Of("/a")
	c := s.enter(s.Websocket(""), s.srv.Namespace, `{"user":"ann"}`)
	in := s.enter(c, s.srv.Of("/a"), `{"user":"bob"}`)
	none := s.join()
	for socket, want := range map[*everwire.Socket]string{c.socket(): "ann", in.socket(): "bob", none.socket(): ""} {
		var auth struct{ User string }
		require.NoError(t, socket.Handshake().Auth(&auth))
		require.Equal(t, want, auth.User)
	}
}

func socketJoin(t *testing.T) {
	s := serve(t, everwire.Config{})
	socket := s.join().socket()
	require.NoError(t, socket.Join("a"))
	require.NoError(t, socket.Join("b", "c", "a"))
	require.ElementsMatch(t, []string{"a", "b", "c"}, socket.Rooms())
}

func socketLeave(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	require.NoError(t, c.socket().Join("a", "b"))
	require.NoError(t, c.socket().Leave("a", "never"))
	require.Equal(t, []string{"b"}, c.socket().Rooms())
	require.NoError(t, s.srv.To("a").Emit("e"))
	c.quiet()
}

func socketOwnRoom(t *testing.T) {
	s := serve(t, everwire.Config{})
	a, b := s.join(), s.join()
	require.NoError(t, s.srv.To(a.id).Emit("e", 1))
	a.expect(`42["e",1]`)
	b.quiet()
}

func joinAfterEnd(t *testing.T) {
	s := serve(t, everwire.Config{})
	socket := s.join().socket()
	require.NoError(t, socket.Disconnect(false))
	require.ErrorIs(t, socket.Join("late"), everwire.ErrDisconnected)
	require.False(t, socket.In("late"))
}

func roomsLeft(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	c := s.join()
	require.NoError(t, c.socket().Join("a"))
	c.Send("41")
	told.expect("client namespace disconnect")
	again := s.enter(c, s.srv.Namespace, "")
	require.NoError(t, s.srv.To("a", c.id).Emit("e"))
	again.quiet()
	require.Empty(t, again.socket().Rooms())
}

func socketDisconnect(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	in := s.enter(c, s.srv.Of("/a"), "")
	require.NoError(t, in.socket().Disconnect(false))
	in.expect("41/a,")
	c.quiet()
	require.NoError(t, c.socket().Disconnect(false))
	c.expect("41")
	require.Equal(t, 1, s.srv.Sessions(), "the connection goes on")
}

func eventDisconnecting(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.OnDisconnect(func(c *everwire.Ctx, _ everwire.Reason) {
		for _, room := range c.Socket().Rooms() {
			told.ch <- room
		}
	})
	c := s.join()
	require.NoError(t, c.socket().Join("a"))
	c.Send("41")
	told.expect("a")
}

// eventDisconnect: the reason is all that is told, after the last event was handled.
func eventDisconnect(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	s.srv.On("slow", func(c *everwire.Ctx) error {
		<-c.Done()
		told.ch <- "handled"
		return nil
	})
	c := s.join()
	socket := c.socket()
	c.Send(`42["slow"]`, "41")
	told.expect("handled", "client namespace disconnect")
	require.ErrorIs(t, socket.Emit("e"), everwire.ErrDisconnected)
}

// leaves asserts the reason for which a socket ends whose session goes on.
func leaves(want string, leave func(c *member)) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		told := endings(s)
		leave(s.join())
		told.expect(want)
		require.Equal(t, 1, s.srv.Sessions())
	}
}

// violates asserts that packets of a client in the main namespace end its session, and that of nobody else.
func violates(packets ...string) func(*testing.T) {
	return func(t *testing.T) {
		for _, transport := range []string{peer.Polling, peer.Websocket} {
			s := serve(t, everwire.Config{})
			told := endings(s)
			other := s.join()
			c := s.enter(s.Open(transport, ""), s.srv.Namespace, "")
			c.Send(packets...)
			c.expect(peer.End)
			told.expect("parse error")
			other.quiet()
			require.Equal(t, 1, s.srv.Sessions())
		}
	}
}

func eventNotJoined(t *testing.T) {
	violates(`42/a,["e"]`)(t)
	s := serve(t, everwire.Config{})
	s.Ask(s.Websocket(""), `42["e"]`, peer.End) // before any CONNECT
}

func eventAfterDisconnect(t *testing.T) {
	s := serve(t, everwire.Config{})
	n := s.srv.Of("/a")
	n.On("e", func(*everwire.Ctx) error { return errors.New("handled") })
	c := s.join()
	in := s.enter(c, n, "")
	require.NoError(t, in.socket().Disconnect(false))
	in.Send(`42/a,1["e"]`)
	in.expect("41/a,")
	c.quiet()
}
