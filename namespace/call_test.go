// call_test.go: calls to clients, and each way in which they end.

package namespace_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

const double = event.RPC[int, int]("double")

// result is what became of a call.
type result struct {
	out int
	err error
}

// call makes a call from another goroutine.
func call(ctx context.Context, who sio.Caller, in int) chan result {
	ended := make(chan result, 2)
	go func() {
		out, err := double.Call(ctx, who, in)
		ended <- result{out, err}
	}()
	return ended
}

func TestCall(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		first, second := call(t.Context(), s, 1), (chan result)(nil)
		p.expect(`420["double",1]`)
		second = call(t.Context(), s, 2)
		p.expect(`421["double",2]`)
		p.send("431[4]", "437[0]", "430[2]", "430[5]") // in another order, to nothing, twice
		require.Equal(t, result{2, nil}, <-first)
		require.Equal(t, result{4, nil}, <-second)

		third := call(t.Context(), s, 3)
		p.expect(`422["double",3]`)
		p.send(`432[{"error":{"code":"c","message":"m","data":[1]}}]`)
		var e *sio.Error
		require.ErrorAs(t, (<-third).err, &e)
		require.Equal(t, &sio.Error{Code: "c", Message: "m", Data: []any{1.0}}, e)

		fourth := call(t.Context(), s, 4)
		p.expect(`423["double",4]`)
		p.send(`433["no number"]`)
		require.ErrorIs(t, (<-fourth).err, event.ErrAnswer)
		p.send(`43999999[1]`)
		p.expectOnly()

		_, err := s.Call(t.Context(), "disconnect")
		require.ErrorIs(t, err, sio.ErrReserved)
	})
}

func TestCallUntyped(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		done := make(chan string, 1)
		go func() {
			var text string
			var bytes []byte
			body, err := s.Call(t.Context(), "q", "a", []byte{1})
			if err == nil {
				err = body.Bind(0, &text, &bytes)
			}
			done <- fmt.Sprint(text, bytes, err)
		}()
		p.expect(`451-0["q","a",{"_placeholder":true,"num":0}]`, "bAQ==")
		p.send(`461-0["x",{"_placeholder":true,"num":0}]`)
		require.NoError(t, p.SendBinary([]byte{2, 3}))
		require.Equal(t, "x[2 3] <nil>", <-done)
	})
}

func TestCallTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, namespace.Config{CallTimeout: 3 * time.Second}, engine.Config{})
		p, s := w.joined(t)
		for _, c := range []struct {
			name  string
			ctx   func() (context.Context, context.CancelFunc)
			after time.Duration
		}{
			{"the default", func() (context.Context, context.CancelFunc) { return t.Context(), func() {} }, 3 * time.Second},
			{"shorter", func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(t.Context(), time.Second)
			}, time.Second},
			{"longer", func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(s.Context(), 9*time.Second)
			}, 9 * time.Second},
		} {
			ctx, cancel := c.ctx()
			start := time.Now()
			ended := call(ctx, s, 1)
			r := <-ended
			require.ErrorIs(t, r.err, namespace.ErrTimeout, c.name)
			require.ErrorIs(t, r.err, context.DeadlineExceeded, c.name)
			require.Equal(t, c.after, time.Since(start), c.name)
			cancel()
		}
		p.send("430[1]", "431[1]", "432[1]") // all late
		require.Len(t, p.Waiting(), 3)
		p.expectOnly()
	})
}

func TestDefaultCallTimeout(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		_, s := w.joined(t)
		start := time.Now()
		require.ErrorIs(t, (<-call(t.Context(), s, 1)).err, namespace.ErrTimeout)
		require.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestCallCancelled(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := call(ctx, s, 1)
		p.expect(`420["double",1]`)
		cancel()
		require.ErrorIs(t, (<-ended).err, context.Canceled)
		p.send("430[1]")
		require.ErrorIs(t, (<-call(ctx, s, 1)).err, context.Canceled)
		p.expectOnly() // nobody would wait for the answer
	})
}

