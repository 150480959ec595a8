// hostile_test.go: clients that want the server to keep too much, or to fail.

package namespace_test

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// Sockets that hold little stand first among those that are away; those that come
// later hold much. All that has to go goes, not one for each that comes.
func TestRecoveryMemoryIsALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 50_000
		w := recoveringWorld(t, namespace.Recovery{Window: time.Hour, Memory: most, Buffer: 10_000})
		for range 40 {
			w.returner(t).Cut()
		}
		synctest.Wait()
		for i := range 20 {
			r := w.returner(t)
			s := r.socket()
			r.cut()
			_ = s.Emit("e", i, strings.Repeat("x", 8_000))
			require.LessOrEqual(t, w.Held(), most, "after %d", i)
		}
		require.NoError(t, w.Close())
	})
}

// A socket that is away is memory, also if nothing was sent to it.
func TestSocketsThatAreAwayAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := recoveringWorld(t, namespace.Recovery{Window: time.Hour, Memory: 100_000, Buffer: 10_000})
		auth := strings.Repeat("x", 10_000)
		for range 100 {
			p := w.dial(t)
			p.send(`40{"auth":"` + auth + `"}`)
			p.Next()
			synctest.Wait()
			p.Cut()
			synctest.Wait()
		}
		require.LessOrEqual(t, w.Away(), 10, "sockets with 10,000 bytes each, where 100,000 may be kept")
		require.NoError(t, w.Close())
	})
}

// A client that comes and goes at once leaves nothing that could be come back to.
func TestComingAndGoingLeavesNothing(t *testing.T) {
	w := recoveringWorld(t, namespace.Recovery{Window: time.Hour})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for range 100 {
				p, err := enginetest.DialRequest(t, w, enginetest.Request())
				if err != nil {
					t.Error(err)
					return
				}
				for range 50 {
					_ = p.Send("40")
					_ = p.Send("41")
				}
				p.Close()
			}
		})
	}
	clients.Wait()
	require.Eventually(t, func() bool { return w.Returnable() == 0 }, 5*time.Second, 10*time.Millisecond,
		"%d sockets that have ended", w.Returnable())
	require.NoError(t, w.Close())
}

// memoryOf returns the bytes that f leaves on the heap.
func memoryOf(f func()) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

// A client that walks through namespaces, or is sent away from them, has the server
// keep no trace of each.
func TestWalkingThroughNamespacesLeavesNothing(t *testing.T) {
	for name, kick := range map[string]bool{"leaves": false, "is sent away": true} {
		t.Run(name, func(t *testing.T) {
			w := recoveringWorld(t, namespace.Recovery{Window: time.Hour})
			rooms := w.OfPattern(regexp.MustCompile(`^/room-`))
			var ended atomic.Int64
			rooms.OnConnect(func(c *namespace.Ctx) error {
				if kick {
					return namespace.ErrDisconnected
				}
				return nil
			})
			p := w.dial(t)
			const n = 20_000
			grown := memoryOf(func() {
				for i := range n {
					nsp := fmt.Sprint("/room-", i)
					p.send("40" + nsp + ",")
					p.Next()
					if kick {
						p.expect("41" + nsp + ",")
					} else {
						p.send("41" + nsp + ",")
					}
				}
				require.Eventually(t, func() bool { return len(w.Names()) == 1 }, 5*time.Second, time.Millisecond)
			})
			_ = ended.Load()
			t.Logf("%d bytes a namespace", grown/n)
			require.Less(t, grown/n, 100)
			runtime.KeepAlive(p)
			require.NoError(t, w.Close())
		})
	}
}

// A listener that panics takes neither the process nor the client's session.
func TestOnNamespacePanics(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		parent := w.OfPattern(regexp.MustCompile(`^/room-`))
		parent.On("say", func(*namespace.Ctx) error { return nil })
		w.OnNamespace(func(n *namespace.Namespace) {
			n.On("say", func(*namespace.Ctx) error { return nil }) // it has inherited that
		})
		p := w.dial(t)
		p.connect("")
		require.NotPanics(t, func() { p.send("40/room-1,") })
		p.expect(`44/room-1,{"message":"Invalid namespace"}`)
		require.Equal(t, []string{"/"}, w.Names())
		require.Contains(t, w.log.String(), "is set twice")
	})
}

