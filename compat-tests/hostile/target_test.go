// target_test.go: the process under attack, seen from the test.

package hostile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A target is a process with servers. One that has crashed is started anew for the next row.
type target struct {
	name     string
	jit      bool // compiles while it runs
	patience time.Duration
	command  func() *exec.Cmd
	admin    http.Client

	cmd    *exec.Cmd
	stdin  io.Closer
	url    string // of the administration
	stderr *lines
	gone   chan struct{} // closed when the process has ended
}

func startOurs(t *testing.T) *target {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return startTarget(t, &target{name: "this server", patience: patience, command: func() *exec.Cmd {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), serveVar+"=1")
		return cmd
	}})
}

func startOfficial(t *testing.T) *target {
	t.Helper()
	return startTarget(t, &target{name: "the official server", jit: true, patience: controlPatience, command: func() *exec.Cmd {
		return exec.Command("node", "--expose-gc", "official.mjs")
	}})
}

func startTarget(t *testing.T, target *target) *target {
	t.Helper()
	target.admin = http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	require.NoError(t, target.start())
	t.Cleanup(target.stop)
	return target
}

func (t *target) start() error {
	t.cmd, t.stderr, t.gone = t.command(), &lines{}, make(chan struct{})
	t.cmd.Stderr = t.stderr
	stdin, err := t.cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := t.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := t.cmd.Start(); err != nil {
		return err
	}
	t.stdin = stdin
	first, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return fmt.Errorf("%s does not start: %w: %q", t.name, err, t.stderr.take())
	}
	t.url = strings.TrimSpace(first)
	go func(cmd *exec.Cmd, gone chan struct{}) { // ends with the process, at the latest with stop
		_ = cmd.Wait()
		close(gone)
	}(t.cmd, t.gone)
	return nil
}

// stop ends the process: in peace, or by force if that takes too long.
func (t *target) stop() {
	_ = t.stdin.Close()
	select {
	case <-t.gone:
	case <-time.After(5 * time.Second):
		_ = t.cmd.Process.Kill()
		<-t.gone
	}
}

// ended tells whether the process has ended.
func (t *target) ended() bool {
	select {
	case <-t.gone:
		return true
	default:
		return false
	}
}

// crashed waits a while for the end of the process, and returns its last words.
func (t *target) crashed(patience time.Duration) (string, bool) {
	select {
	case <-t.gone:
	case <-time.After(patience):
	}
	if !t.ended() {
		return "", false
	}
	return firstError(t.stderr.take()), true
}

// firstError finds the line that says why a process ended.
func firstError(lines []string) string {
	for _, l := range lines {
		if strings.Contains(l, "Error") || strings.Contains(l, "panic:") || strings.Contains(l, "fatal") {
			return l
		}
	}
	return strings.Join(lines, " ")
}

// call asks the administration.
func (t *target) call(method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, t.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := t.admin.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s %s %w", method, path, resp.Status, text, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

func (t *target) proc(name string) string {
	return fmt.Sprintf("/proc/%d/%s", t.cmd.Process.Pid, name)
}

// descriptors counts the open files of the process.
func (t *target) descriptors() int {
	fds, err := os.ReadDir(t.proc("fd"))
	if err != nil {
		return -1
	}
	return len(fds)
}

// cpu is the time that the process has spent, in steps of 10 ms.
func (t *target) cpu() time.Duration {
	const tick = 10 * time.Millisecond // USER_HZ is 100 on all machines that Go runs on
	text, err := os.ReadFile(t.proc("stat"))
	_, rest, ok := strings.Cut(string(text), ") ")
	if err != nil || !ok {
		return 0
	}
	var sum time.Duration
	for _, field := range strings.Fields(rest)[11:13] {
		n, _ := strconv.Atoi(field)
		sum += time.Duration(n) * tick
	}
	return sum
}

// memory returns the resident memory of the process in bytes, now and at its peak since resetPeak.
func (t *target) memory() (now, peak int64) {
	text, err := os.ReadFile(t.proc("status"))
	if err != nil {
		return 0, 0
	}
	for l := range strings.Lines(string(text)) {
		fields := strings.Fields(l)
		if len(fields) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			now = n << 10
		case "VmHWM:":
			peak = n << 10
		}
	}
	return now, peak
}

func (t *target) resetPeak() error { return os.WriteFile(t.proc("clear_refs"), []byte("5"), 0) }
