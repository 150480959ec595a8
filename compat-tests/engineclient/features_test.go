// features_test.go: runs the features in Node and prints what they came to.

package engineclient

import (
	"bufio"
	"bytes"
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

var transports = []string{"polling", "websocket", "upgrade"}

// A result is what a feature came to over one transport.
type result struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

func TestEngineClient(t *testing.T) {
	needsNode(t)
	runFeatures(t, newFixture)
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	needsControl(t)
	t.Setenv("EVERWIRE_SERVER", "official")
	runFeatures(t, startControl)
}

// runFeatures runs all features over the three transports at once, each against servers of its own, and prints the
// table.
func runFeatures(t *testing.T, start func(*testing.T) (urls []string)) {
	results := make([][]result, len(transports))
	errs := make([]error, len(transports))
	var wg sync.WaitGroup
	for i, transport := range transports {
		urls := start(t)
		wg.Go(func() {
			results[i], errs[i] = inNode(t.Context(), "features.mjs", urls[0], urls[1], transport, urls[2])
		})
	}
	wg.Wait()
	for i, transport := range transports {
		require.NoError(t, errs[i], "features over %s", transport)
		require.NotEmpty(t, results[i], "features over %s", transport)
		require.Len(t, results[i], len(results[0]), "features over %s", transport)
	}
	t.Log(table(results))
	for i, transport := range transports {
		for _, r := range results[i] {
			if !r.OK {
				t.Errorf("%s over %s: %s", r.Name, transport, r.Error)
			}
		}
	}
}

// table has a row for each feature; all transports have run them in the same order.
func table(results [][]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-64s %-9s  %-9s  %-9s\n", "engine.io-client", transports[0], transports[1], transports[2])
	passed := 0
	for i, r := range results[0] {
		fmt.Fprintf(&b, "%-64s", r.Name)
		for _, column := range results {
			word := "FAILED"
			if column[i].OK {
				word = "ok"
				passed++
			}
			fmt.Fprintf(&b, " %-10s", word)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%d of %d passed\n", passed, len(results)*len(results[0]))
	return b.String()
}

// inNode runs a script that prints a result a line. It ends with the test at the latest.
func inNode(ctx context.Context, script ...string) (results []result, err error) {
	cmd := exec.CommandContext(ctx, "node", script...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", strings.Join(script, " "), err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var r result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("output of the features: %q", lines.Bytes())
		}
		results = append(results, r)
	}
	return results, nil
}

// startControl starts the official servers; they end when their standard input does.
func startControl(t *testing.T) (urls []string) {
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
	urls = make([]string, 3)
	_, err = fmt.Fscan(out, &urls[0], &urls[1], &urls[2])
	require.NoError(t, err)
	return urls
}