// A context may be used by other goroutines from the first middleware on.
func TestOnceLeavesTheContextAlone(t *testing.T) {
	w := newWorld(t, namespace.Config{Once: namespace.Once{Key: namespace.ClientKey}}, engine.Config{})
	var watchers sync.WaitGroup
	w.Main().OnAny(func(c *namespace.Ctx) {
		watchers.Go(func() {
			ctx, cancel := context.WithTimeout(c, time.Millisecond)
			defer cancel()
			<-ctx.Done()
		})
	})
	w.Main().On("order", func(c *namespace.Ctx) error { return c.Ack("done") })
	p := w.dial(t)
	p.connect("")
	for i := range 100 {
		p.send(order(i, fmt.Sprint(i)))
		p.expect(fmt.Sprintf(`43%d["done"]`, i))
	}
	watchers.Wait()
}

// silent is an adapter with a node that does not answer in time.
type silent struct{}

func (silent) Open(string, adapter.Local) (adapter.Adapter, error) { return silent{}, nil }
func (silent) Publish(context.Context, *adapter.Op) error          { return nil }
func (silent) Close() error                                        { return nil }
func (silent) Ask(ctx context.Context, _ *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(yield func(adapter.Answer, error) bool) {
		<-ctx.Done()
		yield(adapter.Answer{}, ctx.Err())
	}
}

// What other nodes could not tell in time is missing, and that is said.
func TestMissingNodesAreToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, namespace.Config{Adapter: silent{}}, engine.Config{})
		p, _ := w.joined(t)
		list, err := w.Main().FetchSockets(t.Context())
		require.Len(t, list, 1)
		require.ErrorIs(t, err, namespace.ErrTimeout)
		n, err := w.Main().CountSockets(t.Context())
		require.Equal(t, 1, n)
		require.ErrorIs(t, err, namespace.ErrTimeout)

		answers := askAll(t.Context(), w.Main())
		p.expect(`420["ask"]`)
		p.send(`430["p"]`)
		require.Equal(t, []string{namespace.ErrTimeout.Error(), "p<nil>"}, <-answers)
		require.NoError(t, w.Close())
	})
}

// Answers that are here when the time is over count, however long the loop's body
// takes.
func TestAnswersInTimeCount(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var peers []peer
		for range 10 {
			p, _ := w.joined(t)
			peers = append(peers, p)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		ended := make(chan int)
		go func() {
			good := 0
			for _, err := range w.Main().Ask(ctx, sio.Emission{Event: "ask"}) {
				if err == nil {
					good++
				}
				time.Sleep(300 * time.Millisecond)
			}
			ended <- good
		}()
		for _, p := range peers {
			p.expect(`420["ask"]`)
			p.send("430[1]")
		}
		require.Equal(t, 10, <-ended)
	})
}

// The end of a session is the end of its sockets for who asks, even while the reader
// is busy.
func TestAskAtTheSessionsEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		hold := make(chan struct{})
		w.Main().On("hold", func(*namespace.Ctx) error { <-hold; return nil })
		var direct, all error
		w.OfFunc(func(string, *namespace.Handshake) bool { // runs in the reader
			p.Session().Close(engine.ForcedClose)
			_, direct = s.Call(t.Context(), "ask")
			for _, err := range w.Main().Ask(t.Context(), sio.Emission{Event: "ask"}) {
				all = err
			}
			return false
		})
		_ = p.Send("40/other,")
		close(hold)
		synctest.Wait()
		require.ErrorIs(t, direct, namespace.ErrDisconnected)
		require.ErrorIs(t, all, namespace.ErrDisconnected)
	})
}

// A handler that ends its goroutine is no reason to serve the other servers no more.
func TestServersAfterGoexit(t *testing.T) {
	inCluster(t, 2, func(t *testing.T, w []*world) {
		w[1].Main().Servers().On("exit", func(*namespace.Ctx) error { runtime.Goexit(); return nil })
		w[1].Main().Servers().On("ask", func(c *namespace.Ctx) error { return c.Ack("here") })
		require.NoError(t, w[0].Main().Servers().Emit("exit"))
		synctest.Wait()
		require.Equal(t, []string{"here<nil>"}, <-askAll(t.Context(), w[0].Main().Servers()))
	})
}
