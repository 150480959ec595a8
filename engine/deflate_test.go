// deflate_test.go: compressed messages.

package engine_test

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func inflated(t *testing.T, blocks []byte) string {
	t.Helper()
	b, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(blocks), strings.NewReader("\x00\x00\xff\xff\x03\x00"))))
	require.NoError(t, err)
	return string(b)
}

func TestDeflatedMessage(t *testing.T) {
	long := strings.Repeat("äöü", 1000)
	m := engine.NewMessage(eio.Text([]byte(long)), eio.Binary([]byte(long)), eio.Text([]byte("x")), eio.Binary(nil))
	require.Equal(t, "4"+long, inflated(t, m.Deflated(0)))
	require.Equal(t, long, inflated(t, m.Deflated(1)))
	require.Nil(t, m.Deflated(2), "no shorter")
	require.Nil(t, m.Deflated(3))
	require.Equal(t, string(m.AppendPayload(nil, 0)), inflated(t, m.DeflatedPayload()))
	one := engine.NewMessage(eio.Text([]byte(long)))
	require.Equal(t, "4"+long, inflated(t, one.DeflatedPayload()))
	require.Same(t, &one.Deflated(0)[0], &one.DeflatedPayload()[0], "the packet is the payload")
	require.True(t, one.Compressible())
	one.SetTraits(engine.Traits{NoCompress: true})
	require.False(t, one.Compressible())
}

func TestDeflatedOnce(t *testing.T) {
	m := engine.NewMessage(eio.Text(bytes.Repeat([]byte("x"), 100_000)))
	var wg sync.WaitGroup
	got := make([][]byte, 8)
	for i := range got {
		wg.Go(func() { got[i] = m.Deflated(0) })
	}
	wg.Wait()
	for _, b := range got {
		require.Same(t, &got[0][0], &b[0])
	}
}

// What is kept of one message must not show in the next.
func TestDeflateForgets(t *testing.T) {
	secret := []byte(strings.Repeat("a secret of another ", 200))
	fresh := engine.Deflate(bytes.Repeat([]byte("a secret of mine "), 200))
	for range 3 {
		require.NotNil(t, engine.Deflate(secret))
		require.Equal(t, fresh, engine.Deflate(bytes.Repeat([]byte("a secret of mine "), 200)))
	}
}
