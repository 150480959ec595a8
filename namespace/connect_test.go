// connect_test.go: how clients get into namespaces, and how they do not.

package namespace_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

func TestConnect(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Of("/a")
		p := w.dial(t)
		main := p.connect("")
		other := p.connect("/a")
		require.NotEqual(t, main, other)
		require.NotEqual(t, main, p.Session().ID()[:20], "the public id tells the secret one")
		synctest.Wait()
		s, ok := w.Of("/a").Socket(other)
		require.True(t, ok)
		require.Equal(t, "/a", s.Namespace().Name())
		require.Equal(t, "memory", s.Transport())
		require.Equal(t, []*namespace.Socket{s}, w.Of("/a").Sockets())
		_, ok = w.Main().Socket(other)
		require.False(t, ok)
		require.Same(t, w.Main(), w.Of(""))
		p.expectOnly()
	})
}

func TestConnectUnknownNamespace(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.dial(t)
		p.send("40/nobody,")
		p.expect(`44/nobody,{"message":"Invalid namespace"}`)
		p.connect("")
	})
}

func TestAuthRefuses(t *testing.T) {
	var typedNil *sio.Error
	for _, c := range []struct {
		name   string
		err    error
		want   string
		logged string
	}{
		{"message", &sio.Error{Message: "no"}, `{"message":"no"}`, ""},
		{"code", &sio.Error{Code: "c", Message: "no"}, `{"message":"no","data":{"code":"c"}}`, ""},
		{"data", &sio.Error{Message: "no", Data: map[string]any{"retry": 3}}, `{"message":"no","data":{"retry":3}}`, ""},
		{"data with a code of its own", &sio.Error{Code: "c", Message: "no", Data: []int{1}}, `{"message":"no","data":[1]}`, ""},
		{"wrapped", fmt.Errorf("x: %w", &sio.Error{Message: "no"}), `{"message":"no"}`, ""},
		{"masked", errors.New("secret"), `{"message":"Connection refused","data":{"code":"internal"}}`, "secret"},
		{"typed nil", typedNil, `{"message":"Connection refused","data":{"code":"internal"}}`, "handler failed"},
		{"data without a JSON form", &sio.Error{Message: "no", Data: math.NaN()}, `{"message":"no"}`, "NaN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.Main().OnConnect(func(*namespace.Ctx) error { panic("OnConnect of a refused client") })
				w.Main().OnDisconnect(func(*namespace.Ctx, namespace.Reason) { panic("OnDisconnect of a refused client") })
				w.Main().Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) { return nil, c.err })
				p := w.dial(t)
				p.send("40")
				p.expect("44" + c.want)
				p.expectOnly()
				require.Empty(t, w.Main().Sockets())
				if c.logged == "" {
					require.NotContains(t, w.log.String(), "ERROR")
				} else {
					require.Contains(t, w.log.String(), c.logged)
				}
				p.send("40")
				require.Contains(t, p.Next(), "44", "it may try again")
				require.NotContains(t, w.log.String(), "panic")
			})
		})
	}
}

// token reads the payload of a CONNECT.
func token(_ context.Context, h *namespace.Handshake) (*namespace.Identity, error) {
	var auth struct{ Token string }
	if err := h.Auth(&auth); err != nil {
		return nil, err
	}
	if auth.Token == "" {
		return nil, &sio.Error{Message: "who are you?"}
	}
	return &namespace.Identity{ID: auth.Token}, nil
}

func TestAuthPayload(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().Auth(token)
		got := make(chan string, 1)
		w.Main().OnConnect(func(c *namespace.Ctx) error {
			var auth map[string]any
			err := c.Socket().Handshake().Auth(&auth)
			got <- fmt.Sprint(c.Socket().Identity().ID, auth)
			return err
		})
		p := w.dial(t)
		p.send("40")
		p.expect(`44{"message":"who are you?"}`)
		p.send(`40{"token":7}`)
		p.expect(`44{"message":"argument 0 does not fit","data":{"code":"bad_request"}}`)
		p.send(`40{"token":"ann","more":[1]}`)
		p.connected("")
		require.Equal(t, "annmap[more:[1] token:ann]", <-got)
	})
}

func TestAuthOfMainHoldsForOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().Auth(token)
		w.Of("/open").Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) { return nil, nil })
		w.Of("/closed")
		p := w.dial(t)
		p.send("40/closed,")
		p.expect(`44/closed,{"message":"who are you?"}`)
		p.send(`40/closed,{"token":"x"}`)
		p.connected("/closed")
		id := p.connect("/open")
		synctest.Wait()
		s, _ := w.Of("/open").Socket(id)
		require.Nil(t, s.Identity())
	})
}

