// reshard_test.go: slots of a Redis Cluster that move while it runs.

package redis_test

import (
	"fmt"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

// moveSlots gives slots to the shard of that address.
func moveSlots(t *testing.T, addresses []string, to string, channels ...string) {
	t.Helper()
	target := goredis.NewClient(&goredis.Options{Addr: to, DisableIdentity: true})
	defer target.Close()
	id := target.ClusterMyID(t.Context()).Val()
	for _, channel := range channels {
		slot := target.ClusterKeySlot(t.Context(), channel).Val()
		for _, address := range addresses {
			c := goredis.NewClient(&goredis.Options{Addr: address, DisableIdentity: true})
			require.NoError(t, c.Do(t.Context(), "cluster", "setslot", slot, "node", id).Err())
			require.NoError(t, c.Close())
		}
	}
}

// Subscriptions move with their slots, those of rooms too, and end where they are then.
func TestResharding(t *testing.T) {
	t.Parallel()
	addresses := startCluster(t)
	c := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: addresses, DisableIdentity: true})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	config := redis.Config{Client: c, Mode: redis.Sharded, Prefix: prefixes()}
	one, err := redis.New(config)
	require.NoError(t, err)
	two, err := redis.New(config)
	require.NoError(t, err)
	l := new(local)
	from, to := open(t, one, "/", new(local)), open(t, two, "/", l)
	l.rooms = []string{"a", "b"}
	channels := []string{config.Prefix + "#/#"}
	for _, room := range l.rooms {
		to.(adapter.Follower).FollowRoom(room, true, false)
		channels = append(channels, config.Prefix+"#/#"+room+"#")
	}
	for round := range addresses { // one of them is where they are
		moveSlots(t, addresses, addresses[round], channels...)
		for _, rooms := range [][]string{nil, {"a"}, {"b"}} {
			n := 0
			name := func() string { return fmt.Sprint("event of ", rooms, " in round ", round, " ") }
			eventually(t, func() bool { // some are lost
				n++
				op := emission(fmt.Sprint(name(), n))
				op.Rooms = rooms
				return from.Publish(t.Context(), op) == nil && strings.Contains(fmt.Sprint(l.events()), name())
			}, "an event to %v in round %d", rooms, round)
		}
	}
	l.rooms = nil
	to.(adapter.Follower).FollowRoom("a", false, false)
	to.(adapter.Follower).FollowRoom("b", false, false)
	l.rooms = []string{}
	require.NoError(t, to.Close())
	require.NoError(t, from.Close())
	eventually(t, func() bool {
		left := 0
		for _, address := range addresses {
			c := goredis.NewClient(&goredis.Options{Addr: address, DisableIdentity: true})
			list, err := c.PubSubShardChannels(t.Context(), config.Prefix+"*").Result()
			require.NoError(t, err)
			left += len(list)
			require.NoError(t, c.Close())
		}
		return left == 0
	}, "no subscription that is left")
}
