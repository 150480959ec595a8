// server_linux.go: the process of a server under test.

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	port int
	done chan struct{} // closed when the process has ended
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// startServer runs the command on the given CPUs and returns when it listens. The process dies with this one.
func startServer(s server, variant, cpus string, env []string, log *os.File) (*process, error) {
	if err := s.choosePort(); err != nil {
		return nil, err
	}
	c := exec.Command("taskset", "-c", cpus, "sh", "-c", "exec "+s.command)
	c.Env = append(os.Environ(), "PORT="+strconv.Itoa(s.port), "HOST=127.0.0.1", "NODE_ENV=production", "GIN_MODE=release")
	if variant == "pinned" {
		c.Env = append(c.Env, "GOMAXPROCS=1")
	}
	c.Env = append(c.Env, env...)
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: c, port: s.port, done: make(chan struct{})}
	// Owned by p; ends with the process, for which alone it waits.
	go func() {
		defer close(p.done)
		_ = c.Wait() // how the process ended is in its log
	}()
	return p, p.awaitPort(s)
}

// choosePort takes a free port for 0, and refuses one that somebody else has.
func (s *server) choosePort() error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return fmt.Errorf("port of %s: %w", s.name, err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

// awaitPort waits until the server listens; a server that does not is stopped.
func (p *process) awaitPort(s server) error {
	for range 200 {
		select {
		case <-p.done:
			return fmt.Errorf("%s has ended at once: %v", s.name, p.cmd.ProcessState)
		case <-time.After(50 * time.Millisecond):
		}
		if listens(s.port) {
			return nil
		}
	}
	p.stop()
	return fmt.Errorf("%s did not listen on %d within 10 s", s.name, s.port)
}

func listens(port int) bool {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
	if err != nil {
		return false
	}
	_ = c.Close() // it has shown what it is for
	return true
}

// stop asks the process to end, and kills it when it has not within 3 s.
func (p *process) stop() {
	// Both calls fail only when the process has ended, which done tells.
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(3 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}
