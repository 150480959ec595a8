// node_test.go: a node in Go, and what its clients can have it do; official.mjs is the same.

package cluster

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// startRedis returns the address of a Redis that ends with the test.
func startRedis(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("redis-server is not installed: run `make setup`")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().(*net.TCPAddr)
	require.NoError(t, l.Close())
	cmd := exec.Command("redis-server", "--port", strconv.Itoa(addr.Port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", os.TempDir())
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	ready := goredis.NewClient(&goredis.Options{Addr: addr.String(), MaxRetries: 20, DisableIdentity: true})
	defer ready.Close()
	require.NoError(t, ready.Ping(t.Context()).Err())
	return addr.String()
}

// query is what an action is told.
type query struct {
	Rooms   []string `json:"rooms"`
	Except  []string `json:"except"`
	Change  []string `json:"change"`
	Event   string   `json:"event"`
	Args    []any    `json:"args"`
	Close   bool     `json:"close"`
	Emitter bool     `json:"emitter"`
}

// server is one node.
type server struct {
	*everwire.Server
	emitter redis.Emitter
}

var nameOf = everwire.NewKey[string]("name")

// startNode starts a server and returns its address.
func startNode(t *testing.T, name string, c redis.Config) string {
	t.Helper()
	cluster, err := redis.New(c)
	require.NoError(t, err)
	emitter, err := redis.NewEmitter(c)
	require.NoError(t, err)
	srv, err := everwire.New(everwire.Config{Adapter: cluster})
	require.NoError(t, err)
	s := &server{srv, emitter}
	s.handle(name)
	web := httptest.NewServer(srv)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, srv.Shutdown(ctx))
		web.Close()
		require.NoError(t, emitter.Close())
		require.Zero(t, cluster.Stats().Refused+cluster.Stats().Lost)
	})
	return web.URL
}

func (s *server) handle(name string) {
	s.OnConnect(func(c *everwire.Ctx) error {
		nameOf.Set(c.Socket(), c.Socket().Handshake().Query().Get("name"))
		return nil
	})
	s.On("enter", func(c *everwire.Ctx) error {
		var room string
		if err := c.Bind(&room); err != nil {
			return err
		}
		if err := c.Socket().Join(room); err != nil {
			return err
		}
		return c.Ack()
	})
	s.On("do", func(c *everwire.Ctx) error {
		var what string
		var q query
		if err := c.Bind(&what, &q); err != nil {
			return err
		}
		value, err := s.do(c, what, &q)
		if err != nil {
			return c.Ack(map[string]any{"failed": err.Error()})
		}
		return c.Ack(map[string]any{"value": value})
	})
	s.Servers().On("note", func(c *everwire.Ctx) error {
		var key string
		args := make([]any, c.Len()-1)
		pointers := []any{&key}
		for i := range args {
			pointers = append(pointers, &args[i])
		}
		if err := c.Bind(pointers...); err != nil {
			return err
		}
		return s.Local().Emit(key, args...)
	})
	s.Servers().On("question", func(c *everwire.Ctx) error {
		var arg any
		if err := c.Bind(&arg); err != nil {
			return err
		}
		return c.Ack(map[string]any{"node": name, "arg": arg})
	})
}

func (s *server) do(ctx context.Context, what string, q *query) (any, error) {
	if q.Emitter {
		return nil, s.emit(what, q)
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	target := s.To(q.Rooms...).Except(q.Except...)
	switch what {
	case "emit":
		return nil, target.Emit(q.Event, q.Args...)
	case "join":
		return nil, target.Join(q.Change...)
	case "leave":
		return nil, target.Leave(q.Change...)
	case "disconnect":
		return nil, target.Disconnect(q.Close)
	case "servers":
		return nil, s.Servers().Emit(q.Event, q.Args...)
	case "count":
		return target.CountSockets(ctx)
	case "fetch":
		return fetch(ctx, target)
	case "call":
		return answers(target.Call(ctx, q.Event, q.Args...))
	case "ask":
		return answers(s.Servers().Call(ctx, q.Event, q.Args...))
	}
	return nil, errors.New("unknown action")
}

// emit does what a process without connections can do.
func (s *server) emit(what string, q *query) error {
	target := s.emitter.To(q.Rooms...).Except(q.Except...)
	switch what {
	case "emit":
		return target.Emit(q.Event, q.Args...)
	case "join":
		return target.Join(q.Change...)
	case "leave":
		return target.Leave(q.Change...)
	case "disconnect":
		return target.Disconnect(q.Close)
	case "servers":
		return target.EmitServers(q.Event, q.Args...)
	}
	return errors.New("unknown action of an emitter")
}

func answers(all func(func(sio.Body, error) bool)) (list []any, err error) {
	for b, err := range all {
		if err != nil {
			return nil, err
		}
		var v any
		if err := b.Bind(0, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func fetch(ctx context.Context, target namespace.Target) (any, error) {
	sockets, err := target.FetchSockets(ctx)
	list := []any{}
	for _, r := range sockets {
		name, _ := nameOf.Of(r)
		list = append(list, map[string]any{
			"id": r.ID(), "rooms": r.Rooms(), "data": map[string]any{"name": name}, "query": r.Handshake().Query,
		})
	}
	return list, err
}
