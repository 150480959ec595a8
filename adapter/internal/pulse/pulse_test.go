// pulse_test.go: a bus that goes away and comes back.

package pulse_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/internal/pulse"
)

func TestPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pulse.New(time.Second)
		other := time.Now()
		for range 3 {
			time.Sleep(time.Second)
			require.False(t, p.Beat())
		}
		require.Equal(t, 3*time.Second, p.Silence(other), "it is gone, and the bus is there")
		time.Sleep(2*time.Second - 1)
		require.False(t, p.Away())
		time.Sleep(time.Hour)
		require.True(t, p.Away())
		require.Zero(t, p.Silence(other))
		require.True(t, p.Beat())
		require.False(t, p.Beat())
		require.Zero(t, p.Silence(other), "its time begins again")
		time.Sleep(time.Second)
		require.Equal(t, time.Second, p.Silence(other))
	})
}
