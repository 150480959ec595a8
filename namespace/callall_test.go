// callall_test.go: questions to many sockets, of this node and of others.

package namespace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// nodes returns servers that form a cluster.
func nodes(t *testing.T, n int) []*world {
	var hub memory.Hub
	list := make([]*world, n)
	for i := range list {
		list[i] = newWorld(t, namespace.Config{Adapter: &hub}, engine.Config{})
	}
	return list
}

// inCluster runs f in a bubble, with servers that form a cluster.
func inCluster(t *testing.T, n int, f func(t *testing.T, w []*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		list := nodes(t, n)
		f(t, list)
		for _, w := range list {
			require.NoError(t, w.Close())
		}
	})
}

// askAll collects the answers to a question, as text.
func askAll(ctx context.Context, who sio.Caller) <-chan []string {
	ended := make(chan []string, 1)
	go func() {
		var list []string
		for b, err := range who.Ask(ctx, sio.Emission{Event: "ask"}) {
			var text string
			if err == nil {
				err = b.Bind(0, &text)
			}
			list = append(list, fmt.Sprint(text, err))
		}
		slices.Sort(list)
		ended <- list
	}()
	return ended
}

func TestCallAll(t *testing.T) {
	inCluster(t, 2, func(t *testing.T, w []*world) {
		p, s := w[0].joined(t)
		q, _ := w[0].joined(t)
		r, far := w[1].joined(t)
		gone, leaver := w[1].joined(t)
		for _, s := range []*namespace.Socket{s, far, leaver} {
			require.NoError(t, s.Join("red"))
		}
		start := time.Now()
		answers := askAll(t.Context(), w[0].Main())
		for _, p := range []peer{p, q} {
			p.expect(`420["ask"]`)
		}
		for _, p := range []peer{r, gone} {
			p.expect(`420["ask"]`) // the numbers are those of the node
		}
		p.send(`430["p"]`, `430["again"]`)
		r.send(`430["r"]`)
		gone.Cut()
		synctest.Wait()
		require.Empty(t, answers)
		got := <-answers
		require.Equal(t, []string{
			"namespace: no acknowledgement in time: context deadline exceeded",
			"namespace: socket is disconnected", "p<nil>", "r<nil>",
		}, got)
		require.Equal(t, 30*time.Second, time.Since(start))

		answers = askAll(t.Context(), w[1].Main().To("red").Except(far.ID()))
		p.expect(`421["ask"]`)
		p.send(`431["p"]`)
		require.Equal(t, []string{"p<nil>"}, <-answers, "all that were asked have answered")
		require.Empty(t, <-askAll(t.Context(), w[0].Main().To("nobody")))
		answers = askAll(t.Context(), w[1].Main().Local())
		r.expect(`423["ask"]`)
		r.send(`433["r"]`)
		require.Equal(t, []string{"r<nil>"}, <-answers)
		p.expectOnly()
	})
}

// Who leaves the loop waits for nobody, and keeps nothing.
func TestCallAllIsLeft(t *testing.T) {
	inCluster(t, 2, func(t *testing.T, w []*world) {
		p, s := w[0].joined(t)
		q, _ := w[1].joined(t)
		go func() {
			p.expect(`420["ask"]`)
			p.send(`430["first"]`)
		}()
		for b, err := range w[0].Main().Call(t.Context(), "ask") {
			require.NoError(t, err)
			require.Equal(t, 1, b.Len())
			break
		}
		q.expect(`420["ask"]`)
		q.send(`430["late"]`)
		synctest.Wait()
		require.Zero(t, s.PendingCalls())
	})
}

func TestCallAllFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		w := newWorld(t, namespace.Config{Adapter: &opener{publish: down}}, engine.Config{})
		p, _ := w.joined(t)
		answers := askAll(t.Context(), w.Main())
		p.expect(`420["ask"]`)
		p.send(`430["p"]`)
		require.Equal(t, []string{"down", "p<nil>"}, <-answers, "the others are missing, and that is told")
		for b, err := range w.Main().Local().Call(t.Context(), "ask", make(chan int)) {
			require.Nil(t, b)
			require.ErrorContains(t, err, "chan int")
		}
		p.expectOnly()
	})
}

