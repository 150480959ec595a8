// disconnect_test.go: how clients leave, are sent away, or lose their session.

package namespace_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

// chronicle has a namespace note connections, disconnections with their reasons and rooms, and the event "e".
func chronicle(n *namespace.Namespace, h *history) {
	n.OnConnect(func(c *namespace.Ctx) error { h.add(n.Name() + " connect"); return c.Socket().Join("r1", "r2") })
	n.On("e", func(*namespace.Ctx) error { h.add(n.Name() + " e"); return nil })
	n.OnDisconnect(func(c *namespace.Ctx, why namespace.Reason) {
		rooms := c.Socket().Rooms()
		slices.Sort(rooms)
		h.add(fmt.Sprint(n.Name(), " ", why, " ", rooms, c.Socket().In("r1"), c.Socket().In(c.Socket().ID())))
	})
}

// ended is what chronicle notes of an end.
func ended(nsp, why string) string { return nsp + " " + why + " [r1 r2] true true" }

func TestDisconnectReasons(t *testing.T) {
	for _, c := range []struct {
		name    string
		leave   func(p peer, w *world, s *namespace.Socket)
		packets []string // that the client still gets
		main    string   // what happens to the socket in "/"
		other   string   // and to that in "/a"; "" for nothing
	}{
		{"client leaves", func(p peer, _ *world, _ *namespace.Socket) { p.send("41") },
			nil, "client namespace disconnect", ""},
		{"Disconnect(false)", func(_ peer, _ *world, s *namespace.Socket) { _ = s.Disconnect(false) },
			[]string{"41"}, "server namespace disconnect", ""},
		{"Disconnect(true)", func(_ peer, _ *world, s *namespace.Socket) { _ = s.Disconnect(true) },
			[]string{"41", "41/a,"}, "server namespace disconnect", "server namespace disconnect"},
		{"DisconnectSockets(false)", func(_ peer, w *world, _ *namespace.Socket) { _ = w.Main().DisconnectSockets(false) },
			[]string{"41"}, "server namespace disconnect", ""},
		{"Target.Disconnect(true)", func(_ peer, w *world, _ *namespace.Socket) { _ = w.Main().To("r1").Disconnect(true) },
			[]string{"41", "41/a,"}, "server namespace disconnect", "server namespace disconnect"},
		{"client closes", func(p peer, _ *world, _ *namespace.Socket) { p.Close() },
			nil, "transport close", "transport close"},
		{"connection lost", func(p peer, _ *world, _ *namespace.Socket) { p.Cut() },
			nil, "transport error", "transport error"},
		{"no pong", func(p peer, _ *world, _ *namespace.Socket) { p.Silence(); <-p.Done() },
			[]string{"2"}, "ping timeout", "ping timeout"},
		{"protocol broken", func(p peer, _ *world, _ *namespace.Socket) { _ = p.Send("4?") },
			nil, "parse error", "parse error"},
		{"shutdown", func(_ peer, w *world, _ *namespace.Socket) { _ = w.engine.Shutdown(context.Background()) },
			nil, "server shutting down", "server shutting down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				var h history
				chronicle(w.Main(), &h)
				chronicle(w.Of("/a"), &h)
				p, s := w.joined(t)
				p.connect("/a")
				require.Equal(t, []string{"/ connect", "/a connect"}, h.take())
				c.leave(p, w, s)

				want := []string{ended("/", c.main)}
				if c.other != "" {
					want = append(want, ended("/a", c.other))
				}
				require.ElementsMatch(t, want, h.take())
				p.expectOnly(c.packets...)
				require.ErrorIs(t, s.Emit("e"), namespace.ErrDisconnected)
				require.ErrorIs(t, s.Join("x"), namespace.ErrDisconnected)
				require.ErrorIs(t, s.Leave("r1"), namespace.ErrDisconnected)
				require.ErrorIs(t, s.Disconnect(false), namespace.ErrDisconnected)
				_, err := s.Call(t.Context(), "q")
				require.ErrorIs(t, err, namespace.ErrDisconnected)
				require.ErrorIs(t, s.Context().Err(), context.Canceled)
				require.Empty(t, w.Main().Sockets())
				require.Zero(t, w.Main().RoomCount())
				require.Len(t, w.Of("/a").Sockets(), 2-len(want))

				if c.other == "" { // the session goes on
					p.connect("")
					require.Equal(t, []string{"/ connect"}, h.take())
				}
				p.Close()
				require.Len(t, h.take(), 2*(2-len(want)), "each end is told once")
			})
		})
	}
}

// What a client sent before it left is handled before OnDisconnect; what it sends afterwards, not at all.
func TestOnDisconnectComesLast(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		chronicle(w.Main(), &h)
		free := make(chan struct{})
		w.Main().On("slow", func(c *namespace.Ctx) error { <-free; h.add("slow"); return nil })
		p, _ := w.joined(t)
		p.send(`42["slow"]`, `42["e"]`, `42["e"]`, "41")
		require.Equal(t, []string{"/ connect"}, h.take())
		require.Empty(t, w.Main().Sockets(), "it is gone at once for all others")
		p.connect("") // the next socket does not wait for the old one
		require.Equal(t, []string{"/ connect"}, h.take())
		close(free)
		require.Equal(t, []string{"slow", "/ e", "/ e", ended("/", "client namespace disconnect")}, h.take())
	})
}

