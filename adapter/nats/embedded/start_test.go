// start_test.go: a NATS server as a process of its own, which can be stopped and killed.

package embedded_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/nats"
)

// runServer names the port on which the test binary is a NATS server; 0 means any.
const runServer = "EVERWIRE_TEST_NATS_PORT"

func TestMain(m *testing.M) {
	if port := os.Getenv(runServer); port != "" {
		serve(port)
		return
	}
	os.Exit(m.Run())
}

// serve tells its address, and ends with its standard input.
func serve(port string) {
	n, err := strconv.Atoi(port)
	if err != nil {
		panic(err)
	}
	if n == 0 {
		n = server.RANDOM_PORT
	}
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: n, NoSigs: true, NoLog: true})
	if err != nil {
		panic(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		panic("the server does not start")
	}
	fmt.Println(srv.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// process is a NATS server.
type process struct {
	*exec.Cmd
	address string
}

// launch starts a server, on the same port if it was there before.
func launch(t *testing.T, port string) *process {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), runServer+"="+port)
	cmd.Stderr = os.Stderr
	_, err = cmd.StdinPipe() // it ends with this process
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &process{Cmd: cmd}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	p.address = strings.TrimSpace(line)
	return p
}

func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
}

// again starts a server where this one was.
func (p *process) again(t *testing.T) *process {
	t.Helper()
	_, port, err := net.SplitHostPort(p.address)
	require.NoError(t, err)
	return launch(t, port)
}

// connect returns a connection and a bus over it.
func connect(t *testing.T, p *process, c nats.Config, options ...natsgo.Option) *nats.Bus {
	t.Helper()
	conn, err := natsgo.Connect("nats://"+p.address, append(nats.Options(), options...)...)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	c.Conn = conn
	bus, err := nats.New(c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = bus.Close() }) // tests that care have closed it
	return bus
}

func eventually(t *testing.T, done func() bool, format string, args ...any) {
	t.Helper()
	late, again := time.After(20*time.Second), time.NewTicker(5*time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("did not come: "+format, args...)
		}
	}
}
