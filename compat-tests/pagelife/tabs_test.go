// tabs_test.go: more tabs of one site than a browser has HTTP/1.1 connections to it, which are six. A WebSocket is none of
// them.

package pagelife

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/chrome"
	"github.com/everwire/everwire/compat-tests/interop"
)

const tabs = 7

func TestTabs(t *testing.T) {
	interop.NeedsClients(t)
	t.Parallel()
	browser := chrome.Launch(t)
	for _, c := range []struct {
		name, transports string
		limit            time.Duration
		only             string // the transport of all tabs
	}{
		{"as they come", "", soon, "websocket"},
		// Five streams and the POSTs of all use up the connections; a sixth stream waits for the next one that is lost.
		// A tab that waits too long takes to polling, which leaves room between two GETs.
		{"without WebSocket", "sse,polling", 90 * time.Second, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startSite(t, everwire.Config{})
			profile := browser.Profile(t)
			var open []*chrome.Page
			for range tabs { // all at once: the page itself comes over those connections, too
				p := profile.Blank(t)
				p.Eval(t, `location = "`+s.url+"/life?transports="+c.transports+`"`, nil)
				open = append(open, p)
			}
			began := time.Now()
			for _, p := range open {
				p.Wait(t, c.limit, "life.connects == 1")
			}
			progress(t, c.limit, open...)
			t.Logf("%d tabs have exchanged messages after %v", tabs, time.Since(began).Round(100*time.Millisecond))
			used := map[string]int{}
			for _, p := range open {
				r := finish(t, p)
				used[r.Transport]++
				assert.Empty(t, p.Problems())
				p.Close(t)
			}
			t.Log("transports in use:", used)
			if c.only != "" {
				assert.Equal(t, map[string]int{c.only: tabs}, used)
			}
		})
	}
}
