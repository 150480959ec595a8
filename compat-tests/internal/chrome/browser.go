// Package chrome drives Chromium for tests, by its DevTools protocol: pages, what goes wrong in them, and things that no
// page can do, such as going offline, coming back from the cache of pages, and being stopped as a whole.
//
//	b := chrome.Launch(t)
//	p := b.Profile(t).Page(t, url)
//	p.Wait(t, 5*time.Second, "window.ready")
//	p.Eval(t, "life.report()", &report)
//	assert.Empty(t, p.Problems())
package chrome

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// binary is where Debian has it; the variable CHROMIUM names another one.
const binary = "/usr/bin/chromium"

var flags = []string{
	"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
}

// Browser is one Chromium, of a test's own.
type Browser struct {
	group int // of its processes
	line  *line
}

// Launch starts a Chromium, which ends with the test.
func Launch(t testing.TB) *Browser {
	t.Helper()
	path := cmp.Or(os.Getenv("CHROMIUM"), binary)
	if _, err := os.Stat(path); err != nil {
		t.Fatal("Chromium is not installed: run `make setup`: ", err)
	}
	folder, err := os.MkdirTemp("", "chrome")
	require.NoError(t, err)
	cmd := exec.Command(path, append(flags, "--user-data-dir="+folder, "about:blank")...)
	cmd.SysProcAttr = ownGroup
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	b := &Browser{group: cmd.Process.Pid}
	t.Cleanup(func() {
		assert.NoError(t, kill(b.group))
		_ = cmd.Wait()  // killed is how it shall end
		for range 100 { // its other processes may still be ending
			if os.RemoveAll(folder) == nil {
				break
			}
			runtime.Gosched()
		}
	})
	b.line = dial(t, address(t, out))
	return b
}

// address reads where the browser listens, and has the rest of what it says thrown away.
func address(t testing.TB, out io.Reader) string {
	t.Helper()
	lines := bufio.NewReader(out)
	for {
		text, err := lines.ReadString('\n')
		require.NoError(t, err, "Chromium has not said where it listens")
		if _, url, ok := strings.Cut(text, "DevTools listening on "); ok {
			// Ends with the browser.
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return strings.TrimSpace(url)
		}
	}
}

// Stop stops all processes of the browser, as the sleep of a device does, until Continue.
func (b *Browser) Stop(t testing.TB) {
	t.Helper()
	require.NoError(t, pause(b.group))
}

// Continue has the browser go on.
func (b *Browser) Continue(t testing.TB) {
	t.Helper()
	require.NoError(t, resume(b.group))
}

// Profile is what pages share: cookies, caches, service workers, and the connections to a host.
type Profile struct {
	browser *Browser
	id      string
}

// Profile makes an empty one.
func (b *Browser) Profile(t testing.TB) *Profile {
	t.Helper()
	var made struct{ BrowserContextID string }
	b.line.call(t, "", "Target.createBrowserContext", nil, &made)
	return &Profile{b, made.BrowserContextID}
}
