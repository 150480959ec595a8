// restore_test.go: clients that lose one connection after the other.

package namespace_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// However far the server has come with a client that is back when that is gone again: the next attempt finds everything.
func TestRecoveryIsCutAnywhere(t *testing.T) {
	recovering(t, func(t *testing.T, w *world) {
		r := w.returner(t)
		random := rand.New(rand.NewPCG(1, 2))
		for i := range 2000 {
			r.cut()
			require.NoError(t, w.Main().Emit("e", i))
			claim := map[string]string{"pid": r.pid}
			if r.offset != "" {
				claim["offset"] = r.offset
			}
			text, err := json.Marshal(claim)
			require.NoError(t, err)
			r.peer = w.dial(t)
			r.send("40" + string(text))
			for range random.IntN(40) {
				runtime.Gosched()
			}
			r.cut()
			require.True(t, r.back(), "attempt %d", i)
			require.Equal(t, fmt.Sprint("e", i), r.event())
			r.expectOnly()
		}
		synctest.Wait()
	})
}
