// follower_test.go: adapters that are told of rooms.

package namespace_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

// follower is an adapter that remembers what it was told of rooms.
type follower struct {
	mu   sync.Mutex // guards told
	told []string
}

func (f *follower) Open(string, adapter.Local) (adapter.Adapter, error) { return f, nil }
func (f *follower) Publish(context.Context, *adapter.Op) error          { return nil }
func (f *follower) Close() error                                        { return nil }

func (f *follower) Ask(context.Context, *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(func(adapter.Answer, error) bool) {}
}

func (f *follower) FollowRoom(name string, exists, private bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, fmt.Sprint(name, " ", exists, " ", private))
}

func (f *follower) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	told := f.told
	f.told = nil
	return told
}

func TestFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := new(follower)
		w := newWorld(t, namespace.Config{Adapter: f}, engine.Config{})
		var heard []namespace.RoomEvent
		w.Main().OnRoom(func(e namespace.RoomEvent) { heard = append(heard, e) })

		_, s := w.joined(t)
		_, o := w.joined(t)
		require.Equal(t, []string{s.ID() + " true true", o.ID() + " true true"}, f.take())
		require.Empty(t, heard, "listeners are not told of a socket's own room")
		require.True(t, w.Main().HasRoom(s.ID()))

		require.NoError(t, s.Join("red", "blue"))
		require.NoError(t, o.Join("red"))
		require.Equal(t, []string{"red true false", "blue true false"}, f.take())
		require.True(t, w.Main().HasRoom("red"))
		require.False(t, w.Main().HasRoom("green"))

		require.NoError(t, s.Leave("red"))
		require.Empty(t, f.take(), "another is in the room")
		s.Disconnect(false)
		require.ElementsMatch(t, []string{s.ID() + " false true", "blue false false"}, f.take())
		require.False(t, w.Main().HasRoom(s.ID()))
		require.Len(t, heard, 8)
	})
}
