// events_test.go: events on their way from the wire to handlers, and their answers.

package namespace_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

func TestEventArguments(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		type object struct {
			A int    `json:"a"`
			B []byte `json:"b"`
		}
		w.Main().On("args", func(c *namespace.Ctx) error {
			text, o, bytes, rest := "", object{}, []byte(nil), "kept"
			if err := c.Bind(&text, &o, &bytes, &rest); err != nil {
				return err
			}
			return c.Socket().Emit("got", c.Event(), c.Len(), c.WantsAck(), text, o.A, o.B, bytes, rest)
		})
		p := w.dial(t)
		p.connect("")
		p.send(`452-["args","ü",{"a":1,"b":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]`)
		require.NoError(t, p.SendBinary([]byte{1}))
		require.NoError(t, p.SendBinary(nil))
		p.expect(`452-["got","args",3,false,"ü",1,{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},"kept"]`, "b", "bAQ==")
	})
}

func TestAnswers(t *testing.T) {
	detail := map[string]any{"room": "x"}
	var typedNil *sio.Error
	for _, c := range []struct {
		name    string
		handler namespace.Handler
		want    string // after the id; "" for no answer
		logged  string
	}{
		{"values", func(c *namespace.Ctx) error { return c.Ack("a", 1) }, `["a",1]`, ""},
		{"none", func(c *namespace.Ctx) error { return c.Ack() }, `[]`, ""},
		{"not yet", func(c *namespace.Ctx) error { return nil }, "", ""},
		{"error", func(c *namespace.Ctx) error { return &sio.Error{Code: "c", Message: "m", Data: detail} },
			`[{"error":{"code":"c","message":"m","data":{"room":"x"}}}]`, ""},
		{"wrapped error", func(c *namespace.Ctx) error { return fmt.Errorf("x: %w", &sio.Error{Message: "m"}) },
			`[{"error":{"message":"m"}}]`, ""},
		{"other error", func(c *namespace.Ctx) error { return errors.New("secret") },
			`[{"error":{"code":"internal","message":"internal error"}}]`, "secret"},
		{"typed nil", func(c *namespace.Ctx) error { return typedNil },
			`[{"error":{"code":"internal","message":"internal error"}}]`, "handler failed"},
		{"misfit", func(c *namespace.Ctx) error { var a, b string; return c.Bind(&a, &b) },
			`[{"error":{"code":"bad_request","message":"argument 1 does not fit"}}]`, ""},
		{"panic", func(c *namespace.Ctx) error { panic("secret") },
			`[{"error":{"code":"internal","message":"internal error"}}]`, "events_test.go"},
		{"error after the answer", func(c *namespace.Ctx) error { _ = c.Ack(1); return errors.New("secret") }, `[1]`, "secret"},
		{"panic after the answer", func(c *namespace.Ctx) error { _ = c.Ack(1); panic("secret") }, `[1]`, "secret"},
		{"no JSON form", func(c *namespace.Ctx) error { return c.Ack(math.Inf(1)) },
			`[{"error":{"code":"internal","message":"internal error"}}]`, "unsupported value"},
		{"no JSON form of the error", func(c *namespace.Ctx) error { return &sio.Error{Code: "c", Message: "m", Data: func() {}} },
			`[{"error":{"code":"c","message":"m"}}]`, "func()"},
		{"second try", func(c *namespace.Ctx) error { _ = c.Ack(make(chan int)); return c.Ack("ok") }, `["ok"]`, ""},
		{"Goexit", func(c *namespace.Ctx) error { runtime.Goexit(); return nil },
			`[{"error":{"code":"internal","message":"internal error"}}]`, "Goexit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.Main().On("e", c.handler)
				w.Main().On("next", func(c *namespace.Ctx) error { return c.Ack() })
				p := w.dial(t)
				p.connect("")
				p.send(`4217["e","text",2]`, `4218["next"]`)
				if c.want != "" {
					p.expect("4317" + c.want)
				}
				p.expect("4318[]")
				p.send(`42["e","text",2]`, `4219["next"]`) // nobody waits for an answer
				p.expect("4319[]")
				p.expectOnly()
				if c.logged != "" {
					require.Contains(t, w.log.String(), "level=ERROR")
					require.Contains(t, w.log.String(), c.logged)
					require.Contains(t, w.log.String(), "event=e")
				} else {
					require.NotContains(t, w.log.String(), "level=ERROR")
				}
			})
		})
	}
}

func TestAckTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().On("e", func(c *namespace.Ctx) error {
			first, second := c.Ack(1), c.Ack(2)
			return c.Socket().Emit("acked", first == nil, errors.Is(second, namespace.ErrAcked), second == nil)
		})
		p := w.dial(t)
		p.connect("")
		p.send(`420["e"]`)
		p.expect("430[1]", `42["acked",true,true,false]`)
		p.send(`42["e"]`) // where nobody waits, an Ack does nothing
		p.expect(`42["acked",true,false,true]`)
	})
}

