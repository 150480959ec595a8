// handle_test.go: typed handlers and what they answer.

package everwire_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
)

// inMemory runs f in a bubble, with a namespace and a way to dial it.
func inMemory(t *testing.T, f func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		quiet := slog.New(slog.DiscardHandler)
		g, err := namespace.NewRegistry(namespace.Config{Logger: quiet})
		require.NoError(t, err)
		srv, err := engine.New(engine.Config{Logger: quiet}, g, enginetest.Transport)
		require.NoError(t, err)
		f(t, g.Main(), func() *enginetest.Peer {
			p := enginetest.Dial(t, srv)
			require.NoError(t, p.Send("40"))
			require.Contains(t, p.Next(), "40{")
			return p
		})
	})
}

// picky is a payload that can be wrong.
type picky struct {
	Size int `json:"size"`
}

var errTooBig = &everwire.Error{Code: "too_big", Message: "at most 20", Data: 20}

func (p *picky) Validate() error {
	switch {
	case p.Size < 0:
		return errors.New("size is negative")
	case p.Size > 20:
		return fmt.Errorf("size: %w", errTooBig)
	case p.Size == 13:
		panic("thirteen")
	}
	return nil
}

// byValue validates without a pointer.
type byValue string

func (v byValue) Validate() error {
	if v == "" {
		return errors.New("empty")
	}
	return nil
}

func TestOnAndHandle(t *testing.T) {
	const invalid = `[{"error":{"code":"invalid","message":"size is negative"}}]`
	const internal = `[{"error":{"code":"internal","message":"internal error"}}]`
	misfit := `[{"error":{"code":"bad_request","message":"argument 0 does not fit"}}]`
	inMemory(t, func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer) {
		everwire.On(n, everwire.Event[picky]("on"), func(c *everwire.Ctx, p picky) error {
			if p.Size == 1 {
				return errors.New("secret")
			}
			return c.Socket().Emit("got", p.Size)
		})
		everwire.On(n, everwire.Event[*picky]("pointer"), func(c *everwire.Ctx, p *picky) error {
			return c.Socket().Emit("got", p == nil)
		})
		everwire.On(n, everwire.Event[byValue]("value"), func(*everwire.Ctx, byValue) error { return nil })
		everwire.On(n, everwire.Event[int]("acked"), func(c *everwire.Ctx, i int) error { return c.Ack("own", i) })
		everwire.Handle(n, everwire.RPC[picky, float64]("half"), func(c *everwire.Ctx, p picky) (float64, error) {
			if p.Size == 0 {
				return math.NaN(), nil
			}
			return float64(p.Size) / 2, nil
		})
		everwire.Handle(n, everwire.RPC[int, *int]("fail"), func(c *everwire.Ctx, i int) (*int, error) { return nil, errTooBig })
		everwire.Handle(n, everwire.RPC[int, int]("both"), func(c *everwire.Ctx, i int) (int, error) { return i, c.Ack("first") })

		p := dial()
		for _, c := range []struct {
			packet string
			want   []string
		}{
			{`421["on",{"size":2}]`, []string{`42["got",2]`, "431[]"}},
			{`42["on",{"size":2}]`, []string{`42["got",2]`}},
			{`421["on"]`, []string{`42["got",0]`, "431[]"}},
			{`421["on",{"size":1}]`, []string{"431" + internal}},
			{`421["on",{"size":-1}]`, []string{"431" + invalid}},
			{`42["on",{"size":-1}]`, nil},
			{`421["on",{"size":21}]`, []string{`431[{"error":{"code":"too_big","message":"at most 20","data":20}}]`}},
			{`421["on",{"size":13}]`, []string{"431" + internal}},
			{`421["on",{"size":"x"}]`, []string{"431" + misfit}},
			{`421["on",7]`, []string{"431" + misfit}},
			{`421["pointer",{"size":-1}]`, []string{"431" + invalid}},
			{`421["pointer",{"size":1}]`, []string{`42["got",false]`, "431[]"}},
			{`421["pointer",null]`, []string{`42["got",true]`, "431[]"}},
			{`421["value","x"]`, []string{"431[]"}},
			{`421["value",""]`, []string{`431[{"error":{"code":"invalid","message":"empty"}}]`}},
			{`421["acked",5]`, []string{`431["own",5]`}},
			{`421["half",{"size":3}]`, []string{"431[1.5]"}},
			{`42["half",{"size":3}]`, nil},
			{`421["half",{"size":-1}]`, []string{"431" + invalid}},
			{`421["half",{"size":0}]`, []string{"431" + internal}}, // NaN has no JSON form
			{`421["fail",1]`, []string{`431[{"error":{"code":"too_big","message":"at most 20","data":20}}]`}},
			{`421["both",1]`, []string{`431["first"]`}},
		} {
			require.NoError(t, p.Send(c.packet), c.packet)
			synctest.Wait()
			require.Equal(t, c.want, p.Waiting(), c.packet)
		}
	})
}

