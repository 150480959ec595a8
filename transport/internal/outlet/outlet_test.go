// outlet_test.go: what is written, and when; the transports' suites have the rest.

package outlet

import (
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// silent is an owner whose session says nothing.
type silent struct{}

func (silent) Append(dst []byte, _ *engine.Batch) ([]byte, bool) { return dst, false }
func (silent) Finished()                                         {}
func (silent) Failed()                                           {}
func (silent) Released()                                         {}

// Until it is started, nobody touches a connection that is held: it may not be there yet.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Half
		f := NewFlushers()
		h.Hold()
		h.PushFirst([]byte("one "), 99)
		h.Wake(f, silent{})
		h.PushFirst([]byte("two"), 99)
		h.Wake(f, silent{})
		synctest.Wait()
		var here net.Conn
		here, h.Conn = net.Pipe()
		h.Start(f, silent{})
		got := make([]byte, 7)
		_, err := io.ReadFull(here, got)
		require.NoError(t, err)
		require.Equal(t, "one two", string(got))
	})
}

// What is pushed to be first does not pile up, and what is last is the last.
func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Half
		f := NewFlushers()
		h.Hold()
		for range 9 {
			h.PushFirst([]byte("x"), 3)
		}
		h.PushLast([]byte("end"))
		var here net.Conn
		here, h.Conn = net.Pipe()
		h.Start(f, silent{})
		got := make([]byte, 4)
		_, err := io.ReadFull(here, got)
		require.NoError(t, err)
		require.Equal(t, "xend", string(got), "the fifth and the ninth begin anew")
		h.PushFirst([]byte("x"), 3)
		h.Wake(f, silent{})
		synctest.Wait() // nobody writes, or he would be waiting for a reader for good
	})
}
