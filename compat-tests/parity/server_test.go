// server_test.go: the rows about the server.

package parity

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"server-new":                serverNew,
	"server-listen":             serverListen,
	"server-bind":               serverBind,
	"server-path":               fixedConfig,
	"server-adapter":            fixedAdapter,
	"server-of":                 serverOf,
	"server-of-listener":        serverOfListener,
	"server-sockets":            serverSockets,
	"server-use":                serverUse,
	"server-use-error":          serverUseError,
	"server-use-any-error":      serverUseAnyError,
	"server-use-async":          serverUseAsync,
	"server-to":                 serverTo,
	"server-to-many":            serverToMany,
	"server-except":             serverExcept,
	"server-emit":               serverEmit,
	"server-send":               serverSend,
	"server-timeout":            serverTimeout,
	"server-disconnect-sockets": serverDisconnectSockets,
	"server-close":              serverClose,
	"server-close-wire":         serverCloseWire,
	"server-close-pending":      serverClosePending,
	"server-close-adapters":     serverCloseAdapters,
	"server-close-http":         serverCloseHTTP,
	"server-event-connection":   serverEventConnection,
	"server-engine":             serverEngine,
})

func serverNew(t *testing.T) {
	serve(t, everwire.Config{}).join().quiet()
	for _, wrong := range []everwire.Config{
		{Transports: []string{"pigeon"}}, {PingInterval: -1}, {Origins: []string{"no origin"}},
	} {
		_, err := everwire.New(wrong)
		require.Error(t, err, "%+v", wrong)
	}
}

// serverListen: any server of net/http will do.
func serverListen(t *testing.T) {
	srv := newServer(t, everwire.Config{})
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	web := httptest.NewServer(mux)
	defer web.Close()
	s := &site{peer.NewSite(t, web.Listener.Addr().String(), "/socket.io/", nil), srv}
	c := s.join()
	c.quiet()
	require.NoError(t, c.socket().Disconnect(true))
	c.expect("41", peer.End)
}

// serverBind: each server has an engine of its own, of whose sessions others know nothing.
func serverBind(t *testing.T) {
	a, b := serve(t, everwire.Config{}), serve(t, everwire.Config{})
	p := a.Poll("")
	require.Equal(t, peer.UnknownSID, b.Request("GET", p.Query, "").String())
	require.Equal(t, []int{1, 0}, []int{a.srv.Sessions(), b.srv.Sessions()})
}

// fixedConfig: what is changed in a Config after New has no effect.
func fixedConfig(t *testing.T) {
	c := everwire.Config{Transports: []string{"polling"}}
	s := serve(t, c)
	c.Transports[0] = "websocket"
	s.joinPolling().quiet()
}

func fixedAdapter(t *testing.T) {
	var first, second opener
	c := everwire.Config{Adapter: &first}
	s := serve(t, c)
	c.Adapter = &second
	s.srv.Of("/late")
	require.Equal(t, []string{"/", "/late"}, first.opened)
	require.Empty(t, second.opened)
}

func serverOf(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Same(t, s.srv.Of("/a"), s.srv.Of("/a"))
	c := s.join()
	s.Enter(c, "/a", "")
	c.quiet()
	require.Panics(t, func() { s.srv.Of("a") })
}

func serverOfListener(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.Of("/a").OnConnect(func(c *everwire.Ctx) error { return c.Socket().Emit("hello", c.Socket().Namespace().Name()) })
	c := s.join()
	s.enter(c, s.srv.Of("/a"), "").expect(`42/a,["hello","/a"]`)
}

func serverSockets(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Same(t, s.srv.Namespace, s.srv.Of("/"))
	a, b := s.join(), s.join()
	require.ElementsMatch(t, []*everwire.Socket{a.socket(), b.socket()}, s.srv.Sockets())
}

// step is a middleware of connections that notes its turn, and refuses if err is not nil.
func step(told notes, name string, err error) everwire.Middleware {
	return func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			told.ch <- name
			if err != nil {
				return err
			}
			return next(c)
		}
	}
}

func serverUse(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.UseConnect(step(told, "first", nil))
	s.srv.UseConnect(step(told, "second", nil))
	s.srv.OnConnect(func(*everwire.Ctx) error { told.ch <- "connected"; return nil })
	s.join()
	told.expect("first", "second", "connected")
}

func serverUseError(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.UseConnect(step(told, "first", &everwire.Error{Message: "not you", Data: map[string]int{"retry": 5}}))
	s.srv.UseConnect(step(told, "second", nil))
	w := s.Websocket("")
	s.Ask(w, "40", `44{"message":"not you","data":{"retry":5}}`)
	told.expect("first")
	told.none()
	require.Empty(t, s.srv.Sockets())
}

func serverUseAnyError(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.UseConnect(step(newNotes(t), "first", errors.New("password of the database")))
	w := s.Websocket("")
	w.Send("40")
	packet := w.Next()
	require.Contains(t, packet, `44{"message":"`)
	require.NotContains(t, packet, "password")
}

func serverUseAsync(t *testing.T) {
	s := serve(t, everwire.Config{})
	proceed := make(chan struct{})
	s.srv.UseConnect(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			<-proceed
			return next(c)
		}
	})
	w := s.Websocket("")
	w.Send("40", `421["sync"]`)
	close(proceed)
	require.Contains(t, w.Next(), `40{"sid":`)
	s.Expect(w, "431[]")
}

// quartet is four clients: in no room, in a, in b, and in both.
func (s *site) quartet() (all []*member) {
	s.T.Helper()
	for _, rooms := range [][]string{nil, {"a"}, {"b"}, {"a", "b"}} {
		c := s.join()
		require.NoError(s.T, c.socket().Join(rooms...))
		all = append(all, c)
	}
	return all
}

