package clients

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var modes = []string{"polling", "websocket", "upgrade"}

// A result is what a feature came to in one mode.
type result struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

func TestOfficialClient(t *testing.T) {
	needsNode(t)
	runFeatures(t, func(t *testing.T) (url, control string) {
		f := newFixture(t)
		return f.URL, f.Control
	})
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	needsControl(t)
	t.Setenv("EVERWIRE_SERVER", "official")
	runFeatures(t, startControl)
}

// runFeatures runs all features in the three modes at once, each against a server of its own, and prints the table.
func runFeatures(t *testing.T, start func(*testing.T) (url, control string)) {
	results := make([]map[string]result, len(modes))
	var order []string // of the features, as the first mode ran them
	var wg sync.WaitGroup
	for i, mode := range modes {
		results[i] = map[string]result{}
		url, control := start(t)
		wg.Go(func() {
			nodeLines(t, func(line []byte) {
				var r result
				if err := json.Unmarshal(line, &r); err != nil {
					r = result{Name: "output of the features in Node", Error: string(line)}
				}
				results[i][r.Name] = r
				if i == 0 {
					order = append(order, r.Name)
				}
			}, "features.mjs", url, control, mode)
		})
	}
	wg.Wait()
	require.NotEmpty(t, order, "no feature ran")
	t.Log(table(order, results))
	for i, mode := range modes {
		for _, name := range order {
			if r := results[i][name]; !r.OK {
				t.Errorf("%s over %s: %s", name, mode, r.Error)
			}
		}
		require.Len(t, results[i], len(order), "features over %s", mode)
	}
}

func table(order []string, results []map[string]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-56s %-9s  %-9s  %-9s\n", "feature", modes[0], modes[1], modes[2])
	for _, name := range order {
		fmt.Fprintf(&b, "%-56s", name)
		for _, byName := range results {
			word := "FAILED"
			if byName[name].OK {
				word = "ok"
			}
			fmt.Fprintf(&b, " %-10s", word)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// nodeLines runs a script in Node and hands over each line that it prints. The script ends with the test at the latest.
func nodeLines(t *testing.T, each func(line []byte), script ...string) {
	cmd := exec.CommandContext(t.Context(), "node", script...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		each(lines.Bytes())
	}
	if err := cmd.Wait(); err != nil && context.Cause(t.Context()) == nil {
		t.Errorf("node %s: %v", strings.Join(script, " "), err)
	}
}

// startControl starts the official server; it ends when its standard input does.
func startControl(t *testing.T) (url, control string) {
	cmd := exec.Command("node", "control.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		require.NoError(t, cmd.Wait())
	})
	_, err = fmt.Fscan(out, &url, &control)
	require.NoError(t, err)
	return url, control
}
