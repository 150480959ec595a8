// identity_test.go: who a client is, and the values at its socket.

package namespace_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace"
)

func TestIdentityValues(t *testing.T) {
	type claims struct{ Name string }
	user := namespace.NewKey[claims]("user")
	sameName := namespace.NewKey[string]("user")
	visits := namespace.NewKey[int]("visits")
	inBubble(t, func(t *testing.T, w *world) {
		shared := namespace.Values(user.Is(claims{"Ann"}), visits.Is(1))
		w.Main().Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			return &namespace.Identity{ID: "u1", Values: shared}, nil
		})
		_, s := w.joined(t)
		_, other := w.joined(t)
		require.Equal(t, "u1", s.Identity().ID)
		v, ok := user.Get(s)
		require.True(t, ok)
		require.Equal(t, claims{"Ann"}, v)
		_, ok = sameName.Get(s)
		require.False(t, ok, "a value of another type")

		visits.Set(s, 2)
		n, _ := visits.Get(s)
		require.Equal(t, 2, n)
		n, _ = visits.Get(other)
		require.Equal(t, 1, n, "sockets with one identity have values of their own")
		require.Equal(t, 1, shared["visits"])

		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() { visits.Set(s, i); _, _ = visits.Get(s) })
		}
		wg.Wait()
	})
}

func TestValuesWithoutIdentity(t *testing.T) {
	key := namespace.NewKey[int]("k")
	inBubble(t, func(t *testing.T, w *world) {
		p, s := w.joined(t)
		require.Nil(t, s.Identity())
		_, ok := key.Get(s)
		require.False(t, ok)
		key.Set(s, 1)
		p.Close()
		n, ok := key.Get(s)
		require.True(t, ok, "still there after the end, for OnDisconnect")
		require.Equal(t, 1, n)
	})
}
