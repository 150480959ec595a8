// engine_test.go: the rows about sessions, and what an application sees of them.

package parity

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
	core "github.com/everwire/everwire/engine"
)

var _ = prove(map[string]func(*testing.T){
	"engine-clients-count":           clientsCount,
	"engine-session-id":              sessionID,
	"engine-use":                     engineUse,
	"engine-handle-request":          handleRequest,
	"engine-attach":                  engineAttach,
	"engine-close":                   engineClose,
	"engine-event-connection":        eventConnection,
	"engine-event-connection-error":  eventConnectionError,
	"engine-event-flush":             eventFlush,
	"conn-id":                        connID,
	"conn-protocol":                  refuses("GET", "EIO=3&transport=polling", badVersion),
	"conn-transport":                 connTransport,
	"conn-request":                   connRequest,
	"conn-remote-address":            connRemoteAddress,
	"conn-ready-state":               connReadyState,
	"conn-upgraded":                  connUpgraded,
	"conn-event-upgrading":           connUpgrading,
	"conn-send":                      connSend,
	"conn-close":                     connClose,
	"conn-close-discard":             connCloseDiscard,
	"conn-event-packet":              eventPacket,
	"conn-event-heartbeat":           eventHeartbeat,
	"conn-event-close":               eventClose,
	"conn-event-error":               eventError,
	"option-attach-app":              slowClient,
	"option-ws-engine":               ownFrames,
	"option-destroy-upgrade":         foreignUpgrade,
	"option-destroy-upgrade-timeout": foreignUpgrade,
})

func clientsCount(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Zero(t, s.srv.Sessions())
	w, _ := s.join(), s.Poll("") // also one without a namespace
	require.Equal(t, 2, s.srv.Sessions())
	require.NoError(t, w.socket().Disconnect(true))
	w.expect("41", peer.End)
	require.Eventually(t, func() bool { return s.srv.Sessions() == 1 }, peer.Patience, time.Millisecond)
}

func sessionID(t *testing.T) {
	s := serve(t, everwire.Config{})
	seen := map[string]bool{}
	for range 20 {
		id := s.Poll("").SID
		require.False(t, seen[id])
		require.Equal(t, id, url.QueryEscape(id))
		require.GreaterOrEqual(t, len(id), 20)
		for other := range seen { // a counter would show in what they end with, or begin with
			require.NotEqual(t, other[:8], id[:8])
			require.NotEqual(t, other[len(other)-8:], id[len(id)-8:])
		}
		seen[id] = true
	}
}

// around puts a middleware around the server.
func around(f func(w http.ResponseWriter, r *http.Request)) mount {
	return func(srv *everwire.Server) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f(w, r)
			srv.ServeHTTP(w, r)
		})
	}
}

func engineUse(t *testing.T) {
	seen := newNotes(t)
	s := serveAt(t, everwire.Config{}, "/socket.io/", around(func(w http.ResponseWriter, r *http.Request) {
		seen.ch <- r.Method + " " + r.URL.Query().Get("transport")
		w.Header().Set("X-Front", "yes")
	}))
	p := s.Poll("")
	require.Equal(t, "yes", p.Post("3").Header.Get("X-Front"))
	w := p.Upgrade()
	s.enter(w, s.srv.Namespace, "").quiet()
	all := map[string]bool{}
	for len(seen.ch) > 0 {
		all[seen.next()] = true
	}
	for _, want := range []string{"GET polling", "POST polling", "GET websocket"} {
		require.True(t, all[want], want)
	}
}

func handleRequest(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/deep/", func(srv *everwire.Server) http.Handler {
		return http.HandlerFunc(srv.ServeHTTP)
	})
	s.joinPolling().quiet()
	s.join().quiet()
}

func engineAttach(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/socket.io/", func(srv *everwire.Server) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/socket.io/", srv)
		mux.HandleFunc("/other", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
		return mux
	})
	s.join().quiet()
	s.Path = "/other"
	require.Equal(t, http.StatusAccepted, s.Request("GET", "", "").Status)
}

