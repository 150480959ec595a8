// redis_test.go: what the conformance suite does not know of.

package redis_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/namespace/sio"
)

func TestConfig(t *testing.T) {
	c := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:1", DisableIdentity: true})
	defer c.Close()
	for want, bad := range map[string]redis.Config{
		"Client is missing": {},
		"Mode 9":            {Client: c, Mode: 9},
		"Subscriptions 9":   {Client: c, Subscriptions: 9},
		"negative":          {Client: c, Queue: -1},
	} {
		_, err := redis.New(bad)
		require.ErrorContains(t, err, want)
		_, err = redis.NewEmitter(bad)
		require.ErrorContains(t, err, want)
	}
}

// A server that is started before its Redis is told so.
func TestOpenWithoutRedis(t *testing.T) {
	c := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:1", DisableIdentity: true})
	defer c.Close()
	for name, config := range modes {
		config.Client, config.Timeout = c, 50*time.Millisecond
		node, err := redis.New(config)
		require.NoError(t, err)
		_, err = node.Open("/", &local{})
		require.Error(t, err, name)
	}
}

// An emitter reaches the nodes of every mode, and those of its namespace alone.
func TestEmitter(t *testing.T) {
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			config.Prefix = prefixes()
			node := cluster(t, 1, config)[0]
			main, other := new(local), new(local)
			a := open(t, node, "/", main)
			open(t, node, "/other", other)
			if f, ok := a.(adapter.Follower); ok {
				f.FollowRoom("a", true, false)
				eventually(t, func() bool { return len(shardChannels(t, config.Prefix)) == 5 }, "subscriptions")
			}
			config.Client = client(t)
			e, err := redis.NewEmitter(config)
			require.NoError(t, err)
			require.NoError(t, e.To("a").Emit("one", 1))
			require.NoError(t, e.Of("/other").Volatile().Except("b").Emit("two"))
			require.NoError(t, e.To("a", "b").Join("x", "y"))
			require.NoError(t, e.Disconnect(true))
			require.NoError(t, e.EmitServers("three"))
			require.NoError(t, e.Close())
			require.ErrorIs(t, e.Emit("late"), redis.ErrClosed)

			main.has(t, "three")
			eventually(t, func() bool { return len(main.events()) == 4 }, "four operations of %v", main.events())
			require.Equal(t, []string{"a"}, main.of(adapter.Broadcast).Rooms)
			require.Equal(t, adapter.Op{Kind: adapter.Join, Rooms: []string{"a", "b"}, Change: []string{"x", "y"}}, main.of(adapter.Join))
			require.True(t, main.of(adapter.Disconnect).Close)
			other.has(t, "two")
			require.True(t, other.ops[0].Event.Volatile)
			require.Equal(t, []string{"b"}, other.ops[0].Except)
		})
	}
}

func shardChannels(t *testing.T, prefix string) []string {
	t.Helper()
	channels, err := client(t).PubSubShardChannels(t.Context(), prefix+"#*").Result()
	require.NoError(t, err)
	return channels
}

// Rooms that come and go leave no subscriptions behind, whatever they are called.
func TestRoomsComeAndGo(t *testing.T) {
	c := redis.Config{Mode: redis.Sharded, Prefix: prefixes()}
	l := &local{rooms: []string{}}
	a := open(t, cluster(t, 1, c)[0], "/", l).(adapter.Follower)
	for i := range 1000 {
		for _, room := range []string{"Room", "room", "ROOM\x00", "", "#", "größe", fmt.Sprint("room ", i)} {
			a.FollowRoom(room, true, false)
			a.FollowRoom(room, i%2 == 0, false)
			a.FollowRoom(room, false, false)
		}
		a.FollowRoom("aaaaaaaaaaaaaaaaaaaa", true, true) // not in this mode
	}
	a.FollowRoom("last", true, false)
	base := "/#"
	eventually(t, func() bool {
		channels := strings.Join(shardChannels(t, c.Prefix), " ")
		return strings.Contains(channels, "#last#") && strings.Count(channels, base) == 3
	}, "three subscriptions")
}

// Everything that was opened is given back.
func TestCloseGivesBack(t *testing.T) {
	watcher := client(t)
	count := func() int {
		list, err := watcher.ClientList(t.Context()).Result()
		require.NoError(t, err)
		return strings.Count(list, "\n")
	}
	for name, config := range modes {
		before := count()
		node := cluster(t, 1, config)[0]
		for range 2 { // it can be opened again
			one, err := node.Open("/", &local{})
			require.NoError(t, err)
			two, err := node.Open("/two", &local{})
			require.NoError(t, err)
			require.NoError(t, one.Publish(t.Context(), emission("x")))
			require.NoError(t, one.Close())
			require.NoError(t, two.Publish(t.Context(), emission("x")))
			require.NoError(t, two.Close())
		}
		eventually(t, func() bool { return count() <= before+1 }, "%s: connections that are closed", name)
	}
}

