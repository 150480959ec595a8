// errors_test.go: every error that a user can cause says what was wrong and what to do.

package docs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/client"
)

// A mistake is what a user does wrong, and what the error has to say: what it was, and how it is made right.
type mistake struct {
	name  string
	cause func(t *testing.T) error
	says  []string
}

// config is a mistake in a Config.
func config(name string, c everwire.Config, says ...string) mistake {
	return mistake{name, func(*testing.T) error { _, err := everwire.New(c); return err }, says}
}

// options is a mistake in what a client is made of.
func options(name, address string, o client.Options, says ...string) mistake {
	return mistake{name, func(*testing.T) error { _, err := client.New(address, o); return err }, says}
}

// redisConfig is one that shows when the server is made, at the latest.
func redisConfig(name string, c redis.Config, says ...string) mistake {
	return mistake{name, func(*testing.T) error {
		a, err := redis.New(c)
		if err == nil {
			_, err = everwire.New(everwire.Config{Adapter: a})
		}
		return err
	}, says}
}

// server is a mistake in what a server is told. A panic counts as an error: it is one of the program's.
func server(name string, act func(*everwire.Server) error, says ...string) mistake {
	return mistake{name, func(t *testing.T) (err error) {
		srv, made := everwire.New(everwire.Config{})
		require.NoError(t, made)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%v", p)
			}
			require.NoError(t, srv.Shutdown(t.Context()))
		}()
		return act(srv)
	}, says}
}

// peer is a mistake in what a client without a server is told.
func peer(name string, act func(context.Context, *client.Client) error, says ...string) mistake {
	return mistake{name, func(t *testing.T) (err error) {
		c, made := client.New("http://"+freeAddr(t), client.Options{Buffer: 100})
		require.NoError(t, made)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%v", p)
			}
			_ = c.Close(t.Context())
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return act(ctx, c)
	}, says}
}

func nobody(*everwire.Ctx) error { return nil }

