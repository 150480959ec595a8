// nats_test.go: servers over NATS: rooms, large messages, emitters, hostile bytes.

package embedded_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/nats"
	"github.com/everwire/everwire/adapter/nats/embedded"
	"github.com/everwire/everwire/everwiretest"
)

var discard = slog.New(slog.DiscardHandler)

// inProcess is a NATS server in this process that is reached over TCP.
func inProcess(t *testing.T, o server.Options) (*server.Server, func(c nats.Config) *nats.Bus) {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.NoLog = "127.0.0.1", server.RANDOM_PORT, true, true
	srv, err := server.NewServer(&o)
	require.NoError(t, err)
	srv.Start()
	t.Cleanup(func() {
		srv.Shutdown()
		srv.WaitForShutdown()
	})
	require.True(t, srv.ReadyForConnections(10*time.Second))
	return srv, func(c nats.Config) *nats.Bus { return connect(t, &process{address: srv.Addr().String()}, c) }
}

// Rooms that come and go leave no subscription at the broker; names differ in case.
func TestChurn(t *testing.T) {
	srv, bus := inProcess(t, server.Options{})
	l := open(t, bus(nats.Config{}))
	base := srv.NumSubscriptions()
	f := l.Adapter.(adapter.Follower)
	for i := range 1000 {
		f.FollowRoom("Room", true, false)
		f.FollowRoom(fmt.Sprint(i), true, false)
		f.FollowRoom("room", false, false)
		f.FollowRoom("ROOM\x00", false, false)
	}
	eventually(t, func() bool { return srv.NumSubscriptions() == base+1001 }, "1001 subscriptions")
	for i := range 1000 {
		f.FollowRoom(fmt.Sprint(i), false, false)
	}
	f.FollowRoom("Room", false, false)
	eventually(t, func() bool { return srv.NumSubscriptions() == base }, "no subscriptions")
}

// What is larger than the server takes travels in parts.
func TestLargeMessages(t *testing.T) {
	_, bus := inProcess(t, server.Options{MaxPayload: 64 << 10})
	out, in := bus(nats.Config{}), bus(nats.Config{})
	from, other := open(t, out), open(t, in)
	data := make([]byte, 5<<20)
	_, _ = rand.Read(data)
	for _, size := range []int{60 << 10, 64 << 10, 65 << 10, len(data)} {
		op := to(fmt.Sprint("large ", size))
		op.Event.Args = []any{data[:size]}
		require.NoError(t, from.Publish(t.Context(), op))
		require.NoError(t, from.Publish(t.Context(), to("small")))
		eventually(t, func() bool { return other.has(op.Event.Event) }, "%d bytes", size)
		require.Equal(t, size, other.bytes)
	}
	require.ErrorIs(t, out.Publish(t.Context(), "x", make([]byte, 17<<20)), nats.ErrTooLarge)
	op := to("too large")
	op.Event.Args = []any{make([]byte, 17<<20)}
	require.ErrorContains(t, from.Publish(t.Context(), op), "MaxMessage")
	require.Equal(t, 1, from.fault(adapter.Refused))
	require.Zero(t, in.Stats().Dropped)

	_, tiny := inProcess(t, server.Options{MaxPayload: 1 << 10})
	require.ErrorIs(t, tiny(nats.Config{}).Publish(t.Context(), "x", make([]byte, 1<<20)), nats.ErrTooLarge, "more than 1,024 parts")
}

// A subscriber that hangs costs memory up to the limit; what is dropped is counted, and
// nobody else is hindered.
func TestSlowSubscriber(t *testing.T) {
	_, bus := inProcess(t, server.Options{})
	out, in := bus(nats.Config{}), bus(nats.Config{Pending: 100_000})
	hold, n := make(chan struct{}), make(chan string, 10_000)
	_, err := in.Subscribe(t.Context(), "x", func(payload []byte) {
		<-hold
		n <- string(payload)
	})
	require.NoError(t, err)
	quick := make(chan string, 10_000)
	_, err = bus(nats.Config{}).Subscribe(t.Context(), "x", func(payload []byte) { quick <- string(payload) })
	require.NoError(t, err)
	for range 5000 {
		require.NoError(t, out.Publish(t.Context(), "x", make([]byte, 100)))
	}
	eventually(t, func() bool { return in.Stats().Received == 5000 && len(quick) == 5000 }, "all messages")
	dropped := in.Stats().Dropped
	require.Greater(t, dropped, uint64(4000))
	close(hold)
	eventually(t, func() bool { return uint64(len(n)) == 5000-dropped }, "the messages that were kept")
	require.NoError(t, out.Publish(t.Context(), "x", []byte("end")))
	eventually(t, func() bool { return uint64(len(n)) == 5001-dropped }, "a message afterwards")
}

