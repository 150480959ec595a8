// forward_test.go: clients of a cluster whose nodes are asked in turns.

package redis_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	everclient "github.com/everwire/everwire/client"

	"github.com/everwire/everwire/adapter/redis"
)

func TestAnyNodeServes(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]redis.Mode{"classic": redis.Classic, "sharded": redis.Sharded, "streams": redis.Streams} {
		t.Run(name, func(t *testing.T) {
			front, nodes := roundRobin(t, 3, redis.Config{Mode: mode, Heartbeat: 50 * time.Millisecond})
			for _, srv := range nodes {
				srv.On("echo", func(c *everwire.Ctx) error {
					var n int
					if err := c.Bind(&n); err != nil {
						return err
					}
					return c.Ack(n)
				})
			}
			for _, transport := range []string{everclient.WebSocket, everclient.SSE, everclient.Polling} {
				for range 3 { // each node has one of the sessions
					c, err := everclient.New(front, everclient.Options{Transports: []string{transport}})
					require.NoError(t, err)
					require.NoError(t, c.Connect(t.Context()))
					for i := range 20 {
						answer, err := c.Call(t.Context(), "echo", i)
						require.NoError(t, err)
						var n int
						require.NoError(t, answer.Bind(0, &n))
						require.Equal(t, i, n)
					}
					require.NoError(t, c.Close(t.Context()))
				}
			}
		})
	}
}

// roundRobin starts servers, each of which gets every nth request, and returns their address.
func roundRobin(t *testing.T, n int, c redis.Config) (string, []*everwire.Server) {
	var nodes []*everwire.Server
	for _, opener := range cluster(t, n, c) {
		srv, err := everwire.New(everwire.Config{Adapter: opener})
		require.NoError(t, err)
		nodes = append(nodes, srv)
	}
	var turn atomic.Uint64
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nodes[turn.Add(1)%uint64(n)].ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		for _, srv := range nodes {
			require.NoError(t, srv.Shutdown(context.Background()))
		}
		front.Close()
	})
	return front.URL, nodes
}

// Config.Heartbeat is that of the nodes which forward requests.
func TestHeartbeatOfForwarder(t *testing.T) {
	c := redis.Config{Prefix: prefixes(), Heartbeat: 20 * time.Millisecond}
	f := cluster(t, 1, c)[0].(*redis.Cluster).Forwarder()
	beats := client(t).Subscribe(t.Context(), c.Prefix+".forward.all")
	defer beats.Close()
	_, err := beats.Receive(t.Context())
	require.NoError(t, err)
	require.NoError(t, f.Start(func(http.ResponseWriter, *http.Request, string) {}))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 20 { // of which there are 7 in that time by default
		_, err := beats.ReceiveMessage(ctx)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close(t.Context()))
}
