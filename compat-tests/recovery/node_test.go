// node_test.go: the programs in Node: the official client, and the official server.

package recovery

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// manyLines is more than a program prints in a test.
const manyLines = 1 << 16

// node is a program in Node that reads and prints lines of JSON.
type node struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan []byte // closed when the program has ended
}

func startNode(args ...string) (*node, error) {
	n := &node{cmd: exec.Command("node", args...), lines: make(chan []byte, manyLines)}
	n.cmd.Stderr = os.Stderr
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { // ends with the program
		defer close(n.lines)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 4<<20)
		for lines.Scan() {
			n.lines <- append([]byte(nil), lines.Bytes()...)
		}
	}()
	return n, nil
}

func (n *node) write(v any) error {
	line, err := json.Marshal(v)
	if err == nil {
		_, err = n.in.Write(append(line, '\n'))
	}
	return err
}

// read waits for a line; false if none comes.
func (n *node) read(limit time.Duration, into any) (ok bool, err error) {
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case line, ok := <-n.lines:
		if !ok {
			return false, io.EOF
		}
		return true, json.Unmarshal(line, into)
	case <-late.C:
		return false, nil
	}
}

// end ends the program by closing its input.
func (n *node) end() error {
	_ = n.in.Close()
	for range n.lines {
	}
	return n.cmd.Wait()
}

// A target is a server with one visitor at a time, which it puts into the room "red". Its commands are those of
// official.mjs; some answer with a number.
type target interface {
	do(command string, args ...any) (int, error)
	address() string
	end() error
}

// settings are those of a server; zero means its default.
type settings struct {
	window                    time.Duration
	pingInterval, pingTimeout time.Duration
	buffer, memory            int // of our server
}

// official is the official server.
type official struct {
	*node
	port int

	mu sync.Mutex // held for one command
}

func startOfficial(o settings) (*official, error) {
	options := map[string]any{"serveClient": false}
	recovery := map[string]any{}
	for name, d := range map[string]time.Duration{"pingInterval": o.pingInterval, "pingTimeout": o.pingTimeout} {
		if d > 0 {
			options[name] = d.Milliseconds()
		}
	}
	if o.window > 0 {
		recovery["maxDisconnectionDuration"] = o.window.Milliseconds()
	}
	options["connectionStateRecovery"] = recovery
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	n, err := startNode("official.mjs", string(text))
	if err != nil {
		return nil, err
	}
	var hello struct{ Port int }
	if ok, err := n.read(patience, &hello); !ok || err != nil {
		return nil, fmt.Errorf("the official server does not start: %w", err)
	}
	return &official{node: n, port: hello.Port}, nil
}

func (o *official) address() string { return fmt.Sprint("127.0.0.1:", o.port) }

func (o *official) do(command string, args ...any) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.write(append([]any{command}, args...)); err != nil {
		return 0, err
	}
	var answer struct{ N int }
	ok, err := o.read(patience, &answer)
	if err == nil && !ok {
		err = fmt.Errorf("no answer to %s", command)
	}
	return answer.N, err
}
