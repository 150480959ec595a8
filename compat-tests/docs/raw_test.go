// raw_test.go: the raw clients of docs/raw-clients.md, and the frames that it shows.

package docs

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/engine"
)

// python is Debian's, whatever else is on the PATH: its packages are what is tested.
const python = "/usr/bin/python3"

type message struct {
	Room string `json:"room"`
	Text string `json:"text"`
}

const (
	join = everwire.RPC[string, int]("join")
	chat = everwire.Event[message]("chat")
)

// chatServer is that of docs/guides/testing.md.
func chatServer(t *testing.T, c everwire.Config) string {
	t.Helper()
	srv, err := everwire.New(c)
	require.NoError(t, err)
	everwire.Handle(srv, join, func(c *everwire.Ctx, room string) (int, error) {
		if err := c.Socket().Join(room); err != nil {
			return 0, err
		}
		return srv.To(room).CountSockets(c)
	})
	everwire.On(srv, chat, func(c *everwire.Ctx, m message) error { return chat.Emit(c.Socket().To(m.Room), m) })
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		require.NoError(t, srv.Shutdown(context.Background()))
		web.Close()
	})
	return web.URL
}

// TestRawClients has one of the programs join a room, the other one join it too and speak, and a client of ours speak to both. The
// heartbeat is short, so that they have to answer it.
func TestRawClients(t *testing.T) {
	needs(t, python)
	t.Parallel()
	var pings counter
	url := chatServer(t, everwire.Config{PingInterval: 100 * time.Millisecond, PingTimeout: time.Second, Observer: &pings})
	programs := map[string]*process{}
	for _, b := range blocksOf(t, "docs/raw-clients.md") {
		if b.lang != "python" {
			continue
		}
		require.LessOrEqual(t, strings.Count(b.text, "\n"), 36, "%v is to be short", b)
		file := filepath.Join(t.TempDir(), b.options["file"])
		write(t, file, []byte(b.text))
		p := start(t, ".", python, file, strings.Replace(url, "http", "ws", 1), "tea")
		programs[b.options["file"]] = p
		p.await(t, "in the room:")
	}
	require.Len(t, programs, 2)
	first, second := programs["with_websockets.py"], programs["with_tornado.py"]
	first.await(t, "in the room: 1\n")
	second.await(t, "in the room: 2\n")
	first.await(t, "chat {'room': 'tea', 'text': 'hello from tornado'}\n")

	// One program alone would need more time for these than the other one had to live without an answer.
	enough := pings.Load() + 40
	require.Eventually(t, func() bool { return pings.Load() > enough }, time.Minute, 10*time.Millisecond)
	c, err := client.New(url, client.Options{})
	require.NoError(t, err)
	require.NoError(t, c.Connect(t.Context()))
	require.NoError(t, chat.Emit(c, message{"tea", "are you there?"}))
	for _, p := range programs {
		p.await(t, "are you there?")
	}
	require.NoError(t, c.Close(t.Context()))
}

// A counter counts the packets that the server sends: while nobody speaks, pings.
type counter struct{ atomic.Int64 }

func (c *counter) Observe(e engine.Event) {
	if e.Kind == engine.Sent {
		c.Add(int64(e.Packets))
	}
}

// await waits until the program has said this.
func (p *process) await(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(p.output(), text) }, 30*time.Second, 10*time.Millisecond,
		"%v has not said %q", p.cmd.Args, text)
}

// TestBlocksOfPython demands that there is no program that TestRawClients does not run.
func TestBlocksOfPython(t *testing.T) {
	for _, b := range allBlocks(t) {
		if b.lang == "python" {
			require.Equal(t, "docs/raw-clients.md", b.file)
		}
	}
}
