// control.go: the official server, which proves the expectations of the features right.

package matrix

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// Control starts a script of the official server, which prints two addresses, its own and that of the server beside it.
// It ends when its standard input does, with the test.
func Control(t *testing.T, script string) (url, control string) {
	t.Helper()
	cmd := exec.Command("node", script)
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