func engineClose(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	done := s.shutdown()
	c.expect(peer.End)
	require.NoError(t, <-done)
	require.Zero(t, s.srv.Sessions())
}

func eventConnection(t *testing.T) {
	o := observe(core.SessionOpened)
	s := serve(t, everwire.Config{Observer: o})
	s.Poll("")
	s.Websocket("")
	require.Equal(t, core.Event{Kind: core.SessionOpened, Transport: "polling"}, o.next(t))
	require.Equal(t, core.Event{Kind: core.SessionOpened, Transport: "websocket"}, o.next(t))
	require.Zero(t, o.forget())
}

// recorded is an answer on its way out.
type recorded struct {
	http.ResponseWriter
	seen notes
}

func (r recorded) WriteHeader(status int) {
	r.seen.ch <- http.StatusText(status)
	r.ResponseWriter.WriteHeader(status)
}

func (r recorded) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func eventConnectionError(t *testing.T) {
	seen, o := newNotes(t), observe(core.Refused)
	s := serveAt(t, everwire.Config{Observer: o}, "/socket.io/", func(srv *everwire.Server) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { srv.ServeHTTP(recorded{w, seen}, r) })
	})
	require.Equal(t, peer.UnknownSID, s.Request("GET", peer.NewPolling+"&sid=zzz", "").String())
	seen.expect("Bad Request")
	var refusal *core.Error
	require.ErrorAs(t, o.next(t).Err, &refusal)
	require.Equal(t, 1, refusal.Code)
}

func eventFlush(t *testing.T) {
	o := observe(core.Sent)
	s := serve(t, everwire.Config{Observer: o})
	c := s.joinPolling()
	o.forget()
	require.NoError(t, c.socket().Emit("e", 1))
	require.NoError(t, c.socket().Emit("e", 2))
	require.Zero(t, o.forget(), "no connection has taken them")
	c.expect(`42["e",1]`, `42["e",2]`)
	sent := o.next(t)
	require.Equal(t, 2, sent.Packets)
	require.Equal(t, 2*len(`2["e",1]`), sent.Bytes)
	require.GreaterOrEqual(t, sent.Queued, sent.Bytes)
}

func connID(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	require.NotEqual(t, c.ID(), c.socket().ID())
	require.NotContains(t, c.socket().Handshake().URL(), c.ID())
}

func connTransport(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Equal(t, "websocket", s.join().socket().Transport())
	require.Equal(t, "polling", s.joinPolling().socket().Transport())
}

type requestKey struct{}

func connRequest(t *testing.T) {
	s := serve(t, everwire.Config{Context: func(r *http.Request) context.Context {
		return context.WithValue(r.Context(), requestKey{}, r.Header.Get("X-Extra"))
	}})
	c := s.enter(s.Poll("", "X-Extra", "kept"), s.srv.Namespace, "")
	require.Equal(t, "kept", c.socket().Context().Value(requestKey{}))
	require.Equal(t, "kept", c.socket().Handshake().Header().Get("X-Extra"))
	require.NoError(t, c.socket().Context().Err(), "it does not end with the request")
}

func connRemoteAddress(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, c := range []*member{s.join(), s.joinPolling()} {
		require.Equal(t, "127.0.0.1", c.socket().Handshake().Address())
	}
}

func connReadyState(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	ctx := c.socket().Context()
	require.NoError(t, ctx.Err())
	c.Send("41")
	<-ctx.Done()
	require.ErrorIs(t, ctx.Err(), context.Canceled)
}

func connUpgraded(t *testing.T) {
	o := observe(core.Attached)
	s := serve(t, everwire.Config{Observer: o})
	c := s.joinPolling()
	socket := c.socket()
	require.Equal(t, "polling", socket.Transport())
	c.Peer = c.Peer.(*peer.Poll).Upgrade()
	c.quiet()
	require.Equal(t, "websocket", socket.Transport())
	require.Equal(t, "websocket", o.next(t).Transport)
}

