// main_test.go: the server answers as bench/FIXTURE.md demands, byte for byte.

package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// start runs a server until the test ends, which checks that it ends well.
func start(t *testing.T) (addr string) {
	t.Helper()
	t.Setenv("PING_INTERVAL", "5000")
	t.Setenv("PING_TIMEOUT", "4000")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	// The test's; ends with ctx.
	go func() { ended <- run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return l.Addr().String()
}

// client is a WebSocket that has joined the namespace.
type client struct {
	*testing.T
	ws *websocket.Conn
}

func dial(t *testing.T, addr string) client {
	t.Helper()
	header := http.Header{"Origin": {"http://" + addr}}
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/socket.io/?EIO=4&transport=websocket", header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	if err := ws.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	c := client{t, ws}
	opened := c.read(websocket.TextMessage)
	for _, want := range []string{`"pingInterval":5000`, `"pingTimeout":4000`, `"maxPayload":1000000`} {
		if !strings.HasPrefix(opened, "0{") || !strings.Contains(opened, want) {
			t.Fatalf("opened with %s, want %s in it", opened, want)
		}
	}
	c.write(websocket.TextMessage, "40")
	if joined := c.read(websocket.TextMessage); !strings.HasPrefix(joined, `40{"sid":"`) {
		t.Fatalf("joined with %s", joined)
	}
	return c
}

func (c client) write(kind int, s string) {
	c.Helper()
	if err := c.ws.WriteMessage(kind, []byte(s)); err != nil {
		c.Fatal(err)
	}
}

func (c client) read(kind int) string {
	c.Helper()
	k, b, err := c.ws.ReadMessage()
	if err != nil {
		c.Fatal(err)
	}
	if k != kind {
		c.Fatalf("message of type %d, want %d: %.100q", k, kind, b)
	}
	return string(b)
}

// exchange sends one text message and wants the answers.
func (c client) exchange(s string, answers ...string) {
	c.Helper()
	c.write(websocket.TextMessage, s)
	for _, want := range answers {
		if got := c.read(websocket.TextMessage); got != want {
			c.Fatalf("%s is answered with\n%s, want\n%s", s, got, want)
		}
	}
}

// payload is the load generator's.
const payload = `{"active":true,"id":123456,"name":"sensor-eu-west-1-0042","tags":["alpha","beta","gamma"],"value":21.5}`

func TestEcho(t *testing.T) {
	c := dial(t, start(t))
	c.exchange(`420["echo",`+payload+`]`, `430[`+payload+`]`)
	c.exchange(`4217["echo",`+payload+`]`, `4317[`+payload+`]`)
}

func TestBinaryEcho(t *testing.T) {
	c := dial(t, start(t))
	for _, size := range []int{1 << 10, 64 << 10} {
		data := strings.Repeat("\x00\x7f\xff4", size/4)
		c.write(websocket.TextMessage, `451-3["echobin",{"_placeholder":true,"num":0}]`)
		c.write(websocket.BinaryMessage, data)
		if got := c.read(websocket.TextMessage); got != `461-3[{"_placeholder":true,"num":0}]` {
			t.Fatalf("answer %s", got)
		}
		if got := c.read(websocket.BinaryMessage); got != data {
			t.Errorf("%d bytes come back as %d other ones", len(data), len(got))
		}
	}
}

func TestBroadcastReachesTheRoomWithItsSender(t *testing.T) {
	addr := start(t)
	a, b, outside := dial(t, addr), dial(t, addr), dial(t, addr)
	for _, c := range []client{a, b} {
		c.exchange(`420["join","r"]`, `430["ok"]`)
	}
	const message = `{"p":"abcdefgh","s":1203}`
	a.exchange(`42["bcast","r",`+message+`]`, `42["msg",`+message+`]`)
	if got := b.read(websocket.TextMessage); got != `42["msg",`+message+`]` {
		t.Errorf("member got %s", got)
	}
	outside.exchange(`421["echo",`+payload+`]`, `431[`+payload+`]`) // and no message before
}

func TestPolling(t *testing.T) {
	addr := start(t)
	url := "http://" + addr + "/socket.io/?EIO=4&transport=polling"
	opened := get(t, url)
	var handshake struct {
		SID string `json:"sid"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(opened, "0")), &handshake); err != nil {
		t.Fatalf("%s: %v", opened, err)
	}
	url += "&sid=" + handshake.SID
	post(t, url, "40")
	if joined := get(t, url); !strings.HasPrefix(joined, `40{"sid":"`) {
		t.Fatalf("joined with %s", joined)
	}
	post(t, url, `420["echo",`+payload+"]\x1e421[\"echo\","+payload+"]")
	want := []string{`430[` + payload + `]`, `431[` + payload + `]`}
	var got []string
	for len(got) < len(want) { // a poll may come before the second answer is there
		got = append(got, strings.Split(get(t, url), "\x1e")...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("answers\n%q, want\n%q", got, want)
	}
}

func TestDebugPages(t *testing.T) {
	addr := start(t)
	var m map[string]float64
	if err := json.Unmarshal([]byte(get(t, "http://"+addr+"/debug/mem")), &m); err != nil {
		t.Fatal(err)
	}
	if m["heap_alloc"] <= 0 || m["goroutines"] <= 0 {
		t.Errorf("memory is %v", m)
	}
	if page := get(t, "http://"+addr+"/debug/pprof/goroutine?debug=1"); !strings.Contains(page, "goroutine profile:") {
		t.Errorf("profile is %.100q", page)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, r)
}

func post(t *testing.T, url, text string) {
	t.Helper()
	r, err := http.Post(url, "text/plain;charset=UTF-8", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, r); got != "ok" {
		t.Fatalf("POST answered with %q", got)
	}
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", r.StatusCode, b)
	}
	return string(b)
}
