// matrix_test.go: every operation from each kind of node to each, in every mode.

package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/compat-tests/interop"
)

// modes are the official adapters by what official.mjs calls them.
var modes = []struct {
	name   string
	config redis.Config
}{
	{"classic", redis.Config{}},
	{"static", redis.Config{Mode: redis.Sharded, Subscriptions: redis.Static}},
	{"dynamic", redis.Config{Mode: redis.Sharded}},
	{"dynamic-private", redis.Config{Mode: redis.Sharded, Subscriptions: redis.DynamicPrivate}},
	{"streams", redis.Config{Mode: redis.Streams}},
}

func TestMixedCluster(t *testing.T) {
	interop.NeedsNode(t, "socket.io", "socket.io-client", "@socket.io/redis-adapter", "@socket.io/redis-streams-adapter", "@socket.io/redis-emitter", "redis")
	address := startRedis(t)
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			client := goredis.NewClient(&goredis.Options{Addr: address, DisableIdentity: true})
			t.Cleanup(func() { require.NoError(t, client.Close()) })
			c := mode.config
			c.Client, c.Prefix, c.Logger = client, "mixed-"+mode.name, slog.New(slog.DiscardHandler)
			official := startOfficial(t, mode.name, address, c.Prefix)
			run(t, mode.name, official, startNode(t, "one", c), startNode(t, "two", c))
		})
	}
}

// startOfficial starts the official server, which ends with the test.
func startOfficial(t *testing.T, mode, address, prefix string) (url string) {
	t.Helper()
	_, port, _ := strings.Cut(address, ":")
	return interop.Start(t, 1, "official.mjs", mode, port, prefix)[0]
}

// cell is what an operation came to.
type cell struct {
	Operation, Way, Form, Error string
}

// run runs the operations, prints the matrix and fails the test for each red cell.
func run(t *testing.T, mode string, urls ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var cells []cell
	program := interop.Node("matrix.mjs", append([]string{mode}, urls...)...)
	err := program.Lines(ctx, func(line []byte) {
		var c cell
		if err := json.Unmarshal(line, &c); err != nil {
			c = cell{Operation: "output of the program", Error: string(line)}
		}
		cells = append(cells, c)
	})
	require.NoError(t, err)
	t.Log(matrix(cells))
	require.Greater(t, len(cells), 50)
	for _, c := range cells {
		if c.Error != "" {
			t.Errorf("FAILED %s, %s, %s: %s", c.Operation, c.Way, c.Form, c.Error)
		}
	}
}

// matrix is the cells as a table of operations by ways and forms.
func matrix(cells []cell) string {
	var rows, columns []string
	results := map[[2]string]string{}
	add := func(list []string, name string) []string {
		if slices.Contains(list, name) {
			return list
		}
		return append(list, name)
	}
	red := 0
	for _, c := range cells {
		column := c.Way + " " + c.Form
		rows, columns = add(rows, c.Operation), add(columns, column)
		results[[2]string{c.Operation, column}] = "ok"
		if c.Error != "" {
			results[[2]string{c.Operation, column}] = "FAILED"
			red++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-20s", "")
	for _, column := range columns {
		fmt.Fprintf(&b, "  %s", column)
	}
	for _, row := range rows {
		fmt.Fprintf(&b, "\n%-20s", row)
		for _, column := range columns {
			fmt.Fprintf(&b, "  %-*s", len([]rune(column)), results[[2]string{row, column}])
		}
	}
	fmt.Fprintf(&b, "\n%d cells, %d red\n", len(cells), red)
	return b.String()
}
