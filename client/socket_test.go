// socket_test.go: how sockets connect, are refused, are sent away, and come back.

package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

// Connect tries until its context ends, and says why it failed; then nothing is
// left of it.
func TestConnectGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		c := n.client(t, client.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := c.Connect(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, syscall.ECONNREFUSED.Error())
		tries := n.dialled()
		require.Greater(t, tries, 30)
		time.Sleep(time.Hour)
		require.Equal(t, tries, n.dialled())

		c = n.client(t, client.Options{NoReconnect: true})
		err = c.Connect(t.Context())
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.Equal(t, tries+3, n.dialled())
	})
}

// An answer that comes after Connect was given up is taken back.
func TestLateAnswer(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(onlyWebSocket)
		p := s.next().websocket()
		p.send(opening(0, 0))
		p.gets("70", "2probe")
		p.send("3probe", joined)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		require.ErrorIs(t, c.Of("/slow", nil).Connect(ctx), context.DeadlineExceeded)
		p.gets("40/slow,")
		p.send(`40/slow,{"sid":"x"}`)
		p.gets("41/slow,")
		require.True(t, c.Connected())
	})
}

// Sent away by the server, a socket stays away; without any the session is over.
func TestSentAway(t *testing.T) {
	for _, whole := range []bool{false, true} {
		each(t, func(t *testing.T, o client.Options) {
			s := new(counters)
			setup := func(srv *everwire.Server) {
				s.setup(srv)
				everwire.On(srv, chat, func(c *everwire.Ctx, _ message) error { return c.Socket().Disconnect(whole) })
			}
			bubble(t, everwireConfig, setup, func(t *testing.T, w *world) {
				c := w.client(t, o)
				why := make(chan client.Reason, 1)
				c.OnDisconnect(func(r client.Reason) { why <- r })
				connect(t, c)
				<-s.sockets
				require.NoError(t, chat.Emit(c, message{}))
				require.Equal(t, client.ServerDisconnect, <-why)
				require.ErrorIs(t, chat.Emit(c, message{}), client.ErrDisconnected)
				time.Sleep(time.Minute)
				require.Zero(t, w.srv.Sessions())
				require.Empty(t, s.sockets)
				connect(t, c)
				<-s.sockets
			})
		})
	}
}

// A token that has become invalid is refused when the client connects again.
func TestRefusedAgain(t *testing.T) {
	var valid bool
	setup := func(srv *everwire.Server) {
		valid = true
		srv.Auth(func(context.Context, *everwire.Handshake) (*everwire.Identity, error) {
			if valid {
				return nil, nil
			}
			return nil, &everwire.Error{Code: "expired", Message: "too old", Data: map[string]any{"code": "expired", "at": 1.0}}
		})
	}
	bubble(t, everwireConfig, setup, func(t *testing.T, w *world) {
		calls := 0
		c := w.client(t, client.Options{NoResume: true, Auth: func(ctx context.Context) (any, error) {
			calls++
			return map[string]int{"call": calls}, ctx.Err()
		}})
		refused := make(chan error, 1)
		c.OnRefused(func(err error) { refused <- err })
		connect(t, c)
		valid = false
		w.cut()
		var told *client.ConnectError
		require.ErrorAs(t, <-refused, &told)
		require.Equal(t, &everwire.Error{Code: "expired", Message: "too old", Data: map[string]any{"code": "expired", "at": 1.0}}, told.Refusal)
		require.EqualError(t, told, "client: namespace /: expired: too old")
		require.Equal(t, 2, calls)
		require.ErrorIs(t, chat.Emit(c, message{}), client.ErrDisconnected)
		valid = true
		connect(t, c)
		require.Equal(t, 3, calls)
	})
}

