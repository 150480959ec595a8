// Package recovery proves connection state recovery with the official client, unmodified, over real TCP: each of the
// cases in which the official server loses events or doubles them, and connections that are cut again and again. Beside
// it runs the official server, whose results are printed.
//
// The tests run when EVERWIRE_COMPAT=1 is set; -short has the cuts last for a few seconds each.
//
//	EVERWIRE_COMPAT=1 go test -v ./recovery
package recovery

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/everwire/everwire/compat-tests/interop"
)

// needsClients skips the test unless the official client is asked for.
func needsClients(t *testing.T) {
	t.Helper()
	interop.NeedsNode(t, "socket.io", "socket.io-client")
}

// await polls until the condition holds or the time is over.
func await(limit time.Duration, holds func() bool) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// table lines up rows whose cells are separated by tabs.
func table(rows []string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\n", strings.Join(rows, "\n"), "\n")
	_ = w.Flush() // a Builder takes everything
	return b.String()
}
