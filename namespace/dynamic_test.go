// dynamic_test.go: namespaces that clients ask for.

package namespace_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

func TestOfPattern(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		parent := w.OfPattern(regexp.MustCompile(`^/dyn-\d+$`))
		parent.On("e", func(c *namespace.Ctx) error { h.add(c.Socket().Namespace().Name()); return nil })
		p := w.dial(t)
		p.send("40/dyn-x,")
		p.expect(`44/dyn-x,{"message":"Invalid namespace"}`)
		p.connect("/dyn-1")
		p.send(`42/dyn-1,["e"]`)
		require.Equal(t, []string{"/dyn-1"}, h.take())

		q := w.dial(t)
		q.connect("/dyn-2")
		child := w.Of("/dyn-2")
		s := child.Sockets()[0]
		require.NoError(t, s.Join("red"))
		require.NoError(t, parent.Emit("all"))
		require.NoError(t, parent.To("red").Emit("room"))
		require.NoError(t, w.Of("/dyn-3").Emit("nobody"))
		p.expect(`42/dyn-1,["all"]`)
		q.expect(`42/dyn-2,["all"]`, `42/dyn-2,["room"]`)
		n, err := parent.CountSockets(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Len(t, parent.Sockets(), 2)
		require.NoError(t, parent.DisconnectSockets(false))
		p.expect("41/dyn-1,")
		q.expect("41/dyn-2,")
	})
}

func TestOfFunc(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		of := func(parent string, f func(name, token string) bool) {
			n := w.OfFunc(func(name string, hs *namespace.Handshake) bool {
				var auth struct{ Token string }
				require.NoError(t, hs.Auth(&auth))
				return f(name, auth.Token)
			})
			n.OnConnect(func(c *namespace.Ctx) error { h.add(parent); return nil })
		}
		of("bad", func(string, string) bool { panic("matcher") })
		of("none", func(string, string) bool { return false })
		of("first", func(name, token string) bool { return strings.HasPrefix(name, "/a") && token == "t" })
		of("second", func(name, _ string) bool { return strings.HasPrefix(name, "/a") })
		p := w.dial(t)
		p.send(`40/a1,{"token":"t"}`)
		p.connected("/a1")
		p.send(`40/a2,`)
		p.connected("/a2")
		p.send("40/b,")
		p.expect(`44/b,{"message":"Invalid namespace"}`)
		require.ElementsMatch(t, []string{"first", "second"}, h.take())
		require.Contains(t, w.log.String(), "panic: matcher")
	})
}

// Children have what was registered before they were made, and then go their own ways.
func TestChildrenInherit(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		parent := w.OfPattern(regexp.MustCompile(`^/c`))
		parent.Auth(func(_ context.Context, hs *namespace.Handshake) (*namespace.Identity, error) {
			return nil, hs.Auth(new(struct{}))
		})
		parent.On("e", func(*namespace.Ctx) error { h.add("e"); return nil })
		first := w.Of("/c1")
		first.On("own", func(*namespace.Ctx) error { h.add("own"); return nil })
		parent.On("late", func(*namespace.Ctx) error { h.add("late"); return nil })
		p := w.dial(t)
		p.connect("/c1")
		p.connect("/c2")
		for _, child := range []string{"/c1", "/c2"} {
			for _, e := range []string{"e", "own", "late"} {
				p.send(fmt.Sprintf(`42%s,["%s"]`, child, e))
			}
			h.add(child)
			synctest.Wait()
		}
		require.ElementsMatch(t, []string{"e", "own", "/c1", "e", "late", "/c2"}, h.take())
		require.Panics(t, func() { first.On("e", func(*namespace.Ctx) error { return nil }) })
	})
}

// A client must not fill the memory with namespaces.
func TestEmptyChildrenAreRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		keep bool
		left []string
	}{
		"by default": {false, []string{"/", "/n-named"}},
		"kept":       {true, []string{"/", "/n-1", "/n-named", "/n-refused"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, namespace.Config{KeepEmpty: c.keep}, engine.Config{})
			var h history
			w.OnNamespace(func(n *namespace.Namespace) { h.add(n.Name()) })
			parent := w.OfPattern(regexp.MustCompile(`^/n-`))
			parent.UseConnect(func(next namespace.Handler) namespace.Handler {
				return func(c *namespace.Ctx) error {
					if c.Socket().Namespace().Name() == "/n-refused" {
						return errors.New("no")
					}
					return next(c)
				}
			})
			w.Of("/n-named")
			p, q := w.dial(t), w.dial(t)
			p.send("40/n-refused,")
			require.Contains(t, p.Next(), "44/n-refused,")
			p.connect("/n-1")
			q.connect("/n-1")
			p.send("41/n-1,")
			synctest.Wait()
			require.Contains(t, w.Names(), "/n-1", name)
			q.Cut()
			synctest.Wait()
			require.Equal(t, c.left, w.Names(), name)
			p.connect("/n-1")
			p.connect("/n-named")
			p.send("41/n-named,", "41/n-1,")
			synctest.Wait()
			require.Equal(t, c.left, w.Names(), name)
			made := []string{"/n-named", "/n-refused", "/n-1"}
			if !c.keep {
				made = append(made, "/n-1")
			}
			require.Equal(t, made, h.take(), name)
		})
	}
}

// Two clients that ask at a time get one namespace.
func TestOneChildForMany(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		w.OnNamespace(func(n *namespace.Namespace) { h.add(n.Name()) })
		parent := w.OfPattern(regexp.MustCompile(`^/many$`))
		var wg sync.WaitGroup
		for range 20 {
			p := w.dial(t)
			wg.Go(func() { p.connect("/many") })
		}
		wg.Wait()
		require.Equal(t, []string{"/many"}, h.take())
		require.Len(t, parent.Sockets(), 20)
	})
}
