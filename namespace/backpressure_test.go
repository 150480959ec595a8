// backpressure_test.go: a client that sends faster than its handlers work.

package namespace_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace"
)

// flood sends an event n times from another goroutine, and counts what has been taken.
func flood(p peer, n int, packet string) (taken *atomic.Int32, done chan struct{}) {
	taken, done = new(atomic.Int32), make(chan struct{})
	go func() {
		defer close(done)
		for range n {
			if p.Send(packet) != nil {
				return
			}
			taken.Add(1)
		}
	}()
	return taken, done
}

func TestFullQueueStopsTheReader(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		next := make(chan struct{})
		var handled atomic.Int32
		w.Main().On("e", func(*namespace.Ctx) error { <-next; handled.Add(1); return nil })
		w.Of("/a").On("e", func(c *namespace.Ctx) error { return c.Ack() })
		p, s := w.joined(t)
		other, _ := w.joined(t)
		taken, done := flood(p, 1000, `42["e"]`)
		synctest.Wait()
		// One is handled, the queue is full; the reader holds one more.
		require.EqualValues(t, namespace.InboxItems+1, taken.Load())

		require.NoError(t, s.Emit("news")) // sending goes on
		p.expect(`42["news"]`)
		other.send("41") // and so do others
		for i := range 5 {
			next <- struct{}{}
			synctest.Wait()
			require.EqualValues(t, namespace.InboxItems+2+i, taken.Load())
		}
		close(next)
		<-done
		synctest.Wait()
		require.EqualValues(t, 1000, handled.Load())
	})
}

func TestFullQueueInBytes(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		next := make(chan struct{})
		w.Main().On("e", func(*namespace.Ctx) error { <-next; return nil })
		p, _ := w.joined(t)
		packet := `42["e","` + strings.Repeat("x", namespace.InboxBytes/4-1) + `"]`
		taken, done := flood(p, 10, packet)
		synctest.Wait()
		require.EqualValues(t, 1+3, taken.Load())
		close(next)
		<-done
	})
}

// While the reader waits, the client's pong may stand behind: the heartbeat gives no verdict. Afterwards it does again.
func TestHeartbeatWhileTheReaderWaits(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		next := make(chan struct{})
		var handled atomic.Int32
		var why namespace.Reason
		w.Main().On("e", func(*namespace.Ctx) error { <-next; handled.Add(1); return nil })
		w.Main().OnDisconnect(func(_ *namespace.Ctx, r namespace.Reason) { why = r })
		p, _ := w.joined(t)
		p.Silence()
		const n = namespace.InboxItems + 10
		_, done := flood(p, n, `42["e"]`)
		<-time.After(10 * time.Minute)
		synctest.Wait()
		require.Equal(t, 1, w.engine.Sessions())
		close(next)
		<-done
		p.expect("2")
		p.send("3")
		synctest.Wait()
		require.EqualValues(t, n, handled.Load())
		require.Equal(t, "2", p.Next())
		<-p.Done()
		synctest.Wait()
		require.Equal(t, namespace.Reason("ping timeout"), why)
	})
}

// The end of the session, or of the socket, frees a reader that waits. What a client sent before it left is handled;
// what one sent that was sent away is not.
func TestEndFreesTheReader(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(p peer, s *namespace.Socket)
		handled int
	}{
		"socket":  {func(_ peer, s *namespace.Socket) { _ = s.Disconnect(false) }, 1},
		"session": {func(_ peer, s *namespace.Socket) { _ = s.Disconnect(true) }, 1},
		"client":  {func(p peer, _ *namespace.Socket) { p.Cut() }, namespace.InboxItems + 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				var h history
				next := make(chan struct{})
				w.Main().On("e", func(*namespace.Ctx) error { <-next; h.add("e"); return nil })
				w.Main().OnDisconnect(func(*namespace.Ctx, namespace.Reason) { h.add("bye") })
				p, s := w.joined(t)
				_, done := flood(p, 2*namespace.InboxItems, `42["e"]`)
				synctest.Wait()
				c.end(p, s)
				<-done
				close(next)
				got := h.take()
				require.Len(t, got, c.handled+1)
				require.Equal(t, "bye", got[len(got)-1])
			})
		})
	}
}
