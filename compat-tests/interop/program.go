// program.go: runs the programs of others: clients, and the official server.

package interop

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// A Program is what is run, in the folder of the test.
type Program struct {
	Command []string
	Env     []string // beside that of the test, as in os.Environ
}

// Node is a script in Node.
func Node(script string, args ...string) Program {
	return Program{Command: append([]string{"node", script}, args...)}
}

// Lines runs the program and hands over each line that it prints. It ends with ctx at the latest.
func (p Program) Lines(ctx context.Context, each func(line []byte)) error {
	cmd := exec.CommandContext(ctx, p.Command[0], p.Command[1:]...)
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		each(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		return errors.Join(err, cmd.Cancel(), cmd.Wait())
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// StartControl starts a script of the official server and reads the addresses that it prints: see official.mjs. It ends
// when its standard input does, with the test. The features are told that they face it.
func StartControl(t *testing.T, script string, addresses ...*string) {
	t.Helper()
	t.Setenv("EVERWIRE_SERVER", "official")
	for i, word := range Start(t, len(addresses), script) {
		*addresses[i] = word
	}
}

// Start runs a script in Node until the end of the test, which ends its standard input, and returns the first words that
// it prints.
func Start(t *testing.T, words int, script ...string) (said []string) {
	t.Helper()
	cmd := exec.Command("node", script...)
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
	scanner := bufio.NewScanner(out)
	scanner.Split(bufio.ScanWords)
	for range words {
		require.True(t, scanner.Scan(), "%s did not print its addresses: %v", script, scanner.Err())
		said = append(said, scanner.Text())
	}
	return said
}