func TestAuthFails(t *testing.T) {
	bubble(t, everwireConfig, nil, func(t *testing.T, w *world) {
		failure := errors.New("no token")
		c := w.client(t, client.Options{Auth: func(context.Context) (any, error) { return nil, failure }})
		require.ErrorIs(t, c.Connect(t.Context()), failure)
		c = w.client(t, client.Options{Auth: func(context.Context) (any, error) { return 7, nil }})
		require.ErrorContains(t, c.Connect(t.Context()), "auth of namespace /")
		// One that hangs is told when the session is over.
		ended := make(chan error, 1)
		c = w.client(t, client.Options{Auth: func(ctx context.Context) (any, error) { <-ctx.Done(); ended <- ctx.Err(); return nil, ctx.Err() }})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, c.Connect(ctx), context.DeadlineExceeded)
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

type order struct{ Pieces int }

func (o order) Validate() error {
	switch {
	case o.Pieces < 0:
		return &everwire.Error{Code: "negative", Message: "no"}
	case o.Pieces == 0:
		return errors.New("none")
	}
	return nil
}

func TestHandlers(t *testing.T) {
	s := new(counters)
	bubble(t, everwireConfig, s.setup, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{})
		client.Handle(c, everwire.RPC[order, int]("order"), func(_ context.Context, o order) (int, error) { return o.Pieces, nil })
		client.Handle(c, everwire.RPC[*order, int]("pointer"), func(_ context.Context, o *order) (int, error) { return o.Pieces, nil })
		client.On(c, everwire.Event[string]("event"), func(context.Context, string) error { return nil })
		c.On("untyped", func(c *client.Ctx) error {
			var a string
			var b int
			require.NoError(t, c.Bind(&a, &b))
			require.Equal(t, "untyped", c.Event())
			require.Equal(t, 2, c.Len())
			require.True(t, c.WantsAck())
			require.Equal(t, "/", c.Socket().Namespace())
			require.NoError(t, c.Ack(a, b+1))
			require.ErrorIs(t, c.Ack(), client.ErrAcked)
			return errors.New("too late to be told")
		})
		connect(t, c)
		socket := <-s.sockets
		for _, name := range []everwire.RPC[order, int]{"order", "pointer"} {
			n, err := name.Call(t.Context(), socket, order{3})
			require.NoError(t, err)
			require.Equal(t, 3, n)
			_, err = name.Call(t.Context(), socket, order{-1})
			require.Equal(t, &everwire.Error{Code: "negative", Message: "no"}, err)
			_, err = name.Call(t.Context(), socket, order{0})
			require.Equal(t, &everwire.Error{Code: "invalid", Message: "none"}, err)
		}
		body, err := socket.Call(t.Context(), "event", "x")
		require.NoError(t, err)
		require.Zero(t, body.Len())
		body, err = socket.Call(t.Context(), "untyped", "x", 1)
		require.NoError(t, err)
		var a string
		var b int
		require.NoError(t, body.Bind(0, &a, &b))
		require.Equal(t, "x", a)
		require.Equal(t, 2, b)
		c.On("event", nil)
		_, err = socket.Call(t.Context(), "event", "x")
		require.ErrorIs(t, err, everwire.ErrTimeout, "nobody answers")
	})
}

// The context of a handler ends with the connection.
func TestHandlerContext(t *testing.T) {
	s := new(counters)
	bubble(t, everwireConfig, s.setup, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{NoResume: true})
		ended := make(chan error, 2)
		c.OnConnect(func(ctx context.Context) { context.AfterFunc(ctx, func() { ended <- ctx.Err() }) })
		c.On("wait", func(c *client.Ctx) error {
			<-c.Done()
			_, err := c.Socket().Call(c, "echo")
			ended <- err
			return c.Ack("lost")
		})
		connect(t, c)
		socket := <-s.sockets
		lost := make(chan error, 1)
		go func() { _, err := socket.Call(t.Context(), "wait"); lost <- err }()
		synctest.Wait()
		w.cut()
		first, second := <-ended, <-ended
		if errors.Is(first, client.ErrDisconnected) {
			first, second = second, first
		}
		require.ErrorIs(t, first, context.Canceled)
		require.ErrorIs(t, second, client.ErrDisconnected)
		require.ErrorIs(t, <-lost, everwire.ErrDisconnected)
		<-s.sockets // and it is back
	})
}

// Over TLS, on a real network, with headers and cookies.
func TestTLS(t *testing.T) {
	srv, err := everwire.New(everwire.Config{Logger: quiet()})
	require.NoError(t, err)
	room(srv)
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "k" || r.URL.Query().Get("tenant") != "a" || r.URL.Path != "/live/" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		srv.ServeHTTP(w, r)
	}))
	defer web.Close()
	defer func() { _ = srv.Shutdown(t.Context()) }()
	for _, tr := range transports {
		c, err := client.New(web.URL+"?tenant=a", client.Options{
			Path:       "/live",
			Transports: []string{tr},
			TLS:        web.Client().Transport.(*http.Transport).TLSClientConfig,
			Header:     http.Header{"X-Key": {"k"}},
			Logger:     quiet(),
		})
		require.NoError(t, err)
		connect(t, c)
		out, err := echo.Call(t.Context(), c, message{Text: tr})
		require.NoError(t, err)
		require.Equal(t, tr, out.Text)
		require.NoError(t, c.Close(t.Context()))
	}
}
