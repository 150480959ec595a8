// typed_test.go: the forms of typed handlers, called by the server and emitted to.

package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

// even is a number that says when it is not.
type even int

func (e even) Validate() error {
	if e%2 != 0 {
		return fmt.Errorf("%d is odd", int(e))
	}
	return nil
}

const (
	on0     = everwire.Event0("on0")
	on2     = everwire.Event2[even, string]("on2")
	on3     = everwire.Event3[even, string, *even]("on3")
	handle0 = everwire.RPC0[string]("handle0")
	handle2 = everwire.RPC2[even, even, int]("handle2")
	handle3 = everwire.RPC3[string, even, even, string]("handle3")
)

// forms has the client say what it was told.
func forms(c *client.Client, said chan string) {
	say := func(args ...any) error { said <- fmt.Sprintln(args...); return nil }
	client.On0(c, on0, func(context.Context) error { return say("on0") })
	client.On2(c, on2, func(_ context.Context, e even, s string) error { return say("on2", e, s) })
	client.On3(c, on3, func(_ context.Context, e even, s string, p *even) error { return say("on3", e, s, p == nil) })
	client.Handle0(c, handle0, func(context.Context) (string, error) { return "here", nil })
	client.Handle2(c, handle2, func(_ context.Context, a, b even) (int, error) { return int(a * b), nil })
	client.Handle3(c, handle3, func(_ context.Context, s string, a, b even) (string, error) {
		if s == "" {
			return "", &everwire.Error{Code: "nameless", Message: "who?"}
		}
		return fmt.Sprint(s, a, b), nil
	})
}

func TestForms(t *testing.T) {
	sockets := make(chan *everwire.Socket, 1)
	setup := func(srv *everwire.Server) {
		srv.OnConnect(func(c *everwire.Ctx) error { sockets <- c.Socket(); return nil })
	}
	bubble(t, everwire.Config{}, setup, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{})
		said := make(chan string, 9)
		forms(c, said)
		connect(t, c)
		s, ctx := <-sockets, t.Context()

		require.NoError(t, errors.Join(on0.Emit(s), on2.Emit(s, 3, "odd"), on2.Emit(s, 2, "b"), on3.Emit(s, 4, "c", nil)))
		require.Equal(t, []string{"on0\n", "on2 2 b\n", "on3 4 c true\n"}, []string{<-said, <-said, <-said})

		for name, call := range map[string]struct {
			do   func() (any, error)
			want any
			err  error
		}{
			"0":         {do: func() (any, error) { return handle0.Call(ctx, s) }, want: "here"},
			"2":         {do: func() (any, error) { return handle2.Call(ctx, s, 6, 8) }, want: 48},
			"3":         {do: func() (any, error) { return handle3.Call(ctx, s, "x", 2, 4) }, want: "x2 4"},
			"refused":   {do: func() (any, error) { return handle3.Call(ctx, s, "", 2, 4) }, want: "", err: &everwire.Error{Code: "nameless", Message: "who?"}},
			"second":    {do: func() (any, error) { return handle2.Call(ctx, s, 6, 7) }, want: 0, err: &everwire.Error{Code: "invalid", Message: "7 is odd"}},
			"its third": {do: func() (any, error) { return handle3.Call(ctx, s, "x", 2, 5) }, want: "", err: &everwire.Error{Code: "invalid", Message: "5 is odd"}},
		} {
			out, err := call.do()
			require.Equal(t, call.err, err, name)
			require.Equal(t, call.want, out, name)
		}
	})
}
