// client_test.go: what applications do, with a real server over each transport.

package client_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

type message struct {
	Text string `json:"text"`
	File []byte `json:"file,omitempty"`
}

const (
	chat  = everwire.Event[message]("chat")
	echo  = everwire.RPC[message, message]("echo")
	fail  = everwire.RPC[string, string]("fail")
	never = everwire.RPC[string, string]("never")
	ask   = everwire.RPC[int, int]("ask")
)

// room is a server that answers, and says everything to everybody.
func room(srv *everwire.Server) {
	everwire.On(srv, chat, func(c *everwire.Ctx, m message) error { return chat.Emit(srv, m) })
	everwire.Handle(srv, echo, func(c *everwire.Ctx, m message) (message, error) { return m, nil })
	everwire.Handle(srv, fail, func(c *everwire.Ctx, code string) (string, error) {
		return "", &everwire.Error{Code: code, Message: "it failed", Data: 7.0}
	})
	srv.On(string(never), func(c *everwire.Ctx) error { return nil })
}

func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		bubble(t, everwire.Config{}, room, func(t *testing.T, w *world) {
			c := w.client(t, o)
			got := make(chan message, 99)
			client.On(c, chat, func(_ context.Context, m message) error { got <- m; return nil })
			connect(t, c)
			require.Equal(t, o.Transports[0], c.Transport())
			require.Len(t, c.ID(), 20)
			for _, m := range []message{{Text: "a"}, {Text: "lines\r\n\n"}, {Text: "file", File: []byte{0, 1, 255}}, {Text: strings.Repeat("€", 100_000)}} {
				require.NoError(t, chat.Emit(c, m))
				require.Equal(t, m, <-got)
			}
			require.NoError(t, c.Close(t.Context()))
			require.ErrorIs(t, chat.Emit(c, message{}), client.ErrClosed)
		})
	})
}

func TestOrder(t *testing.T) {
	const n = 1000
	each(t, func(t *testing.T, o client.Options) {
		bubble(t, everwire.Config{}, room, func(t *testing.T, w *world) {
			c := w.client(t, o)
			got := make(chan int, n)
			c.On("chat", func(c *client.Ctx) error {
				var m message
				err := c.Bind(&m)
				got <- len(m.Text)
				return err
			})
			connect(t, c)
			for i := range n {
				require.NoError(t, chat.Emit(c, message{Text: strings.Repeat("x", i)}))
			}
			for i := range n {
				require.Equal(t, i, <-got)
			}
		})
	})
}

func TestCalls(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		bubble(t, everwire.Config{}, room, func(t *testing.T, w *world) {
			c := w.client(t, o)
			_, err := echo.Call(t.Context(), c, message{})
			require.ErrorIs(t, err, client.ErrDisconnected, "not connected yet")
			connect(t, c)

			in := message{Text: "x", File: []byte("data")}
			out, err := echo.Call(t.Context(), c, in)
			require.NoError(t, err)
			require.Equal(t, in, out)

			_, err = fail.Call(t.Context(), c, "c")
			require.Equal(t, &everwire.Error{Code: "c", Message: "it failed", Data: 7.0}, err)

			start := time.Now()
			_, err = never.Call(t.Context(), c, "x")
			require.ErrorIs(t, err, client.ErrTimeout)
			require.Equal(t, 30*time.Second, time.Since(start))

			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err = never.Call(ctx, c, "x")
			require.ErrorIs(t, err, context.Canceled)
		})
	})
}

func TestCallsFromServer(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		var sockets chan *everwire.Socket
		setup := func(srv *everwire.Server) {
			sockets = make(chan *everwire.Socket, 1)
			srv.OnConnect(func(c *everwire.Ctx) error { sockets <- c.Socket(); return nil })
		}
		bubble(t, everwire.Config{}, setup, func(t *testing.T, w *world) {
			c := w.client(t, o)
			client.Handle(c, ask, func(_ context.Context, n int) (int, error) {
				if n < 0 {
					return 0, errors.New("secret")
				}
				return n * 2, nil
			})
			connect(t, c)
			s := <-sockets
			n, err := ask.Call(t.Context(), s, 21)
			require.NoError(t, err)
			require.Equal(t, 42, n)
			_, err = ask.Call(t.Context(), s, -1)
			require.Equal(t, &everwire.Error{Code: "internal", Message: "internal error"}, err)
			_, err = everwire.RPC[string, int]("ask").Call(t.Context(), s, "no number")
			require.Equal(t, &everwire.Error{Code: "bad_request", Message: "argument 0 does not fit"}, err)
		})
	})
}

