// rediscluster_test.go: three Redis servers that share the keys.

package redis_test

import (
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/redis"
)

// startCluster starts a Redis Cluster of three masters, and returns their addresses.
func startCluster(t *testing.T) []string {
	t.Helper()
	server(t) // skips if there is none
	var addresses []string
	var clients []*goredis.Client
	for range 3 {
		address := freeWithBus(t)
		_, port, _ := strings.Cut(address, ":")
		cmd := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
			"--cluster-enabled", "yes", "--dir", t.TempDir())
		require.NoError(t, cmd.Start())
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		c := goredis.NewClient(&goredis.Options{Addr: address, MaxRetries: 20, DisableIdentity: true})
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		require.NoError(t, c.Ping(t.Context()).Err())
		addresses, clients = append(addresses, address), append(clients, c)
	}
	slots := []int{0, 5461, 10923, 16384}
	for i, c := range clients {
		require.NoError(t, c.ClusterAddSlotsRange(t.Context(), slots[i], slots[i+1]-1).Err())
		host, port, _ := strings.Cut(addresses[0], ":")
		require.NoError(t, c.ClusterMeet(t.Context(), host, port).Err())
	}
	for _, c := range clients {
		eventually(t, func() bool {
			info := c.ClusterInfo(t.Context()).Val()
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3")
		}, "a cluster")
	}
	return addresses
}

// freeWithBus returns an address whose port, and that of the servers among themselves, which
// is 10,000 above, are free.
func freeWithBus(t *testing.T) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		require.NoError(t, l.Close())
		if port > 50_000 {
			continue
		}
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port+10_000)); err == nil {
			require.NoError(t, l.Close())
			return "127.0.0.1:" + strconv.Itoa(port)
		}
	}
}

func TestRedisCluster(t *testing.T) {
	t.Parallel()
	addresses := startCluster(t)
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener {
				c := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: addresses, DisableIdentity: true})
				t.Cleanup(func() { require.NoError(t, c.Close()) })
				config := config
				config.Client, config.Prefix = c, prefixes()
				nodes := make([]adapter.Opener, n)
				for i := range nodes {
					node, err := redis.New(config)
					require.NoError(t, err)
					nodes[i] = node
				}
				return nodes
			})
		})
	}
}