func connUpgrading(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.joinPolling()
	c.Peer.(*peer.Poll).Probe()
	require.Equal(t, "polling", c.socket().Transport())
}

// connSend: a message that is no packet of Socket.IO ends the session.
func connSend(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	s.join().ask("4hello", peer.End)
	told.expect("parse error")
}

func connClose(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.Of("/a")
	c := s.join()
	s.Enter(c, "/a", "")
	require.NoError(t, c.socket().Disconnect(true))
	require.ElementsMatch(t, []string{"41", "41/a,"}, []string{c.Next(), c.Next()})
	c.expect(peer.End)
}

func connCloseDiscard(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.joinPolling()
	require.NoError(t, c.socket().Emit("last", 1))
	require.NoError(t, c.socket().Disconnect(true))
	c.expect(`42["last",1]`, "41", peer.End)
}

func eventPacket(t *testing.T) {
	o := observe(core.Received)
	s := serve(t, everwire.Config{Observer: o})
	c := s.join()
	o.forget()
	c.Send(`42["e"]`)
	e := o.next(t)
	require.Equal(t, []any{"websocket", 1, len(`2["e"]`)}, []any{e.Transport, e.Packets, e.Bytes})
}

func eventHeartbeat(t *testing.T) {
	o := observe(core.Sent, closed)
	bubble(t, everwire.Config{Observer: o}, func(t *testing.T, s *site) {
		c := s.join()
		o.forget()
		for range 2 {
			c.expect("2")
			e := o.next(t)
			require.Equal(t, []int{1, 0}, []int{e.Packets, e.Bytes}, "packets and bytes of a ping")
			c.Send("3")
		}
		c.expect("2", peer.End) // to which there is no pong
		require.Equal(t, core.Sent, o.next(t).Kind)
		require.Equal(t, everwire.PingTimeout, o.next(t).Reason)
	})
}

func eventClose(t *testing.T) {
	o := observe(closed)
	s := serve(t, everwire.Config{Observer: o})
	s.join().Send("1")
	e := o.next(t)
	require.Equal(t, core.TransportClose, e.Reason)
}

func eventError(t *testing.T) {
	o := observe(closed)
	s := serve(t, everwire.Config{Observer: o})
	told := endings(s)
	s.joinPolling().Peer.(*peer.Poll).Half("GET", "", "").Close()
	told.expect("transport error")
	require.Equal(t, core.TransportError, o.next(t).Reason)
	told.none()
}

// slowClient: what waits for a client is limited, and its end says so.
func slowClient(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	socket := s.joinPolling().socket()
	text := string(make([]byte, 1<<16))
	var err error
	for range 200 {
		if err = socket.Emit("e", text); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, everwire.ErrSlow)
	told.expect("slow client")
}

// ownFrames: a hundred small messages that wait for a busy connection come unchanged, each in a frame of its own.
func ownFrames(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	for range 100 {
		require.NoError(t, c.socket().Emit("e", 1))
	}
	w := c.Peer.(*peer.WS)
	for range 100 {
		first, payload, err := w.Receive()
		require.NoError(t, err)
		require.Equal(t, byte(0x81), first)
		require.Equal(t, `42["e",1]`, string(payload))
	}
}

func foreignUpgrade(t *testing.T) {
	seen, o := newNotes(t), observe(core.Refused)
	s := serveAt(t, everwire.Config{Observer: o}, "/socket.io/", func(srv *everwire.Server) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/socket.io/", srv)
		mux.HandleFunc("/other/", func(w http.ResponseWriter, r *http.Request) {
			seen.ch <- r.Header.Get("Upgrade")
			w.WriteHeader(http.StatusUpgradeRequired)
		})
		return mux
	})
	s.Path = "/other/"
	_, resp := s.DialWebsocket("")
	require.Equal(t, http.StatusUpgradeRequired, resp.StatusCode)
	seen.expect("websocket")
}