// A handler may leave the answer to another goroutine; the next event does not wait for it.
func TestAckLater(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		kept := make(chan *namespace.Ctx, 2)
		w.Main().On("later", func(c *namespace.Ctx) error { kept <- c; return nil })
		w.Main().On("now", func(c *namespace.Ctx) error { return c.Ack("now") })
		p, s := w.joined(t)
		p.send(`421["later"]`, `422["later"]`, `423["now"]`)
		p.expect(`433["now"]`)
		c := <-kept
		require.Same(t, s, c.Socket())
		require.NoError(t, c.Ack("later"))
		p.expect(`431["later"]`)
		c = <-kept
		p.Close()
		synctest.Wait()
		require.ErrorIs(t, c.Ack("too late"), namespace.ErrDisconnected)
		require.ErrorIs(t, c.Err(), context.Canceled)
	})
}

func TestUnknownEventsAreIgnored(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, _ := w.joined(t)
		p.send(`42["x"]`, `421["x",1]`, `42[7,1]`, `42[""]`)
		p.expectOnly()
		require.Equal(t, 1, strings.Count(w.log.String(), "\n"), w.log.String()) // TestUnheardEventIsLogged
	})
}

func TestSocketsOwnHandlers(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		say := func(what string) namespace.Handler {
			return func(c *namespace.Ctx) error { return c.Socket().Emit(what) }
		}
		var own []string
		w.Main().On("e", say("namespace"))
		w.Main().OnConnect(func(c *namespace.Ctx) error {
			for _, event := range own {
				c.Socket().On(event, say("own "+event))
			}
			return nil
		})
		other, _ := w.joined(t)
		own = []string{"e", "f"}
		p, s := w.joined(t)
		other.send(`42["e"]`, `42["f"]`)
		other.expectOnly(`42["namespace"]`)
		p.send(`42["e"]`, `42["f"]`)
		p.expectOnly(`42["own e"]`, `42["own f"]`)
		require.Panics(t, func() { s.On("e", say("")) })
	})
}

func TestUseEvents(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		around := func(name string) namespace.Middleware {
			return func(next namespace.Handler) namespace.Handler {
				return func(c *namespace.Ctx) error {
					h.add(name + " " + c.Event())
					if c.Event() == "veto" && name == "2" {
						return &sio.Error{Code: "forbidden", Message: "no"}
					}
					if c.Event() == "swallow" {
						return nil
					}
					err := next(c)
					h.add(name + " after")
					return err
				}
			}
		}
		n := w.Main()
		n.UseEvents(around("1"))
		n.UseEvents(around("2"))
		for _, e := range []string{"e", "veto", "swallow"} {
			n.On(e, func(c *namespace.Ctx) error { h.add("handler"); return c.Ack("ok") })
		}
		p := w.dial(t)
		p.connect("")
		p.send(`421["e"]`)
		p.expectOnly(`431["ok"]`)
		require.Equal(t, []string{"1 e", "2 e", "handler", "2 after", "1 after"}, h.take())
		p.send(`422["veto"]`, `42["veto"]`)
		p.expectOnly(`432[{"error":{"code":"forbidden","message":"no"}}]`)
		require.Equal(t, []string{"1 veto", "2 veto", "1 after", "1 veto", "2 veto", "1 after"}, h.take())
		p.send(`423["swallow"]`)
		p.expectOnly()
		require.Equal(t, []string{"1 swallow"}, h.take())
		p.send(`424["unknown"]`)
		p.expectOnly()
		require.Equal(t, []string{"1 unknown", "2 unknown", "2 after", "1 after"}, h.take())
	})
}

// The events of one socket are handled one at a time, in order; those of others do not wait for them.
func TestHandlersOfSocketsRunConcurrently(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		free := make(chan struct{})
		w.Of("/a")
		slow := func(c *namespace.Ctx) error { <-free; return c.Ack("slow") }
		fast := func(c *namespace.Ctx) error { return c.Ack("fast") }
		for _, n := range []*namespace.Namespace{w.Main(), w.Of("/a")} {
			n.On("slow", slow)
			n.On("fast", fast)
		}
		p, q := w.dial(t), w.dial(t)
		p.connect("")
		p.connect("/a")
		q.connect("")
		p.send(`421["slow"]`, `422["fast"]`)
		p.expectOnly()
		q.send(`421["fast"]`)
		q.expectOnly(`431["fast"]`)
		p.send(`42/a,1["fast"]`) // the same client, in another namespace
		p.expectOnly(`43/a,1["fast"]`)
		close(free)
		p.expectOnly(`431["slow"]`, `432["fast"]`)
	})
}

type contextKey struct{}

func TestContextValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, namespace.Config{}, engine.Config{
			Context: func(r *http.Request) context.Context {
				return context.WithValue(r.Context(), contextKey{}, r.Header.Get("X-Tenant"))
			},
		})
		got := func(ctx context.Context) string { v, _ := ctx.Value(contextKey{}).(string); return v }
		var h history
		n := w.Main()
		n.Auth(func(ctx context.Context, hs *namespace.Handshake) (*namespace.Identity, error) {
			h.add("auth " + got(ctx) + hs.Header().Get("X-Tenant") + hs.Query().Get("room"))
			h.add(fmt.Sprint(hs.URL(), hs.Host(), hs.Address(), hs.Secure(), hs.Time().IsZero()))
			return nil, nil
		})
		n.OnConnect(func(c *namespace.Ctx) error { h.add("connect " + got(c)); return nil })
		n.On("e", func(c *namespace.Ctx) error { h.add("e " + got(c) + got(c.Socket().Context())); return nil })
		n.OnDisconnect(func(c *namespace.Ctx, _ namespace.Reason) { h.add(fmt.Sprint("disconnect ", got(c), c.Err())) })

		r := enginetest.Request()
		r.URL.RawQuery += "&room=7"
		r.RequestURI = r.URL.RequestURI()
		r.Header.Set("X-Tenant", "acme")
		raw, err := enginetest.DialRequest(t, w, r)
		require.NoError(t, err)
		p := peer{raw, t}
		p.connect("")
		p.send(`42["e"]`)
		synctest.Wait()
		p.Close()
		require.Equal(t, []string{
			"auth acmeacme7", r.RequestURI + "example.com192.0.2.1false false",
			"connect acme", "e acmeacme", "disconnect acmecontext canceled",
		}, h.take())
	})
}

func TestRegistrationPanics(t *testing.T) {
	w := newWorld(t, namespace.Config{}, engine.Config{})
	n := w.Main()
	ok := func(*namespace.Ctx) error { return nil }
	auth := func(context.Context, *namespace.Handshake) (*namespace.Identity, error) { return nil, nil }
	bye := func(*namespace.Ctx, namespace.Reason) {}
	n.On("e", ok)
	n.Auth(auth)
	n.OnConnect(ok)
	n.OnDisconnect(bye)
	for name, register := range map[string]func(){
		"event twice":        func() { n.On("e", ok) },
		"nil handler":        func() { n.On("f", nil) },
		"name too long":      func() { n.On(strings.Repeat("x", sio.MaxName+1), ok) },
		"auth twice":         func() { n.Auth(auth) },
		"OnConnect twice":    func() { n.OnConnect(ok) },
		"OnDisconnect twice": func() { n.OnDisconnect(bye) },
		"no slash":           func() { w.Of("a") },
		"comma":              func() { w.Of("/a,b") },
		"query":              func() { w.Of("/a?b") },
		"too long":           func() { w.Of("/" + strings.Repeat("x", sio.MaxName)) },
	} {
		require.Panics(t, register, name)
	}
	for _, reserved := range []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"} {
		require.Panics(t, func() { n.On(reserved, ok) }, reserved)
		require.ErrorIs(t, n.Emit(reserved), sio.ErrReserved)
	}
	w.Of("/a").On("e", ok) // another namespace, another event
	require.Same(t, w.Of("/a"), w.Of("/a"))
	_, err := namespace.NewRegistry(namespace.Config{CallTimeout: -1})
	require.Error(t, err)
}

func TestEmitErrors(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		for _, to := range []sio.Target{s, w.Main(), w.Main().To("x"), s.Broadcast()} {
			require.ErrorIs(t, to.EmitEvent(sio.Emission{Event: "disconnect"}), sio.ErrReserved)
			require.Error(t, to.EmitEvent(sio.Emission{Event: "e", Args: []any{make(chan int)}}))
		}
		p.expectOnly()
		require.NoError(t, s.Emit("still here"))
		p.expectOnly(`42["still here"]`)
	})
}

// A connection and a disconnection have no name, no answer, and no arguments but the payload of the CONNECT.
func TestCtxWithoutEvent(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		describe := func(c *namespace.Ctx) {
			arg := "nothing"
			h.add(fmt.Sprint(c.Event() == "", c.WantsAck(), c.Ack("x"), c.Len(), c.Bind(&arg), arg))
		}
		w.Main().OnConnect(func(c *namespace.Ctx) error { describe(c); return nil })
		w.Main().OnDisconnect(func(c *namespace.Ctx, _ namespace.Reason) { describe(c); panic("in OnDisconnect") })
		p, _ := w.joined(t)
		p.send("41")
		nothing := "true false <nil> 0 <nil>nothing"
		require.Equal(t, []string{nothing, nothing}, h.take())
		require.Contains(t, w.log.String(), "in OnDisconnect")
		p.connect("") // the panic hurts nobody
	})
}
