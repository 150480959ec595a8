// once_test.go: calls that outlive their session.

package client_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

const pay = everwire.RPC[int, int]("pay")

// The session ends after the event was handled and before the answer has arrived.
func TestOnceOutlivesItsSession(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		var paid atomic.Int32
		handled, answer := make(chan struct{}, 10), make(chan struct{})
		setup := func(srv *everwire.Server) {
			everwire.Handle(srv, pay, func(c *everwire.Ctx, in int) (int, error) {
				paid.Add(1)
				handled <- struct{}{}
				<-answer
				return in + 1, nil
			})
		}
		cfg := everwire.Config{OnceKey: everwire.ClientKey, Resume: everwire.Resume{Off: true}}
		bubble(t, cfg, setup, func(t *testing.T, w *world) {
			c := w.client(t, o)
			connect(t, c)
			done := make(chan int)
			go func() {
				out, err := pay.Call(context.Background(), c.Once(), 41)
				require.NoError(t, err)
				done <- out
			}()
			<-handled
			w.cut()
			close(answer)
			require.Equal(t, 42, <-done)
			require.EqualValues(t, 1, paid.Load())
			require.NoError(t, c.Once().Emit("nothing"))
		})
	})
}

func TestOnceEnds(t *testing.T) {
	bubble(t, everwireConfig, nil, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{})
		connect(t, c)
		_, err := c.Once().Call(t.Context(), "nobody answers")
		require.ErrorIs(t, err, client.ErrTimeout)
		c.Disconnect()
		_, err = c.Once().Call(t.Context(), "e")
		require.ErrorIs(t, err, client.ErrDisconnected)
	})
}
