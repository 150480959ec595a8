// deflate_internal_test.go: traits of what is left of a message.

package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

// What the client has got of a message does not change how the rest is sent.
func TestTraitsOfTheRest(t *testing.T) {
	m := NewMessage(eio.Text([]byte("event")), eio.Binary([]byte{1}))
	m.SetTraits(Traits{NoCompress: true})
	var o outbox
	var b Batch
	o.push(m)
	o.ack(1)
	handOut(&o, 1, &b)
	require.Len(t, b.Messages, 1)
	require.Len(t, b.Messages[0].Packets(), 1)
	require.False(t, b.Messages[0].Compressible())
}