// What is no message is dropped and counted, on every channel; what is one is still
// understood.
func TestHostile(t *testing.T) {
	garbage := []string{
		"", "{", "{}", "[]", "null", "\xc1", "\x80\x04\x95", "\xdd\xff\xff\xff\xff", strings.Repeat("\x91", 100_000),
		strings.Repeat("\x00", 1<<20), "\x93\xa1a\xc0\xc0", `{"uid":"__proto__","nsp":"__proto__","type":3,"data":{}}`,
		`{"uid":"x","nsp":"/","type":3,"data":{"opts":{},"packet":{"type":2,"data":[]}}}`,
		`{"uid":"x","nsp":"/elsewhere","type":6,"data":{"opts":{},"close":true}}`,
		`{"uid":"x","nsp":"/","type":6,"data":{"close":true}}`,
		`{"type":4,"close":true}`, `{"type":4,"opts":{"rooms":"all"}}`, `{"type":99,"requestId":"r"}`, `{"type":5,"opts":{}}`,
		`{"opts":{},"close":true}`,
	}
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			config.Prefix = prefixes()
			nodes := cluster(t, 2, config)
			l := &local{answers: []adapter.Answer{{Count: 7}}}
			open(t, nodes[0], "/", l)
			other := open(t, nodes[1], "/", &local{})
			c := client(t)
			p := config.Prefix
			for _, text := range garbage {
				for _, channel := range []string{p + "#/#", p + "#/#room#", p + "-request#/#", p + "-response#/#"} {
					require.NoError(t, c.Publish(t.Context(), channel, text).Err())
					require.NoError(t, c.SPublish(t.Context(), channel, text).Err())
				}
				require.NoError(t, c.XAdd(t.Context(), &goredis.XAddArgs{Stream: p, Values: []any{"uid", "x", "nsp", "/", "type", "6", "data", text}}).Err())
				require.NoError(t, c.XAdd(t.Context(), &goredis.XAddArgs{Stream: p, Values: []any{"other", text}}).Err())
			}
			answers, err := ask(other, &adapter.Op{Kind: adapter.Count, Rooms: []string{"a"}})
			require.NoError(t, err)
			require.Equal(t, []adapter.Answer{{Count: 7}}, answers)
			l.mu.Lock()
			defer l.mu.Unlock()
			require.Len(t, l.ops, 1, "the question alone")
			eventually(t, func() bool { return nodes[0].(*redis.Cluster).Stats().Ignored >= uint64(len(garbage)) }, "dropped messages")
		})
	}
}

// A node that is counted and does not answer is missed in time.
func TestMissingNode(t *testing.T) {
	c := redis.Config{Prefix: prefixes(), Timeout: 300 * time.Millisecond}
	nodes := cluster(t, 2, c)
	a := open(t, nodes[0], "/", &local{})
	open(t, nodes[1], "/", &local{answers: []adapter.Answer{{Count: 0}}})
	silent := client(t).Subscribe(t.Context(), c.Prefix+"-request#/#")
	defer silent.Close()
	_, err := silent.Receive(t.Context())
	require.NoError(t, err)
	for _, kind := range []adapter.Kind{adapter.Count, adapter.Call} {
		op := emission("x")
		op.Kind = kind
		answers, err := ask(a, op)
		require.Len(t, answers, 1)
		var missing *adapter.MissingError
		require.ErrorAs(t, err, &missing)
		require.Equal(t, 1, missing.Count)
	}
}

// A node that dies while its clients are asked is missed soon, by name if it has told one,
// and those that live are waited for.
func TestNodeDiesWhileAsked(t *testing.T) {
	t.Parallel()
	c := redis.Config{Prefix: prefixes()}
	body, err := sio.NewBody("yes")
	require.NoError(t, err)
	nodes := cluster(t, 2, c)
	a := open(t, nodes[0], "/", &local{})
	open(t, nodes[1], "/", &local{answers: []adapter.Answer{{Count: 1}, {Body: body}}})
	redisClient := client(t)
	dies := redisClient.Subscribe(t.Context(), c.Prefix+"-request#/#", c.Prefix+"-response#/#dies#")
	for range 2 {
		_, err := dies.Receive(t.Context())
		require.NoError(t, err)
	}
	go func() { // ends with the question
		m, err := dies.ReceiveMessage(t.Context())
		if err != nil {
			return
		}
		b, _ := wire.ParseMsgpack([]byte(m.Payload))
		count := fmt.Sprintf(`{"requestId":%q,"uid":"dies","type":8,"clientCount":2}`, node.TreeOf(b).String("requestId"))
		redisClient.Publish(context.Background(), c.Prefix+"-response#/#", count)
		_ = dies.Close()
	}()
	op := emission("x")
	op.Kind = adapter.Call
	start := time.Now()
	answers, err := ask(a, op)
	var missing *adapter.MissingError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, &adapter.MissingError{Count: 1, Nodes: []string{"dies"}}, missing)
	require.Len(t, answers, 3, "two counts, one acknowledgement")
	require.Less(t, time.Since(start), patience/2)
}

