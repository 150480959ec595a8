// http_test.go: a real http.Server with Gin and gorilla over the network, and that a seed repeats itself.

package sim

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echoServer answers POSTs, streams and WebSockets.
func echoServer() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.POST("/echo", func(c *gin.Context) {
		body, err := io.ReadAll(c.Request.Body)
		if err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		c.Data(http.StatusOK, "text/plain", body)
	})
	router.GET("/stream", func(c *gin.Context) {
		for i := range 30 {
			if _, err := fmt.Fprintf(c.Writer, "data: %d\n\n", i); err != nil {
				return
			}
			c.Writer.Flush()
			if sleep(c.Request.Context(), 100*ms) != nil {
				return
			}
		}
	})
	upgrader := websocket.Upgrader{}
	router.GET("/ws", func(c *gin.Context) {
		ws, err := upgrader.Upgrade(c.Writer, c.Request, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for ws.SetReadDeadline(time.Now().Add(45*time.Second)) == nil {
			kind, data, err := ws.ReadMessage()
			if err != nil || ws.WriteMessage(kind, data) != nil {
				return
			}
		}
	})
	return router
}

// echoClient does this and that for as long as it is told.
type echoClient struct {
	name string
	net  *Net
	rng  *rand.Rand
	log  []string
	ok   map[string]int
}

func (c *echoClient) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return c.net.Dial(ctx, c.name, "server")
}

func (c *echoClient) run(ctx context.Context) {
	via := &http.Transport{DialContext: c.dial}
	defer via.CloseIdleConnections()
	for sleep(ctx, randUpTo(c.rng, 2*time.Second)) == nil {
		what := []string{"post", "stream", "ws"}[c.rng.IntN(3)]
		text := strings.Repeat("x", c.rng.IntN(3000))
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second+randUpTo(c.rng, 5*time.Second))
		var got int
		var err error
		switch what {
		case "post":
			got, err = c.post(ctx, via, text)
		case "stream":
			got, err = c.stream(ctx, via)
		case "ws":
			got, err = c.ws(ctx, text)
		}
		cancel()
		if err == nil {
			c.ok[what]++
		}
		c.log = append(c.log, fmt.Sprintf("%v %s %s: %d, %v", time.Since(c.net.journal.began), c.name, what, got, err != nil))
	}
}

func (c *echoClient) post(ctx context.Context, via http.RoundTripper, text string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", "http://server/echo", strings.NewReader(text))
	if err != nil {
		return 0, err
	}
	res, err := via.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err == nil && string(got) != text {
		err = fmt.Errorf("%d bytes came back, other than the %d sent", len(got), len(text))
		panic(err)
	}
	return len(got), err
}

func (c *echoClient) stream(ctx context.Context, via http.RoundTripper) (lines int, err error) {
	req, err := http.NewRequestWithContext(ctx, "GET", "http://server/stream", nil)
	if err != nil {
		return 0, err
	}
	res, err := via.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	s := bufio.NewScanner(res.Body)
	for s.Scan() {
		lines++
	}
	return lines, s.Err()
}

func (c *echoClient) ws(ctx context.Context, text string) (n int, err error) {
	d := websocket.Dialer{NetDialContext: c.dial}
	ws, _, err := d.DialContext(ctx, "ws://server/ws", nil)
	if err != nil {
		return 0, err
	}
	defer ws.Close()
	for ; n < 20; n++ {
		if err := ws.WriteMessage(websocket.BinaryMessage, []byte(text)); err != nil {
			return n, err
		}
		if err := ws.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			return n, err
		}
		_, data, err := ws.ReadMessage()
		if err != nil {
			return n, err
		}
		if !bytes.Equal(data, []byte(text)) {
			panic("other bytes came back")
		}
	}
	return n, nil
}

// echo runs ten clients for a minute of storm, and returns all that happened.
func echo(t *testing.T, seed uint64) (trace string, counts Counts, ok map[string]int) {
	ok = map[string]int{}
	cryptotest.SetGlobalRandom(t, seed)
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Seed: seed, Weather: Storm(), Until: time.Hour, Trace: true})
		web := &http.Server{Handler: echoServer(), ErrorLog: log.New(io.Discard, "", 0)}
		web.SetKeepAlivesEnabled(false)
		l := n.Listen("server")
		var wg, serving sync.WaitGroup
		// The server's; ends when it is closed.
		serving.Go(func() { assert.ErrorIs(t, web.Serve(l), http.ErrServerClosed) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var clients []*echoClient
		for i := range 10 {
			c := &echoClient{name: fmt.Sprintf("client%d", i), net: n, rng: rand.New(rand.NewPCG(seed, uint64(i))), ok: map[string]int{}}
			clients = append(clients, c)
			// The test's; ends with ctx.
			wg.Go(func() { c.run(ctx) })
		}
		for range 3 {
			pass(12 * time.Second)
			n.Pause("server", 3*time.Second)
		}
		wg.Wait()
		require.NoError(t, web.Close())
		serving.Wait()
		pass(time.Minute) // WebSockets that were swallowed come to their deadlines
		var b strings.Builder
		for _, e := range n.Events() {
			fmt.Fprintln(&b, e)
		}
		for _, c := range clients {
			b.WriteString(strings.Join(c.log, "\n"))
			for what, n := range c.ok {
				ok[what] += n
			}
		}
		trace, counts = b.String(), n.Counts()
	})
	return trace, counts, ok
}

// TestSeedsRepeatThemselves runs a seed 15 times, on one processor and on two.
func TestSeedsRepeatThemselves(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	first, counts, ok := echo(t, 1)
	for _, what := range []string{"post", "stream", "ws"} {
		assert.Greater(t, ok[what], 10, "too few that succeed with %s", what)
	}
	for k, n := range counts {
		assert.Positive(t, n, "no %v", Kind(k))
	}
	t.Logf("%d lines a trace; faults %v", strings.Count(first, "\n"), counts)
	other, _, _ := echo(t, 2)
	assert.NotEqual(t, first, other)
	for run := range 14 {
		runtime.GOMAXPROCS(1 + run%2)
		trace, _, _ := echo(t, 1)
		require.Empty(t, difference(first, trace), "run %d", run)
	}
}

// difference is empty, or the first lines that differ.
func difference(a, b string) string {
	if a == b {
		return ""
	}
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(x), len(y))
}