// When the server sends a client away, what still waits for its handlers is dropped.
func TestKickDropsWhatWaits(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		chronicle(w.Main(), &h)
		free := make(chan struct{})
		w.Main().On("ban me", func(c *namespace.Ctx) error { <-free; return c.Socket().Disconnect(false) })
		p := w.dial(t)
		p.connect("")
		p.send(`42["e"]`, `42["ban me"]`, `42["e"]`, `42["e"]`)
		close(free)
		require.Equal(t, []string{"/ connect", "/ e", ended("/", "server namespace disconnect")}, h.take())
		p.expectOnly("41")
	})
}

// What was sent before the end reaches the client, and 41 is the last.
func TestDisconnectAfterWhatWasSent(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().On("bye", func(c *namespace.Ctx) error {
			if err := c.Socket().Emit("last"); err != nil {
				return err
			}
			return c.Socket().Disconnect(true)
		})
		p := w.dial(t)
		p.connect("")
		p.send(`42["bye"]`)
		p.expect(`42["last"]`, "41")
		<-p.Done()
		require.Zero(t, w.engine.Sessions())
		require.NotContains(t, w.log.String(), "ERROR")
	})
}

func TestConcurrentDisconnects(t *testing.T) {
	for range 20 {
		inBubble(t, func(t *testing.T, w *world) {
			var h history
			chronicle(w.Main(), &h)
			p, s := w.joined(t)
			h.take()
			var wg sync.WaitGroup
			for i := range 10 {
				wg.Go(func() { _ = s.Emit("e", i) })
				wg.Go(func() { _ = s.Disconnect(false) })
				wg.Go(func() { _ = w.Main().DisconnectSockets(false) })
			}
			wg.Wait()
			require.Len(t, h.take(), 1)
			got := p.Waiting()
			require.Equal(t, 1, count(got, "41"))
		})
	}
}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

// A client that is sent away may have sent events before it knows: they are ignored, and its other namespaces live.
func TestEventsAfterKick(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		chronicle(w.Main(), &h)
		chronicle(w.Of("/a"), &h)
		p, s := w.joined(t)
		p.connect("/a")
		h.take()
		require.NoError(t, s.Disconnect(false))
		p.expect("41")
		p.send(`42["e"]`, `421["e"]`, `43100[]`, `451-["e",{"_placeholder":true,"num":0}]`)
		require.NoError(t, p.SendBinary([]byte{1}))
		p.send("41", `42/a,["e"]`)
		require.ElementsMatch(t, []string{ended("/", "server namespace disconnect"), "/a e"}, h.take())
		p.connect("")
		p.send("41")
		p.expectOnly()
		require.Error(t, p.Send(`42["e"]`), "after a farewell of its own it knows")
		<-p.Done()
	})
}

func TestProtocolViolations(t *testing.T) {
	for _, c := range []struct{ name, packet string }{
		{"CONNECT twice", "40"},
		{"EVENT before CONNECT", `42/a,["e"]`},
		{"EVENT for nobody's namespace", `42/nobody,["e"]`},
		{"attachments before CONNECT", `451-/a,["e",{"_placeholder":true,"num":0}]`},
		{"CONNECT_ERROR", `44{"message":"x"}`},
		{"CONNECT_ERROR elsewhere", `44/a,{"message":"x"}`},
		{"unknown type", "49"},
		{"no JSON", `42["e"`},
		{"no array", `42{"e":1}`},
		{"no name", `42[{}]`},
		{"reserved name", `42["connect"]`},
		{"text for an attachment", `451-["e",{"_placeholder":true,"num":0}]` + "\x00" + `42["e"]`},
		{"empty", "4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				var h history
				chronicle(w.Main(), &h)
				w.Of("/a")
				bystander, _ := w.joined(t)
				p, s := w.joined(t)
				require.NoError(t, s.Emit("queued"))
				h.take()
				var err error
				for _, text := range split(c.packet) {
					require.NoError(t, err)
					err = p.Send(text)
				}
				require.Error(t, err)
				p.expect(`42["queued"]`)
				<-p.Done()
				p.expectOnly()
				require.Equal(t, []string{ended("/", "parse error")}, h.take())
				require.NoError(t, w.Main().Emit("all"))
				bystander.expectOnly(`42["all"]`)
			})
		})
	}
}

func split(packets string) (list []string) {
	for len(packets) > 0 {
		i := slices.Index([]byte(packets), 0)
		if i < 0 {
			return append(list, packets)
		}
		list, packets = append(list, packets[:i]), packets[i+1:]
	}
	return list
}

// Answers and farewells that cross the end of a socket are no offence.
func TestLatePacketsAreIgnored(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, _ := w.joined(t)
		p.send("41", "41", "430[]", "41/nobody,", "43/nobody,7[]")
		p.connect("")
		p.expectOnly()
	})
}

func TestIdentityExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, namespace.Config{}, engine.Config{})
		var h history
		chronicle(w.Main(), &h)
		lives := time.Hour
		w.Main().Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			return &namespace.Identity{ID: "ann", Expires: time.Now().Add(lives)}, nil
		})
		p, _ := w.joined(t)
		start := time.Now()
		require.Equal(t, "41", p.patientNext(2*time.Hour))
		require.Equal(t, time.Hour, time.Since(start))
		require.Equal(t, []string{"/ connect", ended("/", "server namespace disconnect")}, h.take())

		lives = time.Hour
		q, _ := w.joined(t)
		h.take()
		q.send("41")
		require.Len(t, h.take(), 1)
		<-time.After(2 * time.Hour)
		require.Empty(t, h.take(), "the timer of a socket that has left")
	})
}
