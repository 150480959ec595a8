// start_test.go: a Redis of our own.

package redis_test

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

var (
	startOnce sync.Once
	address   string
	command   *exec.Cmd
)

func TestMain(m *testing.M) {
	code := m.Run()
	if command != nil {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	os.Exit(code)
}

// server returns the address of a Redis that runs until the end of the tests.
func server(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("EVERWIRE_COMPAT") != "" {
			t.Fatal("redis-server is not installed: run `make setup`")
		}
		t.Skip("redis-server is not installed: `make setup` does")
	}
	startOnce.Do(func() { command, address = start(t) })
	return address
}

// start starts a Redis on a free port.
func start(t *testing.T) (*exec.Cmd, string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().(*net.TCPAddr)
	require.NoError(t, l.Close())
	cmd := exec.Command("redis-server", "--port", strconv.Itoa(addr.Port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", os.TempDir())
	require.NoError(t, cmd.Start())
	ready := goredis.NewClient(&goredis.Options{Addr: addr.String(), MaxRetries: 20, DisableIdentity: true})
	defer ready.Close()
	require.NoError(t, ready.Ping(t.Context()).Err())
	return cmd, addr.String()
}

// client returns a client of the server's database.
func client(t *testing.T) *goredis.Client {
	t.Helper()
	c := goredis.NewClient(&goredis.Options{Addr: server(t), DisableIdentity: true})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

var prefixCount atomic.Int64

// prefixes returns another one each time.
func prefixes() string { return "test" + strconv.FormatInt(prefixCount.Add(1), 10) }

// cluster returns the openers of n nodes, apart from all others by their prefix.
func cluster(t *testing.T, n int, c redis.Config) []adapter.Opener {
	t.Helper()
	c.Client = client(t)
	if c.Prefix == "" {
		c.Prefix = prefixes()
	}
	nodes := make([]adapter.Opener, n)
	for i := range nodes {
		node, err := redis.New(c)
		require.NoError(t, err)
		nodes[i] = node
	}
	return nodes
}
