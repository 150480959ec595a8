// official_test.go: the official server in a child process, as the control.

package wire

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// node is the child process, which runs the servers of all rows.
type node struct {
	mu      sync.Mutex // guards what follows, and writes to in
	in      io.WriteCloser
	next    int
	waiting map[int]chan int // of ports, by the command's ID
}

func startNode(t *testing.T) *node {
	cmd := exec.Command("node", "official.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	n := &node{in: in, waiting: map[int]chan int{}}
	ended := make(chan struct{})
	go func() { // owned by the test; ends with the process
		defer close(ended)
		n.read(out)
	}()
	t.Cleanup(func() {
		in.Close()
		<-ended
		require.NoError(t, cmd.Wait())
	})
	return n
}

func (n *node) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var answer struct{ ID, Port int }
		if json.Unmarshal(lines.Bytes(), &answer) == nil {
			n.mu.Lock()
			n.waiting[answer.ID] <- answer.Port
			n.mu.Unlock()
		}
	}
}

// do sends a command and returns the port that the answer names.
func (n *node) do(t *testing.T, command map[string]any) int {
	answer := make(chan int, 1)
	n.mu.Lock()
	n.next++
	command["id"] = n.next
	n.waiting[n.next] = answer
	line, err := json.Marshal(command)
	if err == nil {
		_, err = n.in.Write(append(line, '\n'))
	}
	n.mu.Unlock()
	if err != nil {
		t.Errorf("the official server takes no commands: %v", err)
		return 0
	}
	select {
	case port := <-answer:
		return port
	case <-time.After(peer.Patience):
		t.Errorf("the official server does not answer %s", line)
		return 0
	}
}

// start starts an official server for one row.
func (n *node) start(t *testing.T, o options) *server {
	port := n.do(t, map[string]any{"start": o})
	require.NotZero(t, port)
	s := newServer(t, o, net.JoinHostPort("127.0.0.1", decimal(port)))
	s.official = true
	s.haltOnce(t, func(time.Duration) { n.do(t, map[string]any{"close": port}) })
	return s
}
