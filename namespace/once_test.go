// once_test.go: events that come again.

package namespace_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// shop counts orders, which are handled once.
type shop struct {
	*world
	orders int
	fail   error
	wait   chan struct{}
}

func inShop(t *testing.T, o namespace.Once, f func(t *testing.T, s *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Key = namespace.ClientKey
		s := &shop{world: newWorld(t, namespace.Config{Once: o}, engine.Config{})}
		s.Main().On("order", func(c *namespace.Ctx) error {
			if s.wait != nil {
				<-s.wait
			}
			s.orders++
			if s.fail != nil {
				return s.fail
			}
			return c.Ack(fmt.Sprint("order ", s.orders), int64(9007199254740993))
		})
		f(t, s)
	})
}

func order(id int, key string) string {
	return fmt.Sprintf(`42%d["order","tea",{"_once":"%s"}]`, id, key)
}

func TestOnce(t *testing.T) {
	inShop(t, namespace.Once{}, func(t *testing.T, s *shop) {
		p, _ := s.joined(t)
		p.send(order(1, "a"), order(2, "a"), order(3, "b"))
		p.expect(`431["order 1",9007199254740993]`, `432["order 1",9007199254740993]`, `433["order 2",9007199254740993]`)
		p.Cut()
		q, _ := s.joined(t)
		q.send(order(1, "a"))
		q.expect(`431["order 1",9007199254740993]`)
		q.send(`424["order","tea"]`, `425["order","tea",{"_once":7}]`, `426["order","tea",{"_once":"a","x":1}]`)
		q.expect(`434["order 3",9007199254740993]`, `435["order 4",9007199254740993]`, `436["order 1",9007199254740993]`)
		time.Sleep(3 * time.Minute)
		q.send(order(7, "a"))
		q.expect(`437["order 5",9007199254740993]`)
	})
}

// The session of the first ends while it is handled; the second hears what it did.
func TestOnceWhileItIsHandled(t *testing.T) {
	inShop(t, namespace.Once{}, func(t *testing.T, s *shop) {
		s.wait = make(chan struct{})
		p, _ := s.joined(t)
		q, _ := s.joined(t)
		p.send(order(1, "a"))
		synctest.Wait()
		p.Cut()
		for i := range 100 {
			q.send(order(i, "a"))
		}
		q.expectOnly()
		close(s.wait)
		for i := 92; i < 100; i++ {
			q.expect(fmt.Sprintf(`43%d["order 1",9007199254740993]`, i))
		}
		q.expectOnly()
		require.Equal(t, 1, s.orders)
	})
}

func TestOnceForgetsFailures(t *testing.T) {
	inShop(t, namespace.Once{}, func(t *testing.T, s *shop) {
		p, _ := s.joined(t)
		s.fail = &sio.Error{Code: "sold_out"}
		p.send(order(1, "a"))
		require.Contains(t, p.Next(), "sold_out")
		s.fail = nil
		p.send(order(2, "a"))
		p.expect(`432["order 2",9007199254740993]`)

		s.wait, s.fail = make(chan struct{}), errors.New("x")
		q, _ := s.joined(t)
		p.send(order(3, "b"))
		synctest.Wait()
		q.send(order(4, "b"))
		synctest.Wait()
		close(s.wait)
		require.Contains(t, p.Next(), "internal")
		require.Contains(t, q.Next(), "retry")
	})
}

func TestOnceOfManyUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, namespace.Config{Once: namespace.Once{Key: func(*namespace.Ctx) string { return "same" }}}, engine.Config{})
		w.Main().Auth(func(_ context.Context, h *namespace.Handshake) (*namespace.Identity, error) {
			var who namespace.Identity
			return &who, h.Auth(&who)
		})
		w.Of("/other")
		var n atomic.Int32 // of both namespaces
		for _, of := range []string{"/", "/other"} {
			for _, e := range []string{"e", "f"} {
				w.Of(of).On(e, func(c *namespace.Ctx) error { n.Add(1); return nil })
			}
		}
		for _, user := range []string{"ann", "bob", "ann"} {
			p := w.dial(t)
			p.send(`40{"ID":"`+user+`"}`, `40/other,{"ID":"`+user+`"}`)
			synctest.Wait()
			p.send(`42["e"]`, `42["f"]`, `42/other,["e"]`)
			synctest.Wait()
		}
		require.EqualValues(t, 6, n.Load())
	})
}

// Beyond its memory the oldest are forgotten.
func TestOnceIsBounded(t *testing.T) {
	inShop(t, namespace.Once{Memory: 10_000}, func(t *testing.T, s *shop) {
		p, _ := s.joined(t)
		for i := range 20 {
			p.send(order(i, fmt.Sprint(i, strings.Repeat("k", 1000))))
			p.expect(fmt.Sprintf(`43%d["order %d",9007199254740993]`, i, i+1))
		}
		require.LessOrEqual(t, s.Remembered(), 10_000)
		p.send(order(99, fmt.Sprint(19, strings.Repeat("k", 1000))))
		p.expect(`4399["order 20",9007199254740993]`)
	})
}

// An event that was handled is not kept, and while it is, it counts.
func TestOnceKeepsNoEvents(t *testing.T) {
	inShop(t, namespace.Once{}, func(t *testing.T, s *shop) {
		p, _ := s.joined(t)
		large := strings.Repeat("x", 500_000)
		s.wait = make(chan struct{})
		p.send(`421["order","` + large + `",{"_once":"a"}]`)
		synctest.Wait()
		require.Greater(t, s.Remembered(), 500_000)
		close(s.wait)
		require.Contains(t, p.Next(), "431[")
		require.Less(t, s.Remembered(), 1000)
	})
}

// What was promised later is kept when it is answered; an event that wants no answer is
// handled when its handler has returned.
func TestOnceWithLateAnswers(t *testing.T) {
	inShop(t, namespace.Once{}, func(t *testing.T, s *shop) {
		var late *namespace.Ctx
		n := 0
		s.Main().On("late", func(c *namespace.Ctx) error { late = c; n++; return nil })
		p, _ := s.joined(t)
		p.send(`421["late",{"_once":"a"}]`, `422["late",{"_once":"a"}]`, `42["late",{"_once":"b"}]`, `423["late",{"_once":"b"}]`)
		p.expect(`433[]`)
		require.Equal(t, 2, n)
		p.send(`424["late",{"_once":"c"}]`)
		synctest.Wait()
		require.NoError(t, late.Ack([]byte{1}))
		p.expect(`461-4[{"_placeholder":true,"num":0}]`, "bAQ==")
		p.send(`425["late",{"_once":"c"}]`)
		p.expect(`461-5[{"_placeholder":true,"num":0}]`, "bAQ==")
	})
}
