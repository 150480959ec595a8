// failover_test.go: a master that dies, and a replica that takes its place.

package redis_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

// startSentinel starts a master, a replica and who watches them.
func startSentinel(t *testing.T) (sentinel string, master *exec.Cmd) {
	t.Helper()
	server(t) // skips if there is none
	master, address := start(t)
	replica, replicaAddress := start(t)
	host, port, _ := strings.Cut(address, ":")
	r := goredis.NewClient(&goredis.Options{Addr: replicaAddress, DisableIdentity: true})
	defer r.Close()
	require.NoError(t, r.ReplicaOf(t.Context(), host, port).Err())
	eventually(t, func() bool {
		return strings.Contains(r.Info(t.Context(), "replication").Val(), "master_link_status:up")
	}, "a replica")

	sentinel = freeWithBus(t)
	_, sentinelPort, _ := strings.Cut(sentinel, ":")
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil,
		"port %s\nbind 127.0.0.1\nsentinel monitor main %s %s 1\nsentinel down-after-milliseconds main 300\nsentinel failover-timeout main 3000\n",
		sentinelPort, host, port), 0o600))
	watcher := exec.Command("redis-server", config, "--sentinel")
	require.NoError(t, watcher.Start())
	t.Cleanup(func() {
		for _, cmd := range []*exec.Cmd{watcher, master, replica} {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	s := goredis.NewSentinelClient(&goredis.Options{Addr: sentinel, MaxRetries: 20, DisableIdentity: true})
	defer s.Close()
	eventually(t, func() bool { return len(s.Replicas(t.Context(), "main").Val()) == 1 }, "a sentinel that knows the replica")
	return sentinel, master
}

// The nodes go on with the new master.
func TestSentinelFailover(t *testing.T) {
	t.Parallel()
	sentinel, master := startSentinel(t)
	client := goredis.NewFailoverClient(&goredis.FailoverOptions{
		MasterName: "main", SentinelAddrs: []string{sentinel}, DisableIdentity: true,
	})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	type pair struct {
		from adapter.Adapter
		to   *local
	}
	pairs := map[string]pair{}
	for name, c := range modes {
		c.Client, c.Prefix = client, prefixes()
		one, err := redis.New(c)
		require.NoError(t, err)
		two, err := redis.New(c)
		require.NoError(t, err)
		l := new(local)
		pairs[name] = pair{open(t, one, "/", new(local)), l}
		open(t, two, "/", l)
		emit(t, pairs[name].from, "before")
		l.has(t, "before")
	}
	require.NoError(t, master.Process.Kill())
	start := time.Now()
	for name, p := range pairs {
		eventually(t, func() bool {
			// Some are lost, and counted.
			return p.from.Publish(t.Context(), emission("after")) == nil && strings.Contains(fmt.Sprint(p.to.events()), "after")
		}, "%s: an event by the new master", name)
	}
	t.Logf("all modes go on %v after the master's death", time.Since(start).Round(100*time.Millisecond))
}
