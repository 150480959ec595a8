// newbody_test.go: bodies made of values.

package sio_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace/sio"
)

func TestNewBody(t *testing.T) {
	b, err := sio.NewBody("text", map[string]any{"data": []byte{1, 2}})
	require.NoError(t, err)
	require.Equal(t, 2, b.Len())
	var text string
	var object struct{ Data []byte }
	require.NoError(t, b.Bind(0, &text, &object))
	require.Equal(t, "text", text)
	require.Equal(t, []byte{1, 2}, object.Data)

	b, err = sio.NewBody()
	require.NoError(t, err)
	require.Zero(t, b.Len())

	_, err = sio.NewBody(func() {})
	require.Error(t, err)
}
