// life_test.go: pages that go and come back, lose their network, sleep, and have policies and service workers.

package pagelife

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/chrome"
	"github.com/everwire/everwire/compat-tests/interop"
)

// soon is enough for what takes a second at most on a machine that has time.
const soon = 20 * time.Second

// late is enough for what has to find out first that connections of the browser's store are dead, one after the other.
const late = 60 * time.Second

// ways are the transports that a page may be told to use; "" is the default, a race that a WebSocket wins.
var ways = []struct{ transports, first string }{
	{"", "websocket"},
	{"websocket", "websocket"},
	{"sse", "sse"},
	{"polling", "polling"},
}

// each runs a test for each way, with pages of their own in one browser. What is run, is run at once.
func each(t *testing.T, config everwire.Config, run func(t *testing.T, s *site, profile *chrome.Profile, url string)) {
	interop.NeedsClients(t)
	browser, s := chrome.Launch(t), startSite(t, config)
	for _, w := range ways {
		t.Run("transports="+w.transports, func(t *testing.T) {
			run(t, s, browser.Profile(t), "?transports="+w.transports)
		})
	}
}

// begin opens a page and waits until messages go both ways.
func begin(t *testing.T, profile *chrome.Profile, url string) *chrome.Page {
	t.Helper()
	p := profile.Page(t, url)
	t.Cleanup(func() { p.Close(t) })
	p.Wait(t, soon, "life.connects == 1")
	progress(t, soon, p)
	return p
}

// TestCacheOfPages: the page is left for another one, and the user comes back. Chromium keeps it meanwhile, frozen.
func TestCacheOfPages(t *testing.T) {
	each(t, everwire.Config{}, func(t *testing.T, s *site, profile *chrome.Profile, url string) {
		p := begin(t, profile, s.url+"/life"+url)
		for back := 1; back <= 2; back++ {
			p.Eval(t, `location = "/away"`, nil)
			p.Wait(t, soon, `document.title == "away"`)
			p.Eval(t, "history.back()", nil)
			p.Wait(t, soon, `document.title == "life"`)
			var restored int
			p.Eval(t, "life.restored", &restored)
			require.Equal(t, back, restored, "the page was loaded again: %v", p.Problems())
			progress(t, soon, p)
		}
		r := finish(t, p)
		assert.GreaterOrEqual(t, r.Resumes, 2)
		assert.Empty(t, p.Problems())
	})
}

func TestStrictPolicy(t *testing.T) {
	each(t, everwire.Config{}, func(t *testing.T, s *site, profile *chrome.Profile, url string) {
		p := begin(t, profile, s.url+"/strict"+url)
		finish(t, p)
		assert.Empty(t, p.Problems())
		var refused bool
		p.Eval(t, `(() => { try { document.body.innerHTML = "x"; } catch { return true; } })()`, &refused)
		assert.True(t, refused, "the page has no policy")
	})
}

// TestPolicyAgainstWebSockets: the page forgot them in its policy. Chromium tells nothing to the page then, not even that
// the WebSocket is closed.
func TestPolicyAgainstWebSockets(t *testing.T) {
	interop.NeedsClients(t)
	s := startSite(t, everwire.Config{})
	p := begin(t, chrome.Launch(t).Profile(t), s.url+"/forgetful")
	assert.Equal(t, "sse", transport(t, p))
	finish(t, p)
	told := p.Problems()
	assert.NotEmpty(t, told, "the policy is not in force")
	for _, text := range told { // by the browser
		assert.Contains(t, text, "Content Security Policy")
	}
}

