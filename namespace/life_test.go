// life_test.go: a socket as a context.

package namespace_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestContextEndsWithTheSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		ctx := s.Context()
		require.NoError(t, ctx.Err())
		_, has := ctx.Deadline()
		require.False(t, has)
		require.Nil(t, ctx.Value("nothing"))
		derived, cancel := context.WithCancel(ctx)
		defer cancel()
		called := make(chan string, 3)
		context.AfterFunc(ctx, func() { called <- "after" })
		stop := context.AfterFunc(ctx, func() { called <- "stopped" })
		require.True(t, stop())
		require.False(t, stop())
		select {
		case <-ctx.Done():
			t.Fatal("done before the end")
		default:
		}
		p.Close()
		<-ctx.Done()
		<-derived.Done()
		require.ErrorIs(t, derived.Err(), context.Canceled)
		require.Equal(t, "after", <-called)
		context.AfterFunc(ctx, func() { called <- "late" })
		require.Equal(t, "late", <-called)
		<-s.Context().Done()
		synctest.Wait()
		require.Empty(t, called)
	})
}

// Contexts derived from a socket's cost no goroutine.
func TestDerivedContextsAreCheap(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		_, s := w.joined(t)
		before := runtime.NumGoroutine()
		for range 100 {
			ctx, cancel := context.WithCancel(s.Context())
			defer cancel()
			require.NoError(t, ctx.Err())
		}
		require.Less(t, runtime.NumGoroutine(), before+50)
	})
}
