// launch_test.go: processes of browsers: how they start and end, with all that they have started.

package engines

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A browser is a process that shows a page.
type browser struct {
	cmd   *exec.Cmd
	said  *tail
	ended chan struct{} // closed when the process has ended by itself or was killed
}

// launchBrowser opens the page. The process ends with the test, at the latest.
func launchBrowser(t *testing.T, e engine, url string) *browser {
	folder, err := os.MkdirTemp("", "everwire-engine-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) }) // a process that lingers may still write there
	p := e.start(&launch{t, url, folder})
	if p.missing != nil {
		if e.more {
			t.Skipf("%s cannot run here: %v", e.name, p.missing)
		}
		t.Fatalf("%s is not installed: %v: run `make setup`", e.name, p.missing)
	}
	if p.screen {
		p.env = append(p.env, "DISPLAY="+startScreen(t))
	}
	return p.run(t)
}

func (p program) run(t *testing.T) *browser {
	b := &browser{cmd: exec.Command(p.command[0], p.command[1:]...), said: &tail{}, ended: make(chan struct{})}
	b.cmd.Env = append(os.Environ(), p.env...)
	b.cmd.Stdout, b.cmd.Stderr = b.said, b.said
	group(b.cmd)
	in, err := b.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, b.cmd.Start())
	// Ends with the process, which the cleanup below kills.
	go func() {
		defer close(b.ended)
		_ = b.cmd.Wait() // that it was killed is no news
	}()
	t.Cleanup(b.end)
	_, err = io.WriteString(in, p.input)
	require.NoError(t, err)
	return b
}

// end kills the browser and its children.
func (b *browser) end() {
	killGroup(b.cmd)
	<-b.ended
}

// startScreen starts an X server without hardware, and returns its display.
func startScreen(t *testing.T) string {
	cmd := exec.Command("Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp")
	group(cmd)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	if err := cmd.Start(); err != nil {
		t.Skip("no X server: ", err)
	}
	t.Cleanup(func() {
		killGroup(cmd)
		_ = cmd.Wait()
	})
	number, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return ":" + strings.TrimSpace(number)
}

// A tail is the end of what a process has printed.
type tail struct {
	mu   sync.Mutex // guards text
	text []byte
}

const tailSize = 4000 // bytes

func (o *tail) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p...)
	o.text = bytes.Clone(o.text[max(0, len(o.text)-tailSize):])
	return len(p), nil
}

func (o *tail) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}
