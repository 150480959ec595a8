// memory_test.go: the hub keeps the contract of adapters.

package memory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/memory"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener {
		hub := new(memory.Hub)
		nodes := make([]adapter.Opener, n)
		for i := range nodes {
			nodes[i] = hub
		}
		return nodes
	})
}

// local is a namespace that does as it is told.
type local func(op *adapter.Op) error

func (l local) Apply(_ context.Context, op *adapter.Op, _ func(adapter.Answer) error) error {
	return l(op)
}

// A node that leaves while an operation is on its way hears no more of it.
func TestCloseDuringPublish(t *testing.T) {
	var hub memory.Hub
	one, err := hub.Open("/", local(func(*adapter.Op) error { return nil }))
	require.NoError(t, err)
	var three adapter.Adapter
	_, err = hub.Open("/", local(func(*adapter.Op) error { return three.Close() }))
	require.NoError(t, err)
	three, err = hub.Open("/", local(func(*adapter.Op) error { return errors.New("applied after Close") }))
	require.NoError(t, err)
	require.NoError(t, one.Publish(t.Context(), &adapter.Op{}))
}

func TestPublishAfterClose(t *testing.T) {
	var hub memory.Hub
	fail := local(func(*adapter.Op) error { return errors.New("applied") })
	one, err := hub.Open("/", fail)
	require.NoError(t, err)
	_, err = hub.Open("/", fail)
	require.NoError(t, err)
	require.ErrorContains(t, one.Publish(t.Context(), &adapter.Op{}), "applied", "the errors of other nodes are told")
	require.NoError(t, one.Close())
	require.ErrorContains(t, one.Publish(t.Context(), &adapter.Op{}), "closed")
}
