// msgpack_test.go: both sides with the codec of MessagePack.

package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

// letter has what MessagePack has a form of its own for.
type letter struct {
	Text  string            `json:"text"`
	At    time.Time         `json:"at"`
	Big   uint64            `json:"big"`
	Files map[string][]byte `json:"files"`
	Any   any               `json:"any"`
}

const (
	post    = everwire.RPC[letter, letter]("post")
	counted = everwire.Event[int]("count")
)

// office answers, with MessagePack.
func office(srv *everwire.Server) {
	room(srv)
	everwire.Handle(srv, post, func(_ *everwire.Ctx, l letter) (letter, error) { return l, nil })
	everwire.On(srv, counted, func(c *everwire.Ctx, n int) error { return counted.Emit(c.Socket(), n) })
	everwire.On(srv, everwire.Event[int]("ask me"), func(c *everwire.Ctx, n int) error {
		answer, err := ask.Call(c, c.Socket(), n)
		if err != nil {
			return err
		}
		return counted.Emit(c.Socket(), answer)
	})
	srv.Of("/vault").Auth(func(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
		var auth struct{ Key []byte }
		if err := h.Auth(&auth); err != nil || string(auth.Key) != "\x00\xff" {
			return nil, &everwire.Error{Message: "wrong key", Code: "E42"}
		}
		return &everwire.Identity{ID: "ann"}, nil
	})
	everwire.Handle(srv.Of("/vault"), echo, func(_ *everwire.Ctx, m message) (message, error) { return m, nil })
}

func TestMsgpack(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		o.Codec = msgpack.Codec{}
		bubble(t, everwire.Config{Codec: msgpack.Codec{}}, office, func(t *testing.T, w *world) {
			c := w.client(t, o)
			numbers := make(chan int, 1)
			client.On(c, counted, func(_ context.Context, n int) error { numbers <- n; return nil })
			client.Handle(c, ask, func(_ context.Context, n int) (int, error) { return 2 * n, nil })
			connect(t, c)

			sent := letter{
				"é", time.UnixMilli(1700000000123).UTC(), 1<<64 - 1, map[string][]byte{"a": {0, 1, 255}, "b": {}},
				map[string]any{"_placeholder": true, "num": 0.0, "file": []byte("x"), "list": []any{nil, 1.5}},
			}
			got, err := post.Call(t.Context(), c, sent)
			require.NoError(t, err)
			require.Equal(t, sent, got)
			_, err = fail.Call(t.Context(), c, "c")
			require.Equal(t, &everwire.Error{Code: "c", Message: "it failed", Data: 7.0}, err)
			require.NoError(t, c.Emit("ask me", 21))
			require.Equal(t, 42, <-numbers)
		})
	})
}

// Many small events at once are more than one POST may hold, with each codec.
func TestBurst(t *testing.T) {
	const n = 5000
	for _, codec := range []sio.Codec{sio.JSON{}, msgpack.Codec{}} {
		each(t, func(t *testing.T, o client.Options) {
			o.Codec = codec
			bubble(t, everwire.Config{Codec: codec}, office, func(t *testing.T, w *world) {
				c := w.client(t, o)
				numbers := make(chan int, n)
				client.On(c, counted, func(_ context.Context, n int) error { numbers <- n; return nil })
				connect(t, c)
				for i := range n {
					require.NoError(t, counted.Emit(c, i))
				}
				for i := range n {
					select {
					case got := <-numbers:
						require.Equal(t, i, got)
					case <-time.After(time.Minute):
						t.Fatalf("%d of %d came back", i, n)
					}
				}
			})
		})
	}
}

func TestMsgpackAuth(t *testing.T) {
	bubble(t, everwire.Config{Codec: msgpack.Codec{}}, office, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{Codec: msgpack.Codec{}})
		vault := c.Of("/vault", map[string]any{"key": []byte{0, 255}})
		connect(t, vault)
		got, err := echo.Call(t.Context(), vault, message{Text: "in"})
		require.NoError(t, err)
		require.Equal(t, "in", got.Text)

		var refused *client.ConnectError
		err = w.client(t, client.Options{Codec: msgpack.Codec{}}).Of("/vault", nil).Connect(t.Context())
		require.ErrorAs(t, err, &refused)
		require.Equal(t, &everwire.Error{Code: "E42", Message: "wrong key"}, refused.Refusal)
	})
}

// Who speaks another codec than the server is sent away.
func TestOtherCodec(t *testing.T) {
	for _, o := range []client.Options{{}, {Codec: msgpack.Codec{}}} {
		cfg := everwire.Config{Codec: msgpack.Codec{}}
		if o.Codec != nil {
			cfg.Codec = nil
		}
		bubble(t, cfg, office, func(t *testing.T, w *world) {
			o.NoReconnect, o.Auth = true, map[string]any{}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.Error(t, w.client(t, o).Connect(ctx))
			require.NoError(t, ctx.Err())
		})
	}
}