func TestCallEndsWithTheSocket(t *testing.T) {
	for name, end := range map[string]func(p peer, s *namespace.Socket){
		"client leaves":  func(p peer, _ *namespace.Socket) { p.send("41") },
		"client is gone": func(p peer, _ *namespace.Socket) { p.Cut() },
		"sent away":      func(_ peer, s *namespace.Socket) { _ = s.Disconnect(false) },
		"session closed": func(_ peer, s *namespace.Socket) { _ = s.Disconnect(true) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				p, s := w.joined(t)
				var calls []chan result
				for i := range 10 {
					ctx := t.Context()
					if i%2 == 0 {
						ctx = s.Context() // ends at the same moment, and is no other error
					}
					calls = append(calls, call(ctx, s, i))
				}
				synctest.Wait()
				end(p, s)
				for i, c := range calls {
					require.ErrorIs(t, (<-c).err, namespace.ErrDisconnected, "call %d", i)
				}
				require.ErrorIs(t, (<-call(t.Context(), s, 1)).err, namespace.ErrDisconnected)
				require.ErrorIs(t, (<-call(s.Context(), s, 1)).err, namespace.ErrDisconnected)
			})
		})
	}
}

// A handler may call its own socket: the reader takes the answer.
func TestHandlerCallsItsSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.Main().On("ask", func(c *namespace.Ctx) error {
			out, err := double.Call(c, c.Socket(), 4)
			if err != nil {
				return err
			}
			return c.Ack(out)
		})
		p := w.dial(t)
		p.connect("")
		p.send(`425["ask"]`)
		p.expect(`420["double",4]`)
		p.send("430[8]")
		p.expect("435[8]")
	})
}

// When its queue is full the answer stands behind what the reader cannot place: only the call's timeout helps.
func TestHandlerCallsItsSocketWithFullQueue(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		ended := make(chan error, 1)
		handled := 0
		w.Main().On("ask", func(c *namespace.Ctx) error {
			_, err := double.Call(c, c.Socket(), 4)
			ended <- err
			return nil
		})
		w.Main().On("e", func(*namespace.Ctx) error { handled++; return nil })
		p := w.dial(t)
		p.connect("")
		start := time.Now()
		p.send(`42["ask"]`)
		p.expect(`420["double",4]`)
		go func() {
			for range namespace.InboxItems + 1 {
				_ = p.Send(`42["e"]`)
			}
			_ = p.Send("430[8]")
		}()
		require.ErrorIs(t, <-ended, namespace.ErrTimeout)
		require.Equal(t, 30*time.Second, time.Since(start))
		p.expectOnly()
		require.Equal(t, namespace.InboxItems+1, handled)
		require.Equal(t, 1, w.engine.Sessions())
	})
}

// Whatever comes first, answer, timeout, cancellation or the end of the socket, each call ends exactly once.
func TestEachCallEndsOnce(t *testing.T) {
	for range 5 {
		inBubble(t, func(t *testing.T, w *world) {
			p, s := w.joined(t)
			const calls = 60
			var ended atomic.Int32
			var wg sync.WaitGroup
			ctx, cancel := context.WithCancel(t.Context())
			for i := range calls {
				wg.Go(func() {
					mine := ctx
					if i%3 == 0 {
						var stop context.CancelFunc
						mine, stop = context.WithTimeout(s.Context(), time.Millisecond)
						defer stop()
					}
					for range s.Ask(mine, sio.Emission{Event: "q", Args: []any{i}}) {
						ended.Add(1)
					}
				})
				wg.Go(func() { _ = p.Send(fmt.Sprintf("43%d[%d]", i, i)) })
			}
			wg.Go(cancel)
			wg.Go(func() { _ = s.Disconnect(false) })
			wg.Wait()
			require.EqualValues(t, calls, ended.Load())
		})
	}
}
