// cuts_test.go: numbers both ways, 200 a second, while every connection is cut again and again.

package engines

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/faultproxy"
	"github.com/everwire/everwire/compat-tests/interop"
)

const (
	period    = 400 * time.Millisecond
	rate      = 200 // messages a second, each way
	roundTrip = 6 * time.Millisecond
)

// duration is how long connections are cut: 20 s in make test-browsers.
func duration() time.Duration {
	if os.Getenv("EVERWIRE_BROWSERS") == "all" {
		return 20 * time.Second
	}
	return 8 * time.Second
}

// counts are what one end knows of the numbers.
type counts struct{ Sent, Received, Wrong int }

// An outcome is what page.js tells.
type outcome struct {
	counts
	Connects, Resumes int
	Disconnects       []string
	Server            counts
}

func TestCuts(t *testing.T) {
	interop.NeedsClients(t)
	var mu sync.Mutex // guards lines
	var lines []string
	t.Run("engines", func(t *testing.T) {
		for _, e := range engines {
			if !slices.Contains([]string{"Chromium", "PhantomJS"}, e.name) {
				continue
			}
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				line := cutPage(t, e)
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, line)
			})
		}
	})
	t.Logf("connections cut every %v for %v\n%s", period, duration(), strings.Join(lines, "\n"))
}

// cutPage runs one page behind a proxy, and says what happened in a line.
func cutPage(t *testing.T, e engine) string {
	j := e.job()
	j.Cuts = duration().Milliseconds()
	s := newSite(t, j)
	proxy, err := faultproxy.Listen(faultproxy.Config{Target: s.web.Listener.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, proxy.Close()) })
	proxy.SetRoundTrip(roundTrip)
	s.cut = sync.OnceFunc(func() { // the page asks again if the answer is lost
		stop := proxy.CutEvery(period)
		time.AfterFunc(duration()+time.Second, stop)
	})
	b := launchBrowser(t, e, "http://"+proxy.Addr()+"/")
	var o outcome
	require.NoError(t, s.await(b, duration()+time.Minute, func(one report) {
		switch one.Kind {
		case "cuts":
			assert.NoError(t, json.Unmarshal(one.Value, &o))
		case "problem":
			t.Errorf("%s", one.Value)
		}
	}))
	o.check(t)
	return fmt.Sprintf("%-12s %d up, %d down, %d resumptions, %d connections cut", e.name, o.Sent, o.Received, o.Resumes, proxy.Counts().CutAll)
}

func (o outcome) check(t *testing.T) {
	assert.Equal(t, 1, o.Connects)
	assert.Empty(t, o.Disconnects)
	assert.Zero(t, o.Wrong, "lost, doubled, out of order or changed")
	assert.Equal(t, counts{Sent: o.Received, Received: o.Sent}, o.Server)
	assert.Equal(t, rate*int(duration().Seconds()), o.Sent)
	assert.GreaterOrEqual(t, o.Received, o.Sent)
	// A busy machine comes back late.
	assert.Greater(t, o.Resumes, int(duration()/period)/8)
}
