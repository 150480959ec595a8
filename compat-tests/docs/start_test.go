// start_test.go: docs/start.md, followed to the letter in an empty folder.

package docs

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fetched is the one command that cannot be run as it stands: the tests are about this tree, not about a release. What is done
// instead asks no network for anything.
const fetched = "go get github.com/everwire/everwire"

// A reader is somebody who does what the document says, but for the port, which may be taken here.
type reader struct {
	folder string
	addr   string // instead of localhost:3000
	env    []string
	server *process
}

// TestStart writes the files and runs the commands of the document in their order. The server runs until the end; in it a
// browser is the first who speaks, the client in Go the second.
func TestStart(t *testing.T) {
	needs(t, "node", "chromium")
	t.Parallel()
	r := &reader{folder: t.TempDir(), addr: freeAddr(t), env: append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off")}
	for _, b := range blocksOf(t, "docs/start.md") {
		if file := b.options["file"]; file != "" {
			write(t, filepath.Join(r.folder, file), []byte(strings.ReplaceAll(b.text, "localhost:3000", r.addr)))
			continue
		}
		for _, line := range strings.Split(strings.TrimSpace(b.text), "\n") {
			r.do(t, line)
		}
	}
	require.NotNil(t, r.server, "no server was started")
	require.Equal(t, "", r.server.output(), "the server complains")
}

func (r *reader) do(t *testing.T, line string) {
	t.Helper()
	switch {
	case strings.HasPrefix(line, "cd "):
		r.folder = filepath.Join(r.folder, line[3:])
	case line == fetched:
		r.fetch(t)
	case line == "go run .":
		r.run(t, "go build -o hello .") // go run would leave its child behind when it is ended
		r.server = start(t, r.folder, "./hello")
		r.page(t)
	case line == "go run ./client":
		require.Regexp(t, `^line 6 over (websocket|sse|polling)\n$`, r.run(t, line))
	default:
		r.run(t, line)
	}
}

// fetch has the module use this tree.
func (r *reader) fetch(t *testing.T) {
	tree, err := filepath.Abs(root)
	require.NoError(t, err)
	r.run(t, "go mod edit -require=github.com/everwire/everwire@v0.0.0 -replace=github.com/everwire/everwire="+tree)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	write(t, filepath.Join(r.folder, "go.sum"), sums)
}

func (r *reader) run(t *testing.T, line string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-ec", line)
	cmd.Dir, cmd.Env = r.folder, r.env
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, "%s\n%s%s", line, out, &complaints)
	return string(out)
}

// page has a browser say some lines, over each transport and without a network, and look at what it gets.
func (r *reader) page(t *testing.T) {
	t.Helper()
	url := "http://" + r.addr + "/"
	waitFor(t, url)
	out, err := exec.CommandContext(t.Context(), "node", "start.mjs", url).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Regexp(t, `^mine: 1\. I said: hello
mine: refused: say something
other: page: hello
state: connected over sse
state: connected over polling
other, at last: page: hello; (I said: to afar; page: from afar|page: from afar; I said: to afar); page: over sse; page: over polling
$`, string(out))
}

// lastPort is the port that was given out last. They lie below those that the system gives to whoever asks for any, so that
// nobody takes one by chance before it is used.
var lastPort atomic.Uint32

func init() { lastPort.Store(12000 + uint32(os.Getpid()*16)%6000) }

// freeAddr is an address that nobody listens at, and that is given out once.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", lastPort.Add(1))
		if l, err := net.Listen("tcp", addr); err == nil {
			require.NoError(t, l.Close())
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

// waitFor waits until somebody answers.
func waitFor(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		res, err := http.Get(url)
		if err == nil {
			require.NoError(t, res.Body.Close())
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("nobody answers at %s: %v", url, err)
		}
	}
}

// A process runs beside the test.
type process struct {
	cmd *exec.Cmd

	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// output is what it has said, but for where it listens.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var rest strings.Builder
	for line := range strings.Lines(p.text.String()) {
		if !strings.Contains(line, " open http://") {
			fmt.Fprint(&rest, line)
		}
	}
	return rest.String()
}

// start runs a program until the end of the test.
func start(t *testing.T, folder, program string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(program, args...)}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = folder, p, p
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = p.cmd.Wait()                          // by the signal
	})
	return p
}
