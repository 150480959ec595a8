// observer_test.go: what an Observer is told.

package parity

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
	core "github.com/everwire/everwire/engine"
)

// closed is what most rows ask for.
const closed = core.SessionClosed

// observer keeps what it is told of some kinds.
type observer struct {
	kinds []core.EventKind

	mu   sync.Mutex // guards told
	told []core.Event
}

func observe(kinds ...core.EventKind) *observer { return &observer{kinds: kinds} }

// Observe implements everwire.Observer.
func (o *observer) Observe(e core.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if slices.Contains(o.kinds, e.Kind) {
		o.told = append(o.told, e)
	}
}

// next waits for what is told next.
func (o *observer) next(t testing.TB) (e core.Event) {
	t.Helper()
	require.Eventually(t, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		if len(o.told) == 0 {
			return false
		}
		e, o.told = o.told[0], o.told[1:]
		return true
	}, peer.Patience, time.Millisecond, "the observer is told nothing")
	return e
}

// forget forgets what was told, and returns how much it was.
func (o *observer) forget() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(o.told)
	o.told = nil
	return n
}