// The forms with other numbers of arguments: each is bound to its own, and validated.
func TestForms(t *testing.T) {
	const empty = `[{"error":{"code":"invalid","message":"empty"}}]`
	misfit := func(i int) string {
		return fmt.Sprintf(`[{"error":{"code":"bad_request","message":"argument %d does not fit"}}]`, i)
	}
	type word = byValue
	inMemory(t, func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer) {
		everwire.On0(n, "on0", func(c *everwire.Ctx) error { return c.Socket().Emit("got") })
		everwire.On2(n, everwire.Event2[int, word]("on2"), func(c *everwire.Ctx, i int, w word) error {
			return c.Socket().Emit("got", i, w)
		})
		everwire.On3(n, everwire.Event3[word, *word, picky]("on3"), func(c *everwire.Ctx, v word, w *word, p picky) error {
			return c.Socket().Emit("got", v, w, p)
		})
		everwire.Handle0(n, everwire.RPC0[int]("handle0"), func(*everwire.Ctx) (int, error) { return 7, nil })
		everwire.Handle2(n, everwire.RPC2[int, word, string]("handle2"), func(_ *everwire.Ctx, i int, w word) (string, error) {
			if i < 0 {
				return "", errTooBig
			}
			return fmt.Sprint(i, " ", w), nil
		})
		everwire.Handle3(n, everwire.RPC3[word, word, word, []word]("handle3"), func(_ *everwire.Ctx, u, v, w word) ([]word, error) {
			return []word{w, v, u}, nil
		})

		p := dial()
		for _, c := range []struct {
			packet string
			want   []string
		}{
			{`421["on0"]`, []string{`42["got"]`, "431[]"}},
			{`421["on0",1,2]`, []string{`42["got"]`, "431[]"}},
			{`421["on2",1,"b"]`, []string{`42["got",1,"b"]`, "431[]"}},
			{`42["on2",1,"b",3]`, []string{`42["got",1,"b"]`}},
			{`421["on2",1]`, []string{"431" + empty}},
			{`421["on2",1,2]`, []string{"431" + misfit(1)}},
			{`421["on2","x","b"]`, []string{"431" + misfit(0)}},
			{`421["on3","a","b",{"size":3}]`, []string{`42["got","a","b",{"size":3}]`, "431[]"}},
			{`421["on3","a"]`, []string{`42["got","a",null,{"size":0}]`, "431[]"}}, // nothing is left of the event before
			{`421["on3","","b",{}]`, []string{"431" + empty}},
			{`421["on3","a","",{}]`, []string{"431" + empty}},
			{`421["on3","a","b",{"size":-1}]`, []string{`431[{"error":{"code":"invalid","message":"size is negative"}}]`}},
			{`421["handle0"]`, []string{"431[7]"}},
			{`421["handle2",1,"b"]`, []string{`431["1 b"]`}},
			{`421["handle2",-1,"b"]`, []string{`431[{"error":{"code":"too_big","message":"at most 20","data":20}}]`}},
			{`421["handle2",1,""]`, []string{"431" + empty}},
			{`421["handle3","a","b","c"]`, []string{`431[["c","b","a"]]`}},
			{`421["handle3","a","b",3]`, []string{"431" + misfit(2)}},
		} {
			require.NoError(t, p.Send(c.packet), c.packet)
			synctest.Wait()
			require.Equal(t, c.want, p.Waiting(), c.packet)
		}
	})
}

func TestSocketsOwnTypedHandler(t *testing.T) {
	const hello = everwire.Event[string]("hello")
	inMemory(t, func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer) {
		everwire.On(n, hello, func(c *everwire.Ctx, _ string) error { return hello.Emit(c.Socket(), "namespace") })
		n.OnConnect(func(c *everwire.Ctx) error {
			everwire.On(c.Socket(), hello, func(c *everwire.Ctx, _ string) error { return hello.Emit(c.Socket(), "socket") })
			return nil
		})
		p := dial()
		require.NoError(t, p.Send(`42["hello","x"]`))
		require.Equal(t, `42["hello","socket"]`, p.Next())
		require.Panics(t, func() {
			everwire.Handle(n, everwire.RPC[int, int]("hello"), func(*everwire.Ctx, int) (int, error) { return 0, nil })
		})
	})
}

// The errors of the other packages are those that users of this one name.
func TestErrorsHaveOneIdentity(t *testing.T) {
	require.ErrorIs(t, everwire.ErrTimeout, context.DeadlineExceeded)
	inMemory(t, func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer) {
		sockets := make(chan *everwire.Socket, 1)
		n.OnConnect(func(c *everwire.Ctx) error { sockets <- c.Socket(); return nil })
		p := dial()
		s := <-sockets
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := everwire.RPC[int, int]("q").Call(ctx, s, 1)
		require.ErrorIs(t, err, everwire.ErrTimeout)
		p.Close()
		require.ErrorIs(t, everwire.Event[int]("e").Emit(s, 1), everwire.ErrDisconnected)
	})
}
