// main_test.go: the program from the outside: what it prints, serves and refuses.

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/server/modes"
)

func TestPending(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-pending"}, &out))
	for line := range strings.Lines(out.String()) {
		name, _, _ := strings.Cut(line, ": ")
		mode, err := modes.Named(name)
		require.NoError(t, err, line)
		require.Contains(t, mode.Lines(), strings.TrimSuffix(line, "\n"))
		require.Len(t, strings.Split(line, ": "), 3, "mode, what, feature: %s", line)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		args string
		want error
	}{
		{"", errUsage},
		{"lab 0 0", errUsage},
		{"lab x", errUsage},
		{"nothing 0", modes.ErrUnknown},
	} {
		err := run(t.Context(), strings.Fields(c.args), io.Discard)
		require.ErrorIs(t, err, c.want, c.args)
	}
	require.Error(t, run(t.Context(), []string{"lab", "70000"}, io.Discard))
}

// TestServe serves every mode on a free port.
func TestServe(t *testing.T) {
	for _, mode := range modes.All {
		t.Run(mode.Name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			read, write := io.Pipe()
			ended := make(chan error, 1)
			// The test's; ends with ctx.
			go func() {
				err := run(ctx, []string{mode.Name, "0"}, write)
				write.Close()
				ended <- err
			}()
			var name, url string
			_, err := fmt.Fscan(read, &name, &url)
			require.NoError(t, err)
			require.Equal(t, mode.Name+":", name)
			require.True(t, strings.HasPrefix(url, "http://127.0.0.1:"), url)
			path := "/socket.io/"
			if strings.HasPrefix(mode.Name, "eio-") {
				path = "/engine.io/"
			}
			for p, status := range map[string]int{path: 200, "/": 404} {
				res, err := http.Get(url + p + "?EIO=4&transport=polling")
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Equal(t, status, res.StatusCode, p)
			}
			cancel()
			require.NoError(t, <-ended)
		})
	}
}
