// entry_test.go: what happens while a client is being looked at, and the limits of
// entering.

package namespace_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// gate is an Auth that takes its time: it returns when told.
type gate struct {
	asked  chan struct{}
	answer chan error
}

func newGate() gate { return gate{make(chan struct{}, 10), make(chan error)} }

func (g gate) auth(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
	g.asked <- struct{}{}
	return nil, <-g.answer
}

func TestSlowAuth(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		g := newGate()
		w.Main().Auth(g.auth)
		w.Main().OnConnect(func(*namespace.Ctx) error { h.add("connect"); return nil })
		w.Main().On("e", func(c *namespace.Ctx) error {
			var i int
			err := c.Bind(&i)
			h.add(fmt.Sprint("e", i))
			return err
		})
		p := w.dial(t)
		p.send("40", `42["e",1]`, `42["e",2]`)
		<-g.asked
		p.expectOnly()
		require.Empty(t, h.take())
		g.answer <- nil
		p.connected("")
		p.send(`42["e",3]`)
		require.Equal(t, []string{"connect", "e1", "e2", "e3"}, h.take())
	})
}

// A client may send events along with its CONNECT: when it is refused, none of them is handled.
func TestEventsOfRefusedClients(t *testing.T) {
	for name, auth := range map[string]namespace.AuthFunc{
		"refused": func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			return nil, &sio.Error{Message: "no"}
		},
		"panic": func(context.Context, *namespace.Handshake) (*namespace.Identity, error) { panic("no") },
		"Goexit": func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			runtime.Goexit()
			return nil, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				var h history
				free := make(chan struct{})
				w.Main().Auth(func(ctx context.Context, hs *namespace.Handshake) (*namespace.Identity, error) {
					<-free
					return auth(ctx, hs)
				})
				w.Main().UseEvents(func(next namespace.Handler) namespace.Handler {
					return func(c *namespace.Ctx) error { h.add("middleware"); return next(c) }
				})
				w.Main().On("e", func(*namespace.Ctx) error { h.add("e"); return nil })
				p := w.dial(t)
				p.send("40", `42["e"]`, `421["e"]`)
				close(free)
				require.Contains(t, p.Next(), "44{")
				p.expectOnly()
				require.Empty(t, h.take())
			})
		})
	}
}

func TestClientGoneDuringAuth(t *testing.T) {
	for name, leave := range map[string]func(peer){
		"closed": func(p peer) { p.Close() },
		"cut":    func(p peer) { p.Cut() },
		"left":   func(p peer) { p.send("41") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				var h history
				g := newGate()
				w.Main().Auth(g.auth)
				w.Main().OnConnect(func(*namespace.Ctx) error { h.add("connect"); return nil })
				w.Main().OnDisconnect(func(*namespace.Ctx, namespace.Reason) { h.add("disconnect") })
				w.Main().On("e", func(*namespace.Ctx) error { h.add("e"); return nil })
				p := w.dial(t)
				p.send("40", `42["e"]`)
				<-g.asked
				leave(p)
				g.answer <- nil
				require.Empty(t, h.take())
				require.Empty(t, w.Main().Sockets())
				p.expectOnly()
				require.NotContains(t, w.log.String(), "ERROR")
			})
		})
	}
}

// A client may leave while it is looked at and come again: only the second one gets in.
func TestReconnectDuringAuth(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		g := newGate()
		w.Main().Auth(g.auth)
		p := w.dial(t)
		p.send("40", "41", "40")
		<-g.asked
		<-g.asked
		g.answer <- nil
		g.answer <- nil
		p.connected("")
		p.expectOnly()
		require.Len(t, w.Main().Sockets(), 1)
	})
}

// Rooms that are joined before the client is let in bring it nothing yet, and are left when it is refused.
func TestRoomsBeforeEntry(t *testing.T) {
	for _, refusal := range []error{nil, &sio.Error{Message: "no"}} {
		inBubble(t, func(t *testing.T, w *world) {
			g := newGate()
			n := w.Main()
			n.UseConnect(func(next namespace.Handler) namespace.Handler {
				return func(c *namespace.Ctx) error {
					if err := c.Socket().Join("secret"); err != nil {
						return err
					}
					if _, err := g.auth(c, nil); err != nil {
						return err
					}
					return next(c)
				}
			})
			p := w.dial(t)
			p.send("40")
			<-g.asked
			for _, to := range []namespace.Target{n.To("secret"), n.To("secret", "x"), n.To()} {
				require.NoError(t, to.Emit("early"))
			}
			p.expectOnly()
			require.Equal(t, 1, n.RoomCount())
			g.answer <- refusal
			if refusal == nil {
				p.connected("")
				synctest.Wait() // the answer goes out first
				require.NoError(t, n.To("secret").Emit("now"))
				p.expectOnly(`42["now"]`)
				return
			}
			p.expect(`44{"message":"no"}`)
			require.NoError(t, n.To("secret").Emit("late"))
			p.expectOnly()
			require.Zero(t, n.RoomCount())
		})
	}
}

func TestTooManyNamespaces(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.dial(t)
		for i := range namespace.MaxNamespaces {
			name := fmt.Sprint("/n", i)
			w.Of(name)
			p.connect(name)
		}
		p.send("40")
		p.expect(`44{"message":"Too many namespaces"}`)
		p.send("41/n0,")
		p.connect("")
	})
}

func TestConnectPacketTooLarge(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.dial(t)
		fits := `0{"a":"` + strings.Repeat("x", namespace.MaxAuth-9) + `"}`
		require.Len(t, fits, namespace.MaxAuth)
		p.send("4" + fits)
		p.connected("")
		q := w.dial(t)
		require.Error(t, q.Send("4"+fits+" "))
		<-q.Done()
	})
}

// A client that is let in only after the time for that is over is gone already.
func TestAuthSlowerThanConnectTimeout(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		g := newGate()
		w.Main().Auth(g.auth)
		w.Main().OnConnect(func(*namespace.Ctx) error { h.add("connect"); return nil })
		w.Main().OnDisconnect(func(*namespace.Ctx, namespace.Reason) { h.add("disconnect") })
		p := w.dial(t)
		p.send("40")
		<-p.Done()
		g.answer <- nil
		require.Empty(t, h.take())
		require.Zero(t, w.engine.Sessions())
	})
}

// A client that comes and goes while Auth is busy is not asked about without end.
func TestComingAndGoing(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		free := make(chan bool)
		var asked atomic.Int32
		w.Of("/").Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			asked.Add(1)
			<-free
			return nil, nil
		})
		p := w.dial(t)
		for range 5 * namespace.MaxNamespaces {
			p.send("40", "41")
		}
		synctest.Wait()
		require.EqualValues(t, 2*namespace.MaxNamespaces, asked.Load())
		close(free)
		synctest.Wait()
		p.Cut()
	})
}
