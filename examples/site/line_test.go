// line_test.go: a slow line trickles, and loses nothing.

package site

import (
	"bytes"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSlowLineTrickles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		l := &line{Conn: near}
		text := bytes.Repeat([]byte("0123456789"), slowRate/5) // two seconds
		for _, slow := range []bool{false, true} {
			l.slow.Store(slow)
			require.NoError(t, l.SetWriteDeadline(time.Now().Add(time.Second)))
			begin := time.Now()
			go func() { // ends with the text
				n, err := l.Write(text)
				assert.NoError(t, err)
				assert.Equal(t, len(text), n)
			}()
			got := make([]byte, len(text))
			_, err := io.ReadFull(far, got)
			require.NoError(t, err)
			assert.Equal(t, text, got)
			synctest.Wait()
			if slow {
				assert.InDelta(t, 2, time.Since(begin).Seconds(), 0.1)
			} else {
				assert.Zero(t, time.Since(begin))
			}
		}
		require.NoError(t, l.Close())
		_, err := l.Write(text)
		assert.Error(t, err)
	})
}