var mistakes = []mistake{
	config("PingInterval", everwire.Config{PingInterval: -1}, "Config.PingInterval is negative: -1"),
	config("MaxPayload", everwire.Config{MaxPayload: -7}, "Config.MaxPayload", "must not be negative: -7"),
	config("pattern of origins", everwire.Config{Origins: []string{"*.app.example"}}, `Config.Origins: "*.app.example"`, `such as "https://app.example"`),
	config("no transports", everwire.Config{Transports: []string{}}, "Config.Transports is empty; nil stands for all"),
	config("transport", everwire.Config{Transports: []string{"ws"}}, `Config.Transports: "ws" is not "polling", "sse" or "websocket"`),
	config("CallTimeout", everwire.Config{CallTimeout: -1}, "Config.CallTimeout is negative"),
	config("OnceWindow", everwire.Config{OnceWindow: -1}, "Config.OnceWindow is negative"),
	config("Recovery", everwire.Config{Recovery: everwire.Recovery{Window: -1}}, "Config.Recovery: Window"),
	config("Recovery.Buffer", everwire.Config{Recovery: everwire.Recovery{Window: 1, Buffer: 9 << 20}}, "Config.Recovery.Buffer is 9437184", "1048576 at most"),
	config("Resume", everwire.Config{Resume: everwire.Resume{Buffer: -1}}, "Config.Resume", "-1"),
	config("InitialMessage", everwire.Config{InitialMessage: "\x1e"}, "Config.InitialMessage", "U+001E"),
	config("Cookie", everwire.Config{Cookie: &http.Cookie{Name: "a b"}}, "Config.Cookie", "Name"),
	config("CORS", everwire.Config{CORS: everwire.CORS{Status: 404}}, "Config.CORS.Status", "404", "use 200 to 299"),
	config("Compression", everwire.Config{Compression: everwire.Compression{Threshold: -1}}, "Config.Compression.Threshold is negative"),
	config("prefix of a cluster", everwire.Config{Adapter: cluster.Over(nil, cluster.Config{Prefix: "a b"})}, "Config.Prefix", "letters, digits", `"a b"`),

	server("name of a namespace", func(s *everwire.Server) error { s.Of("chat"); return nil }, `"chat"`, "starts with a slash"),
	server("reserved name, handler", func(s *everwire.Server) error { s.On("connect", nobody); return nil }, `"connect"`, "reserved"),
	server("no handler", func(s *everwire.Server) error { s.On("news", nil); return nil }, `nil handler of event "news"`),
	server("reserved name", func(s *everwire.Server) error { return s.To("r").Emit("disconnect") }, "reserved event name: disconnect"),
	server("long name", func(s *everwire.Server) error { return s.To("r").Emit(strings.Repeat("x", 300)) }, "event name", "300 bytes", "256 at most"),
	server("function as argument", func(s *everwire.Server) error { return s.To("r").Emit("e", 1, func() {}) }, "argument 1", "marshal from Go func()"),
	server("not a number", func(s *everwire.Server) error { return s.To("r").Emit("e", math.NaN()) }, "argument 0", "NaN"),
	server("two Auths", func(s *everwire.Server) error {
		auth := func(context.Context, *everwire.Handshake) (*everwire.Identity, error) { return nil, nil }
		s.Auth(auth)
		s.Auth(auth)
		return nil
	}, `Auth of "/" is set twice`),

	options("address without a scheme", "localhost:3000", client.Options{}, `"localhost:3000"`, "looks like http://localhost:3000"),
	options("address with a path", "http://localhost/chat", client.Options{}, "must be a scheme and a host", "Options.Path", "Client.Of"),
	options("path", "http://localhost", client.Options{Path: "x"}, `Options.Path: "x" does not begin with a slash`),
	options("transport of a client", "http://localhost", client.Options{Transports: []string{"ws"}}, `Options.Transports: "ws" is not`),
	options("timeout", "http://localhost", client.Options{Timeout: -time.Second}, "Options.Timeout", "must not be negative: -1s"),
	options("jitter", "http://localhost", client.Options{Reconnect: client.Backoff{Jitter: 2}}, "Options.Reconnect", "Jitter not above 1"),

	peer("before Connect", func(_ context.Context, c *client.Client) error { return c.Emit("e") }, "disconnected", "Connect comes first"),
	peer("after Close", func(ctx context.Context, c *client.Client) error { return errors.Join(c.Close(ctx), c.Emit("e")) }, "closed", "after Close"),
	peer("reserved name of a client", func(_ context.Context, c *client.Client) error { return c.Emit("connect") }, "reserved event name: connect"),
	peer("no server", func(ctx context.Context, c *client.Client) error { return c.Connect(ctx) }, "client: connect: ", "connection refused"),
	peer("handler of a reserved name", func(_ context.Context, c *client.Client) error { c.On("connect", nil); return nil }, `"connect"`, "reserved"),

	redisConfig("no client", redis.Config{}, "Config.Client is missing", "*redis.Client"),
	redisConfig("another client", redis.Config{Client: goredis.NewRing(&goredis.RingOptions{})}, "*redis.Ring, not a *redis.Client"),
	redisConfig("mode", redis.Config{Client: absent(), Mode: 9}, "Config.Mode 9", "Classic, Sharded or Streams"),
	redisConfig("queue", redis.Config{Client: absent(), Queue: -3}, "Config.StreamCount", "Queue", "-3"),
	redisConfig("no Redis", redis.Config{Client: absent(), Timeout: 200 * time.Millisecond}, "no connection within Config.Timeout", "connection refused"),
}

// absent is a client of no Redis.
func absent() *goredis.Client { return goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:1"}) }

// TestMistakes has the table's errors say what it demands, in one line.
func TestMistakes(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			err := m.cause(t)
			require.Error(t, err)
			for _, part := range m.says {
				require.ErrorContains(t, err, part)
			}
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "rid=", "a secret of the session")
		})
	}
}
