// child_test.go: a server of ours in a process of its own, which can be stopped.

package chaos

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// stopRate is how many messages a second each client of a child sends and gets.
const stopRate = 10

// A childVisit is what the child knows of one socket.
type childVisit struct {
	Sent     int
	Answered int
	Failure  string
	Took     count
}

// A childReport is what the child prints when it is told "report".
type childReport struct {
	Visits      map[string]childVisit // by the socket's ID
	Disconnects []string
	Replayed    int
	Detached    int
}

// serveChild is the child: it prints its address and sends numbered messages to each socket. "stop" ends them, and
// "report" prints what arrived.
func serveChild(in io.Reader, out io.Writer) error {
	h, err := startHost()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, h.addr)
	commands := readLines(in)
	guests := map[*visit]*stream{}
	report := childReport{Visits: map[string]childVisit{}}
	for {
		select {
		case v := <-h.visits:
			guests[v] = startStream(v.socket, stopRate)
		case c, ok := <-commands:
			switch {
			case !ok:
				return h.stop()
			case c == "stop":
				for v, s := range guests {
					report.Visits[v.socket.ID()] = childVisit{Sent: s.stop()}
				}
			case c == "report":
				report.fill(h, guests)
			default:
				return fmt.Errorf("unknown command %q", c)
			}
			if err := json.NewEncoder(out).Encode(report); err != nil {
				return err
			}
		}
	}
}

// readLines returns a channel that is closed with the input.
func readLines(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() { // ends with the input, if the lines are taken
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

func (r *childReport) fill(h *host, guests map[*visit]*stream) {
	for v, s := range guests {
		c := r.Visits[v.socket.ID()]
		var err error
		if c.Answered, err = s.settled(); err != nil {
			c.Failure = err.Error()
		}
		c.Took = v.took.count()
		r.Visits[v.socket.ID()] = c
	}
	r.Disconnects = nil
	for _, why := range h.disconnected() {
		r.Disconnects = append(r.Disconnects, string(why))
	}
	_, _, _, r.Replayed, r.Detached = h.journal.attachments()
}

// A child is a running one.
type child struct {
	addr    string
	process *os.Process

	mu    sync.Mutex // guards what follows
	in    io.Writer
	lines *bufio.Scanner
}

func startChild(t *testing.T) *child {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c := &child{process: cmd.Process, in: in, lines: bufio.NewScanner(out)}
	c.lines.Buffer(nil, 1<<20)
	t.Cleanup(func() {
		in.Close()
		require.NoError(t, cmd.Wait())
	})
	require.True(t, c.lines.Scan(), "the server does not start")
	c.addr = c.lines.Text()
	return c
}

// tell sends a command and returns the answer.
func (c *child) tell(command string) (r childReport, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := fmt.Fprintln(c.in, command); err != nil {
		return r, err
	}
	if !c.lines.Scan() {
		return r, errors.Join(io.ErrUnexpectedEOF, c.lines.Err())
	}
	return r, json.Unmarshal(c.lines.Bytes(), &r)
}