func TestUseConnect(t *testing.T) {
	refuse := &sio.Error{Message: "no"}
	note := func(h *history, name string, before, after error) namespace.Middleware {
		return func(next namespace.Handler) namespace.Handler {
			return func(c *namespace.Ctx) error {
				h.add(name)
				if before != nil {
					return before
				}
				err := next(c)
				h.add(name + " after")
				if after != nil {
					return after
				}
				return err
			}
		}
	}
	var h history
	neither := func(namespace.Handler) namespace.Handler {
		return func(*namespace.Ctx) error { h.add("neither"); return nil }
	}
	twice := func(next namespace.Handler) namespace.Handler {
		return func(c *namespace.Ctx) error {
			if err := next(c); err != nil {
				return err
			}
			return next(c)
		}
	}
	panics := func(namespace.Handler) namespace.Handler { return func(*namespace.Ctx) error { panic("secret") } }
	masked := `44{"message":"Connection refused","data":{"code":"internal"}}`
	for _, c := range []struct {
		name string
		list []namespace.Middleware
		want string // of the client; "" for the grant
		did  []string
	}{
		{"in order", []namespace.Middleware{note(&h, "1", nil, nil), note(&h, "2", nil, nil)}, "",
			[]string{"auth", "1", "2", "2 after", "1 after", "connect"}},
		{"refused by the first", []namespace.Middleware{note(&h, "1", refuse, nil), note(&h, "2", nil, nil)},
			`44{"message":"no"}`, []string{"auth", "1"}},
		{"refused by the last", []namespace.Middleware{note(&h, "1", nil, nil), note(&h, "2", refuse, nil)},
			`44{"message":"no"}`, []string{"auth", "1", "2", "1 after"}},
		{"neither next nor error", []namespace.Middleware{neither}, `44{"message":"Connection refused"}`, []string{"auth", "neither"}},
		{"panic", []namespace.Middleware{panics}, masked, []string{"auth"}},
		{"next twice", []namespace.Middleware{twice}, "", []string{"auth", "connect"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h = history{}
			inBubble(t, func(t *testing.T, w *world) {
				n := w.Main()
				n.Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
					h.add("auth")
					return nil, nil
				})
				for _, m := range c.list {
					n.UseConnect(m)
				}
				n.OnConnect(func(*namespace.Ctx) error { h.add("connect"); return nil })
				p := w.dial(t)
				p.send("40")
				if c.want == "" {
					p.connected("")
				} else {
					p.expect(c.want)
				}
				require.Equal(t, c.did, h.take())
				require.NoError(t, n.Emit("all"))
				if c.want == "" {
					p.expectOnly(`42["all"]`) // once
				} else {
					p.expectOnly()
				}
			})
		})
	}
}

// Who has been let in and is then thrown out again was never there for the application.
func TestUseConnectFailsAfterNext(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		w.Main().UseConnect(func(next namespace.Handler) namespace.Handler {
			return func(c *namespace.Ctx) error { return errors.Join(next(c), errors.New("too late")) }
		})
		w.Main().OnConnect(func(*namespace.Ctx) error { h.add("connect"); return nil })
		w.Main().OnDisconnect(func(*namespace.Ctx, namespace.Reason) { h.add("disconnect") })
		w.Main().On("e", func(*namespace.Ctx) error { h.add("e"); return nil })
		p := w.dial(t)
		p.send("40")
		_ = p.Send(`42["e"]`)
		p.connected("")
		p.expect("41")
		require.Empty(t, h.take())
		require.Contains(t, w.log.String(), "too late")
		require.Empty(t, w.Main().Sockets())
	})
}

// So it is when a handler ends its goroutine, as t.FailNow does in a test.
func TestUseConnectExitsAfterNext(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().UseConnect(func(next namespace.Handler) namespace.Handler {
			return func(c *namespace.Ctx) error { _ = next(c); runtime.Goexit(); return nil }
		})
		p := w.dial(t)
		p.connect("")
		p.expectOnly("41")
		require.Contains(t, w.log.String(), "Goexit")
		require.Empty(t, w.Main().Sockets())
	})
}

func TestOnConnectFails(t *testing.T) {
	for _, fail := range []namespace.Handler{
		func(*namespace.Ctx) error { return errors.New("database is down") },
		func(*namespace.Ctx) error { panic("database is down") },
	} {
		inBubble(t, func(t *testing.T, w *world) {
			var h history
			w.Main().OnConnect(fail)
			w.Main().OnDisconnect(func(_ *namespace.Ctx, why namespace.Reason) { h.add(string(why)) })
			w.Main().On("e", func(*namespace.Ctx) error { h.add("e"); return nil })
			free := make(chan struct{})
			w.Main().UseConnect(func(next namespace.Handler) namespace.Handler {
				return func(c *namespace.Ctx) error { <-free; return next(c) }
			})
			p := w.dial(t)
			p.send("40", `42["e"]`)
			close(free)
			p.connected("")
			p.expect("41")
			require.Equal(t, []string{"server namespace disconnect"}, h.take())
			require.Contains(t, w.log.String(), "database is down")
		})
	}
}

func TestExpiredIdentityIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			return &namespace.Identity{Expires: time.Now()}, nil
		})
		p := w.dial(t)
		p.send("40")
		p.expect(`44{"message":"Identity has expired","data":{"code":"expired"}}`)
		require.Empty(t, w.Main().Sockets())
	})
}
