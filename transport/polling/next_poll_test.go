// next_poll_test.go: a client that has its answer before the handler has returned.

package polling_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

// A proxy with a pool of connections brings each poll on another one: the next may
// come while the handler of the last, whose answer has been read, still returns.
func TestNextPollOnAnotherConnection(t *testing.T) {
	f := setUp(t)
	clients := [2]*http.Client{{Transport: &http.Transport{}}, {Transport: &http.Transport{}}}
	defer clients[0].CloseIdleConnections()
	defer clients[1].CloseIdleConnections()
	large := strings.Repeat("x", 60_000)
	for i := range 500 {
		f.say(t, eio.Text([]byte(large)))
		resp, err := clients[i%2].Get(f.base)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, "poll %d: %.80s", i, body)
		require.Len(t, body, len(large)+1)
	}
	require.Empty(t, f.Ended)
}