// A handler may call its own socket.
func TestCallInHandler(t *testing.T) {
	bubble(t, everwire.Config{}, room, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{})
		got := make(chan string, 1)
		client.On(c, chat, func(ctx context.Context, m message) error {
			out, err := echo.Call(ctx, c, m)
			got <- out.Text
			return err
		})
		connect(t, c)
		require.NoError(t, chat.Emit(c, message{Text: "x"}))
		require.Equal(t, "x", <-got)
	})
}

func TestNamespaces(t *testing.T) {
	setup := func(srv *everwire.Server) {
		room(srv)
		admin := srv.Of("/admin")
		admin.Auth(func(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
			var auth struct{ Token string }
			if err := h.Auth(&auth); err != nil || auth.Token != "secret" {
				return nil, &everwire.Error{Code: "forbidden", Message: "who are you?"}
			}
			return nil, nil
		})
		everwire.Handle(admin, echo, func(c *everwire.Ctx, m message) (message, error) {
			return message{Text: "admin " + m.Text}, nil
		})
	}
	each(t, func(t *testing.T, o client.Options) {
		bubble(t, everwire.Config{}, setup, func(t *testing.T, w *world) {
			c := w.client(t, o)
			stranger := c.Of("/admin", nil)
			err := stranger.Connect(t.Context())
			var refused *client.ConnectError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "/admin", refused.Namespace)
			require.Equal(t, &everwire.Error{Code: "forbidden", Message: "who are you?"}, refused.Refusal)

			var missing *everwire.Error
			require.ErrorAs(t, c.Of("/missing", nil).Connect(t.Context()), &missing)
			require.Equal(t, "Invalid namespace", missing.Message)

			c2 := w.client(t, o)
			admin := c2.Of("/admin", func(ctx context.Context) (any, error) { return map[string]string{"token": "secret"}, nil })
			connect(t, admin)
			require.False(t, c2.Connected(), "the main namespace")
			out, err := echo.Call(t.Context(), admin, message{Text: "x"})
			require.NoError(t, err)
			require.Equal(t, "admin x", out.Text)
			connect(t, c2)
			out, err = echo.Call(t.Context(), c2, message{Text: "x"})
			require.NoError(t, err)
			require.Equal(t, "x", out.Text)
			admin.Disconnect()
			_, err = echo.Call(t.Context(), admin, message{})
			require.ErrorIs(t, err, client.ErrDisconnected)
			_, err = echo.Call(t.Context(), c2, message{})
			require.NoError(t, err)
			connect(t, admin)
			_, err = echo.Call(t.Context(), admin, message{})
			require.NoError(t, err)
		})
	})
}

// A large event is spread over several POSTs, and so are many.
func TestLarge(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		bubble(t, everwire.Config{}, room, func(t *testing.T, w *world) {
			c := w.client(t, o)
			got := make(chan [][]byte, 9)
			client.On(c, everwire.Event[[][]byte]("files"), func(_ context.Context, files [][]byte) error { got <- files; return nil })
			everwire.On(w.srv, everwire.Event[[][]byte]("files"), func(_ *everwire.Ctx, files [][]byte) error {
				return everwire.Event[[][]byte]("files").Emit(w.srv, files)
			})
			connect(t, c)
			var files [][]byte
			for i := range 4 {
				files = append(files, bytes.Repeat([]byte{byte(i)}, 700_000))
			}
			require.NoError(t, everwire.Event[[][]byte]("files").Emit(c, files))
			require.Equal(t, files, <-got)
			err := chat.Emit(c, message{Text: strings.Repeat("x", 1_000_000)})
			require.ErrorIs(t, err, client.ErrTooLarge)
		})
	})
}