// What is wrong with one client is told from node to node.
func TestFailedAcks(t *testing.T) {
	body, err := sio.NewBody("yes")
	require.NoError(t, err)
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			nodes := cluster(t, 2, config)
			a := open(t, nodes[0], "/", &local{})
			open(t, nodes[1], "/", &local{answers: []adapter.Answer{
				{Count: 3}, {Err: adapter.ErrDisconnected}, {Body: body}, {Err: adapter.ErrTimeout},
			}})
			op := emission("x")
			op.Kind = adapter.Call
			answers, err := ask(a, op)
			require.NoError(t, err)
			require.Len(t, answers, 4)
			require.ErrorIs(t, answers[1].Err, adapter.ErrDisconnected)
			require.Equal(t, 1, answers[2].Body.Len())
			require.ErrorIs(t, answers[3].Err, context.DeadlineExceeded)
		})
	}
}

// Old requests of official adapters are answered, on the channel of all.
func TestOldRequests(t *testing.T) {
	c := redis.Config{Prefix: prefixes()}
	l := &local{
		answers: []adapter.Answer{{Sockets: []adapter.Socket{{ID: "s1", Rooms: []string{"s1", "a"}}}}},
		rooms:   []string{"s1"},
	}
	open(t, cluster(t, 1, c)[0], "/", l)
	redisClient := client(t)
	answers := redisClient.Subscribe(t.Context(), c.Prefix+"-response#/#")
	defer answers.Close()
	_, err := answers.Receive(t.Context())
	require.NoError(t, err)
	for request, want := range map[string]string{
		`{"requestId":"1","type":0,"rooms":["a"]}`:                   `"sockets":["s1"]`,
		`{"requestId":"2","type":1}`:                                 `"rooms":["s1","a"]`,
		`{"requestId":"3","type":2,"sid":"s1","room":"b"}`:           `{"requestId":"3"}`,
		`{"requestId":"4","type":3,"sid":"s1","room":"b"}`:           `{"requestId":"4"}`,
		`{"requestId":"5","type":4,"sid":"s1","close":true}`:         `{"requestId":"5"}`,
		`{"requestId":"6","type":5,"opts":{"rooms":[],"except":[]}}`: `"sockets":[{"id":"s1"`,
	} {
		require.NoError(t, redisClient.Publish(t.Context(), c.Prefix+"-request#/#", request).Err())
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		message, err := answers.ReceiveMessage(ctx)
		cancel()
		require.NoError(t, err, request)
		require.Contains(t, message.Payload, want)
		require.Contains(t, message.Payload, request[1:16], "the ID")
	}
	require.Equal(t, []string{"s1"}, l.of(adapter.Disconnect).Rooms)
	require.Equal(t, []string{"b"}, l.of(adapter.Join).Change)
}

// Official servers are not told of clients that fail: they would take it for an answer.
func TestOfficialServersHearOfAnswersAlone(t *testing.T) {
	c := redis.Config{Prefix: prefixes()}
	body, err := sio.NewBody("yes")
	require.NoError(t, err)
	open(t, cluster(t, 1, c)[0], "/", &local{answers: []adapter.Answer{{Count: 2}, {Err: adapter.ErrDisconnected}, {Body: body}}})
	redisClient := client(t)
	answers := redisClient.Subscribe(t.Context(), c.Prefix+"-response#/#me#")
	defer answers.Close()
	_, err = answers.Receive(t.Context())
	require.NoError(t, err)
	request, err := wire.AppendMsgpack(nil, wire.Map{
		{Name: "uid", Value: "me"}, {Name: "requestId", Value: "r"}, {Name: "type", Value: 7},
		{Name: "packet", Value: wire.Map{{Name: "type", Value: 2}, {Name: "data", Value: []string{"x"}}, {Name: "nsp", Value: "/"}}},
		{Name: "opts", Value: wire.Map{{Name: "rooms", Value: []string{}}, {Name: "except", Value: []string{}}}},
	})
	require.NoError(t, err)
	require.NoError(t, redisClient.Publish(t.Context(), c.Prefix+"-request#/#", request).Err())
	for _, want := range []string{"clientCount", "yes"} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		message, err := answers.ReceiveMessage(ctx)
		cancel()
		require.NoError(t, err)
		require.Contains(t, message.Payload, want)
	}
}

// A message for a room without members here is not even read.
func TestForeignRoomIsNotRead(t *testing.T) {
	c := redis.Config{Prefix: prefixes()}
	nodes := cluster(t, 2, c)
	l := &local{rooms: []string{"mine"}}
	open(t, nodes[0], "/", l)
	other := open(t, nodes[1], "/", &local{})
	for _, room := range []string{"yours", "mine"} {
		op := emission(room)
		op.Rooms = []string{room}
		require.NoError(t, other.Publish(t.Context(), op))
	}
	l.has(t, "mine")
	require.Equal(t, []string{"mine"}, l.events())
}