// Whoever can publish can publish anything.
func TestHostile(t *testing.T) {
	srv, bus := inProcess(t, server.Options{})
	l, other := open(t, bus(nats.Config{})), open(t, bus(nats.Config{}))
	follow(t, other, l, "room")
	l.reply(func(_ context.Context, answer func(adapter.Answer) error) error {
		return answer(adapter.Answer{Count: 3})
	})
	raw, err := natsgo.Connect(srv.ClientURL())
	require.NoError(t, err)
	defer raw.Close()
	noise := make([]byte, 1_000_000)
	_, _ = rand.Read(noise)
	for _, topic := range []string{"everwire.Lw.all", "everwire.Lw.room.rcm9vbQ"} {
		for _, payload := range []string{
			string(noise), "", "{", "\x80\x04\x95", "\xdf\xff\xff\xff\xff", strings.Repeat("\x91", 100_000),
			`{"uid":"a b\r\nPUB x 0","nsp":"/","type":1}`, `{"uid":"*","nsp":"/","type":1}`, `{"uid":"x","nsp":"/","type":99}`,
			`{"uid":"x","nsp":"/other","type":3}`, `{"uid":"x","nsp":"/","type":7,"data":{"opts":{},"requestId":"r"}}`,
		} {
			require.NoError(t, raw.Publish(topic, []byte(payload)))
		}
		for i := range 100 {
			m := natsgo.NewMsg(topic)
			m.Header.Set("Everwire-Part", fmt.Sprintf("%016d.1.0.1024", i))
			m.Data = noise[:100_000]
			require.NoError(t, raw.PublishMsg(m))
			m.Header.Set("Everwire-Part", "....")
			require.NoError(t, raw.PublishMsg(m))
		}
	}
	require.NoError(t, raw.Flush())
	eventually(t, func() bool { return l.fault(adapter.Ignored) >= 18 }, "what is ignored")
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	require.Less(t, stats.HeapAlloc, uint64(300<<20))
	n, err := count(other)
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func count(l *local) (n int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for a, failure := range l.Ask(ctx, &adapter.Op{Kind: adapter.Count, Rooms: []string{"room"}}) {
		n += a.Count
		err = failure
	}
	return n, err
}

// A node that does not answer is named.
func TestMissing(t *testing.T) {
	_, bus := inProcess(t, server.Options{})
	c := short
	c.Timeout = 300 * time.Millisecond
	var nodes []*local
	for i := range 3 {
		l := &local{faults: make(map[adapter.FaultKind]int)}
		l.asked = func(ctx context.Context, answer func(adapter.Answer) error) error {
			if i == 2 {
				<-ctx.Done()
				return ctx.Err()
			}
			return answer(adapter.Answer{Count: 5})
		}
		a, err := cluster.Over(bus(nats.Config{}), c).Open("/", l)
		require.NoError(t, err)
		l.Adapter = a
		t.Cleanup(func() { _ = l.Close() })
		nodes = append(nodes, l)
	}
	n, err := count(nodes[0])
	require.Equal(t, 5, n, "a partial answer")
	var missing *adapter.MissingError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, 1, missing.Count)
	require.Len(t, missing.Nodes, 1)
	require.Regexp(t, "^[0-9a-f]{16}$", missing.Nodes[0])
}

type report struct {
	Title string `json:"title"`
	Pages int    `json:"pages"`
}

const reported = everwire.Event[report]("report")

