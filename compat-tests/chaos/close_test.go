// close_test.go: a client that leaves after its connection was away for a while.

package chaos

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/compat-tests/faultproxy"
)

// TestCloseAfterPause has the server owe an acknowledgement when the connection breaks, and the client come back only
// when it would have been due. What is sent then is acknowledged within a second all the same: a client that has nothing
// but WebSockets waits for that when it is closed.
func TestCloseAfterPause(t *testing.T) {
	needsCompat(t)
	t.Parallel()
	var away atomic.Bool
	p, err := newPair(client.Options{Transports: []string{client.WebSocket}}, func(*faultproxy.Conn) faultproxy.Faults {
		return faultproxy.Faults{Refuse: away.Load()}
	})
	require.NoError(t, err)
	defer p.close(t)
	require.NoError(t, p.visitor.connect())
	p.visit = <-p.host.visits
	sent := 0
	exchange := func() { // fewer than what is acknowledged at once
		t.Helper()
		for range 3 {
			require.NoError(t, p.visitor.Emit("message", sent, body(sent)))
			sent++
		}
		arrived := func() bool { return p.visit.took.count().Distinct == sent }
		require.True(t, await(time.Now().Add(healLimit), arrived), "%d messages", sent)
	}
	exchange()
	away.Store(true)
	p.proxy.CutAll()
	<-time.After(2500 * time.Millisecond) // it was due after 1 s, and is looked after within 0.25 s
	away.Store(false)
	exchange()
	start := time.Now()
	assert.NoError(t, p.visitor.close())
	assert.Less(t, time.Since(start), 3*time.Second, "the client waits for an acknowledgement")
	assert.Equal(t, count{Received: sent, Distinct: sent}, p.visit.took.count())
}