// heard asserts who of the clients got the event.
func heard(all []*member, event string, who ...int) {
	all[0].s.T.Helper()
	for i, c := range all {
		for _, w := range who {
			if w == i {
				c.expect(event)
			}
		}
		c.quiet()
	}
}

func serverTo(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, s.srv.To("a").Emit("e", 1))
	heard(all, `42["e",1]`, 1, 3)
	require.NoError(t, s.srv.To("nobody").Emit("e", 2))
	heard(all, "")
}

func serverToMany(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, s.srv.To("a", "b").Emit("e", 1))
	heard(all, `42["e",1]`, 1, 2, 3)
	require.NoError(t, s.srv.To("a").To("b").Emit("e", 2))
	heard(all, `42["e",2]`, 1, 2, 3)
}

func serverExcept(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, s.srv.Except("a").Emit("e", 1))
	heard(all, `42["e",1]`, 0, 2)
	require.NoError(t, s.srv.Except("b", all[0].id).Emit("e", 2))
	heard(all, `42["e",2]`, 1)
	require.NoError(t, s.srv.To("a").Except("b").Emit("e", 3))
	heard(all, `42["e",3]`, 1)
}

func serverEmit(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.joinPolling()
	require.NoError(t, a.srv.Emit("e", 1, "two", []byte{3}))
	require.NoError(t, everwire.Event[float64]("typed").Emit(a.srv, 1.5))
	for _, c := range []*member{one, other} {
		c.expect(`451-["e",1,"two",{"_placeholder":true,"num":0}]`, "bAw==", `42["typed",1.5]`)
	}
}

func serverSend(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("message", func(c *everwire.Ctx) error {
		var text string
		if err := c.Bind(&text); err != nil {
			return err
		}
		return s.srv.Emit("message", text)
	})
	a, b := s.join(), s.join()
	a.ask(`42["message","hello"]`, `42["message","hello"]`)
	b.expect(`42["message","hello"]`)
}

func serverTimeout(t *testing.T) {
	for set, want := range map[time.Duration]float64{0: 30, 3 * time.Second: 3} {
		bubble(t, everwire.Config{CallTimeout: set, PingInterval: time.Hour}, func(t *testing.T, s *site) {
			socket := s.joinPolling().socket()
			start := time.Now()
			_, err := socket.Call(t.Context(), "ask")
			require.ErrorIs(t, err, everwire.ErrTimeout)
			require.InDelta(t, want, time.Since(start).Seconds(), 0.1)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err = socket.Call(ctx, "ask")
			require.ErrorIs(t, err, everwire.ErrTimeout)
			require.InDelta(t, want+1, time.Since(start).Seconds(), 0.1)
		})
	}
}

func serverDisconnectSockets(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.join()
	require.NoError(t, a.srv.DisconnectSockets(false))
	one.expect("41")
	other.expect("41")
	a.enter(one, a.srv.Namespace, "").quiet()
	b.enter(other, b.srv.Namespace, "").quiet()
	require.NoError(t, a.srv.DisconnectSockets(true))
	one.expect("41", peer.End)
	other.expect("41", peer.End)
}

// shutdown shuts the server down in the background.
func (s *site) shutdown() <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.srv.Shutdown(context.Background()) }() // ends with the last connection
	return done
}

func serverClose(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	a, b := s.join(), s.join()
	done := s.shutdown()
	a.expect(peer.End)
	b.expect(peer.End)
	require.NoError(t, <-done)
	told.expect("server shutting down", "server shutting down")
}

func serverCloseWire(t *testing.T) {
	s := serve(t, everwire.Config{})
	w, p := s.join(), s.joinPolling().Peer.(*peer.Poll)
	poll := p.Wait()
	done := s.shutdown()
	require.Equal(t, "200 1", s.Ended(poll).String())
	w.expect(peer.End)
	require.NoError(t, <-done)
	require.Contains(t, []int{peer.NoStatus, 1000}, w.Peer.(*peer.WS).Code)
}

func serverClosePending(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	require.NoError(t, p.socket().Emit("e", 1))
	done := s.shutdown()
	p.expect(`42["e",1]`, peer.End)
	require.NoError(t, <-done)
}

func serverCloseAdapters(t *testing.T) {
	var o opener
	s := serve(t, everwire.Config{Adapter: &o})
	s.srv.Of("/a")
	require.NoError(t, s.srv.Shutdown(t.Context()))
	require.ElementsMatch(t, []string{"/", "/a"}, o.closed)
}

func serverCloseHTTP(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/socket.io/", func(srv *everwire.Server) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/socket.io/", srv)
		mux.HandleFunc("/other", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
		return mux
	})
	require.NoError(t, s.srv.Shutdown(t.Context()))
	require.Equal(t, http.StatusServiceUnavailable, s.Request("GET", peer.NewPolling, "").Status)
	s.Path = "/other"
	require.Equal(t, http.StatusAccepted, s.Request("GET", "", "").Status)
}

func serverEventConnection(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.OnConnect(func(c *everwire.Ctx) error { return errors.Join(c.Socket().Emit("first"), c.Socket().Emit("second")) })
	c := s.join()
	c.expect(`42["first"]`, `42["second"]`)
	c.quiet()
}

// serverEngine: the server runs without any listener.
func serverEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, everwire.Config{})
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, httptest.NewRequest("GET", "/any?"+peer.NewPolling, nil))
		require.Equal(t, 200, rec.Code)
		require.Equal(t, 1, srv.Sessions())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = srv.Shutdown(ctx)
		time.Sleep(time.Minute)
		require.Zero(t, srv.Sessions())
	})
}