// Real servers and clients: an emitter without connections reaches them with typed events,
// and sockets are counted on all nodes.
func TestServers(t *testing.T) {
	var servers []*everwire.Server
	var inboxes []*everwiretest.Inbox[report]
	nodes := start(t, 2)
	for _, node := range nodes {
		srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(node, short), Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		srv.OnConnect(func(c *everwire.Ctx) error { return c.Socket().Join("user:7") })
		client := everwiretest.Start(t, srv).Connect(t)
		servers, inboxes = append(servers, srv), append(inboxes, everwiretest.Collect(client, reported))
	}
	for _, srv := range servers {
		n, err := srv.To("user:7").CountSockets(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		sockets, err := srv.FetchSockets(t.Context())
		require.NoError(t, err)
		require.Len(t, sockets, 2)
	}
	emitter, err := cluster.NewEmitter(nodes[1], short)
	require.NoError(t, err)
	for _, inbox := range inboxes {
		eventually(t, func() bool { // the rooms are heard soon
			require.NoError(t, reported.Emit(emitter.To("user:7"), report{"q3", 7}))
			got := inbox.All()
			require.Subset(t, []report{{"q3", 7}}, got)
			return len(got) > 0
		}, "a report")
	}
	require.NoError(t, reported.Emit(emitter, report{Title: "all"}))
	for _, inbox := range inboxes {
		inbox.Await(t, func(r report) bool { return r.Title == "all" })
	}
}

// Nodes need the same Secret, and tell what is wrong with their configuration.
func TestSecret(t *testing.T) {
	one, err := embedded.Start(embedded.Config{Cluster: "127.0.0.1:0", Client: "127.0.0.1:0", Secret: "right"})
	require.NoError(t, err)
	defer func() { require.NoError(t, one.Close()) }()
	_, err = natsgo.Connect(one.ClientURL())
	require.ErrorIs(t, err, natsgo.ErrAuthorization)
	conn, err := natsgo.Connect(one.ClientURL(), natsgo.UserInfo("everwire", "right"))
	require.NoError(t, err)
	conn.Close()

	for _, secret := range []string{"wrong", "", "right"} {
		two, err := embedded.Start(embedded.Config{Cluster: "127.0.0.1:0", Routes: []string{one.ClusterAddr()}, Secret: secret, Logger: discard})
		require.NoError(t, err)
		if secret == "right" {
			eventually(t, func() bool { return one.Nodes() == 1 && two.Nodes() == 1 }, "the other node")
		}
		require.Equal(t, secret == "right", one.Nodes() == 1)
		require.Empty(t, two.ClientURL())
		require.NoError(t, two.Close())
	}
}

func TestBadConfig(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for text, c := range map[string]embedded.Config{
		"Config.Cluster":         {Cluster: "nowhere"},
		"Config.Client":          {Client: "localhost:x"},
		"Config.Routes":          {Cluster: "127.0.0.1:0", Routes: []string{"nowhere"}},
		"needs Config.Cluster":   {Routes: []string{"127.0.0.1:1"}},
		"address already in use": {Cluster: taken.Addr().String()},
		"address already in us":  {Client: taken.Addr().String()},
		"negative":               {Bus: nats.Config{Queue: -1}},
	} {
		c.Logger = discard
		start := time.Now()
		_, err := embedded.Start(c)
		require.ErrorContains(t, err, text)
		require.Less(t, time.Since(start), 5*time.Second)
	}
}

// Alone, a node listens to nobody, and leaves nothing when it is closed.
func TestAlone(t *testing.T) {
	before := runtime.NumGoroutine()
	node, err := embedded.Start(embedded.Config{Logger: discard})
	require.NoError(t, err)
	require.Empty(t, node.ClusterAddr())
	require.Empty(t, node.ClientURL())
	l := open(t, node)
	require.NoError(t, l.Publish(t.Context(), to("x")))
	require.NoError(t, l.Close())
	require.NoError(t, node.Close())
	eventually(t, func() bool { return runtime.NumGoroutine() <= before }, "no goroutines")
}

// Who runs NATS does not link its server.
func TestBusLinksNoServer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "github.com/everwire/everwire/adapter/nats").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "github.com/nats-io/nats.go\n")
	require.NotContains(t, string(out), "nats-server")
}