func TestFetchSockets(t *testing.T) {
	inCluster(t, 3, func(t *testing.T, w []*world) {
		type user struct{ Name string }
		key := namespace.NewKey[user]("user")
		p, s := w[0].joined(t)
		q, far := w[1].joined(t)
		key.Set(far, user{"Ann"})
		namespace.NewKey[chan int]("no JSON").Set(far, nil)
		require.NoError(t, s.Join("red"))
		require.NoError(t, far.Join("red", "blue"))

		list, err := w[2].Main().To("red").Except(s.ID()).FetchSockets(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		r := list[0]
		require.Equal(t, far.ID(), r.ID())
		require.ElementsMatch(t, []string{"red", "blue"}, r.Rooms())
		ann, ok := key.Of(r)
		require.True(t, ok)
		require.Equal(t, "Ann", ann.Name)
		_, ok = namespace.NewKey[int]("user").Of(r)
		require.False(t, ok)
		require.Equal(t, far.Handshake().URL(), r.Handshake().URL)
		require.Equal(t, far.Handshake().Time().UnixMilli(), r.Handshake().Issued)

		require.NoError(t, r.Emit("e", 1))
		q.expect(`42["e",1]`)
		go func() {
			q.expect(`420["ask"]`)
			q.send(`430[7]`)
		}()
		b, err := r.Call(t.Context(), "ask")
		require.NoError(t, err)
		var seven int
		require.NoError(t, b.Bind(0, &seven))
		require.Equal(t, 7, seven)
		require.NoError(t, r.Join("green"))
		require.NoError(t, r.Leave("red"))
		require.ElementsMatch(t, []string{"blue", "green"}, far.Rooms())

		n, err := w[2].Main().CountSockets(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.NoError(t, r.Disconnect(false))
		q.expect("41")
		n, err = w[2].Main().CountSockets(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		_, err = r.Call(t.Context(), "ask")
		require.ErrorIs(t, err, namespace.ErrDisconnected)
		p.expectOnly()
	})
}

func TestServers(t *testing.T) {
	inCluster(t, 3, func(t *testing.T, w []*world) {
		var h history
		for i, w := range w {
			w.Main().Servers().On("note", func(c *namespace.Ctx) error {
				var s string
				if err := c.Bind(&s); err != nil {
					return err
				}
				h.add(fmt.Sprint(i, " ", s, " ", c.Socket() == nil, c.WantsAck()))
				return nil
			})
		}
		for _, s := range []string{"a", "b", "c"} {
			require.NoError(t, w[1].Main().Servers().Emit("note", s))
		}
		got := h.take()
		require.ElementsMatch(t, []string{
			"0 a true false", "0 b true false", "0 c true false", "2 a true false", "2 b true false", "2 c true false",
		}, got)
		of0 := slices.DeleteFunc(got, func(s string) bool { return s[0] == '2' })
		require.Equal(t, []string{"0 a true false", "0 b true false", "0 c true false"}, of0, "in their order")

		w[0].Main().Servers().On("ask", func(c *namespace.Ctx) error { return c.Ack("zero") })
		w[2].Main().Servers().On("ask", func(c *namespace.Ctx) error { return errors.New("secret") })
		require.Equal(t, []string{"no_handler"}, codesOf(t, w[1].Main(), w[2].Main().Servers(), "zero"))
		require.Contains(t, <-askAll(t.Context(), w[1].Main().Servers()), "zero<nil>")
		require.Contains(t, w[2].log.String(), "secret")
		require.Panics(t, func() { w[0].Main().Servers().On("ask", func(*namespace.Ctx) error { return nil }) })

		alone := newWorld(t, namespace.Config{}, engine.Config{})
		require.NoError(t, alone.Main().Servers().Emit("note", "x"))
		require.Empty(t, <-askAll(t.Context(), alone.Main().Servers()))
	})
}

// codesOf asks, demands one plain answer, and returns the codes of the others.
func codesOf(t *testing.T, _ *namespace.Namespace, who sio.Caller, plain string) (codes []string) {
	for b, err := range who.Ask(t.Context(), sio.Emission{Event: "ask"}) {
		require.NoError(t, err)
		if e := sio.AckError(b); e != nil {
			codes = append(codes, e.Code)
			continue
		}
		var s string
		require.NoError(t, b.Bind(0, &s))
		require.Equal(t, plain, s)
	}
	return codes
}

// A server that does not answer in time is told of.
func TestServersTimeOut(t *testing.T) {
	inCluster(t, 2, func(t *testing.T, w []*world) {
		release := make(chan struct{})
		w[1].Main().Servers().On("ask", func(*namespace.Ctx) error { <-release; return nil })
		got := <-askAll(t.Context(), w[0].Main().Servers())
		require.Equal(t, []string{"namespace: no acknowledgement in time: context deadline exceeded"}, got)
		close(release)
	})
}