// TestServiceWorker: a worker answers each GET that it has seen before from its cache, and reads along with the others.
func TestServiceWorker(t *testing.T) {
	each(t, everwire.Config{}, func(t *testing.T, s *site, profile *chrome.Profile, url string) {
		p := profile.Page(t, s.url+"/away")
		defer p.Close(t)
		p.Eval(t, `navigator.serviceWorker.register("/sw.js")`, nil)
		p.Wait(t, soon, "navigator.serviceWorker.controller")
		for range 2 { // the first fills the cache
			p.Go(t, s.url+"/life"+url)
			p.Wait(t, soon, "life.connects == 1")
			progress(t, soon, p)
			assert.Empty(t, p.Problems())
			s.proxy.CutAll()
			p.Wait(t, soon, "life.resumes >= 1 || life.transport() == 'polling'") // polling goes on with the next GET
			progress(t, soon, p)
			fewErrors(t, p.Problems())
			finish(t, p)
		}
		var kept int
		p.Eval(t, `caches.open("everything").then((c) => c.keys()).then((all) => all.length)`, &kept)
		assert.Greater(t, kept, 2, "the worker has kept nothing")
		t.Logf("%d answers in the cache of the worker", kept)
		assert.Empty(t, p.Problems())
	})
}

// beside opens a page for each way, to go through something together.
func beside(t *testing.T, s *site) (*chrome.Browser, []*chrome.Page) {
	t.Helper()
	browser := chrome.Launch(t)
	var open []*chrome.Page
	for _, w := range ways {
		open = append(open, begin(t, browser.Profile(t), s.url+"/life?transports="+w.transports))
	}
	return browser, open
}

// goOn has all pages go on in their sessions.
func goOn(t *testing.T, open []*chrome.Page, quiet func(*testing.T, []string)) {
	t.Helper()
	began := time.Now()
	for i, p := range open {
		progress(t, late, p)
		p.Wait(t, soon, "life.transport() == '"+ways[i].first+"'")
		after := time.Since(began).Round(time.Millisecond)
		quiet(t, p.Problems())
		r := finish(t, p)
		assert.Empty(t, p.Problems())
		t.Logf("transports=%-10s %d resumptions, over %s after %v at the latest", ways[i].transports, r.Resumes, r.Transport, after)
	}
}

// fewErrors takes what the browser tells by itself: each connection that it lost, and each request that it could not make.
// A client that knows that there is no network tries little.
func fewErrors(t *testing.T, told []string) {
	t.Helper()
	assert.LessOrEqual(t, len(told), 6, "%v", told)
	for _, text := range told {
		assert.Contains(t, text, "net::ERR_")
	}
}

// quick is a server that misses a silent client after 2 s.
var quick = everwire.Config{PingInterval: time.Second, PingTimeout: time.Second}

// TestOffline: the network is gone, seen by both sides or by none, and is back after longer than the server waits for a
// pong.
func TestOffline(t *testing.T) {
	interop.NeedsClients(t)
	t.Parallel()
	for _, how := range []struct {
		name string
		gone func(*site) int
	}{
		{"connections are reset", func(s *site) int { return s.proxy.CutAll() }},
		{"connections are silent", func(s *site) int { return s.proxy.Silence() }},
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			s := startSite(t, quick)
			_, open := beside(t, s)
			for _, p := range open {
				p.Offline(t, true)
			}
			s.down.Store(true)
			assert.GreaterOrEqual(t, how.gone(s), len(ways))
			time.Sleep(3500 * time.Millisecond) // is what is tested
			s.down.Store(false)
			for _, p := range open {
				p.Offline(t, false)
			}
			goOn(t, open, fewErrors)
		})
	}
}

// TestSleep: all processes of the browser are stopped, and go on after longer than the server waits for a pong, and longer
// than each side waits for an answer.
func TestSleep(t *testing.T) {
	interop.NeedsClients(t)
	t.Parallel()
	config, asleep := quick, 5*time.Second
	if *long {
		config, asleep = everwire.Config{PingInterval: 5 * time.Second, PingTimeout: 5 * time.Second}, 30*time.Second
	}
	s := startSite(t, config)
	browser, open := beside(t, s)
	browser.Stop(t)
	time.Sleep(asleep) // is what is tested
	browser.Continue(t)
	goOn(t, open, func(t *testing.T, told []string) { assert.Empty(t, told) })
}
