// size_internal_test.go: what each idle connection costs.

package websocket

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The runtime has memory of 112, 128 and 144 bytes: a little more here is a lot more for
// each connection.
func TestSizeOfConnection(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(conn{}), uintptr(128))
}
