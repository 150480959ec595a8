// pure_internal_test.go: tables for what needs no server: numbers, streams, waits.

package client

import (
	"bufio"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

func TestBackoff(t *testing.T) {
	var b Backoff
	require.NoError(t, b.fill())
	for _, c := range []struct {
		n      int
		random float64
		want   time.Duration
	}{
		{0, 0.5, time.Second}, {1, 0.5, 2 * time.Second}, {2, 0.5, 4 * time.Second}, {3, 0.5, 5 * time.Second}, {1000, 0.5, 5 * time.Second},
		{0, 0, time.Second / 2}, {0, 0.75, 1250 * time.Millisecond}, {2, 0.99, 5 * time.Second}, {3, 0, 4 * time.Second},
	} {
		require.Equal(t, c.want, b.delay(c.n, c.random), "%d %v", c.n, c.random)
	}
	b = Backoff{Min: time.Second, Jitter: -1}
	require.NoError(t, b.fill())
	require.Equal(t, time.Second, b.delay(0, 0.9))
	require.Error(t, (&Backoff{Jitter: 2}).fill())
}

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "7": 7, "007": 7, "9007199254740991": maxNumber} {
		n, err := parseNumber([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, n)
	}
	for _, text := range []string{"", "-1", "+1", " 1", "1.0", "x", "9007199254740992", "00000000000000001"} {
		_, err := parseNumber([]byte(text))
		require.Error(t, err, text)
	}
}

func TestParsePayload(t *testing.T) {
	packets, err := parsePayload([]byte("712\x1e4x\x1ebAQ=="))
	require.NoError(t, err)
	require.Equal(t, []eio.Packet{{Type: ack, Data: []byte("12")}, eio.Text([]byte("x")), eio.Binary([]byte{1})}, packets)
	for _, bad := range []string{"", "4\x1e", "x", "b="} {
		_, err := parsePayload([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestParseOpen(t *testing.T) {
	o, err := parseOpen([]byte(`{"sid":"s","pingInterval":1,"pingTimeout":2,"maxPayload":3,"c":1,"resume":{"buffer":4,"transports":["sse"],"ack":5,"from":6}}`))
	require.NoError(t, err)
	require.Equal(t, open{"s", 1, 2, 3, 1, &openResume{4, []string{"sse"}, 5, 6}}, o)
	for _, bad := range []string{"", "null", "{}", `{"sid":"s"}`, `{"sid":"s","pingInterval":1,"pingTimeout":0}`,
		`{"sid":"s","pingInterval":9e9,"pingTimeout":1}`, `{"sid":"s","pingInterval":1,"pingTimeout":1,"resume":{"ack":-1}}`} {
		_, err := parseOpen([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]int64{`{"retry":0}`: 0, `{"retry":1500}`: 1500, "": -1, "{}": -1, `{"retry":-1}`: -1, `{"retry":99999999}`: -1, "x": -1} {
		ms, ok := retryAfter([]byte(text))
		require.Equal(t, want >= 0, ok, text)
		require.Equal(t, max(want, 0), ms, text)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   error
	}{
		{400, `{"code":1,"message":"Session ID unknown"}`, errUnknown},
		{400, `{"code":3,"message":"superseded"}`, errSuperseded},
		{400, `{"code":3,"message":"Bad request"}`, nil},
		{400, `{"code":0,"message":"Transport unknown"}`, nil},
		{404, `{"code":1,"message":"Session ID unknown"}`, nil},
		{400, "<html>", nil},
	} {
		err := refused(c.status, []byte(c.body))
		if c.want != nil {
			require.Equal(t, c.want, err)
			continue
		}
		require.IsType(t, &lost{}, err, c.body)
	}
}

func TestEventReader(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []streamEvent
		err    error
	}{
		"message":        {"id: 3\ndata: 4x\n\n", []streamEvent{{"", 3, []byte("4x")}}, io.EOF},
		"CRLF":           {"id: 3\r\ndata: 4x\r\n\r\n", []streamEvent{{"", 3, []byte("4x")}}, io.EOF},
		"ID stays":       {"id: 3\ndata:a\n\ndata:b\n\n", []streamEvent{{"", 3, []byte("a")}, {"", 3, []byte("b")}}, io.EOF},
		"ID without":     {"id: 3\n\ndata:a\n\n", []streamEvent{{"", 3, []byte("a")}}, io.EOF},
		"lines":          {"data: a\ndata: b\ndata\n\n", []streamEvent{{"", 0, []byte("a\nb\n")}}, io.EOF},
		"named":          {"event: e\ndata: \"a\"\n\ndata: b\n\n", []streamEvent{{"e", 0, []byte(`"a"`)}, {"", 0, []byte("b")}}, io.EOF},
		"comments":       {": hello\n\n:\ndata: a\n:\n\n", []streamEvent{{"", 0, []byte("a")}}, io.EOF},
		"no data":        {"event: e\n\ndata: a\n\n", []streamEvent{{"", 0, []byte("a")}}, io.EOF},
		"one space":      {"data:  a\n\n", []streamEvent{{"", 0, []byte(" a")}}, io.EOF},
		"unknown fields": {"retry: 5\nfoo\ndata: a\n\n", []streamEvent{{"", 0, []byte("a")}}, io.EOF},
		"half an event":  {"data: a\n", nil, io.EOF},
		"half a line":    {"data: a\n\ndata: b", []streamEvent{{"", 0, []byte("a")}}, io.EOF},
		"bad ID":         {"id: x\n", nil, errID},
		"long":           {"data: " + strings.Repeat("x", 100_000) + "\n\n", []streamEvent{{"", 0, []byte(strings.Repeat("x", 100_000))}}, io.EOF},
		"too long":       {"data: " + strings.Repeat("x", maxIncoming), nil, errLine},
		"too many":       {strings.Repeat("data: "+strings.Repeat("x", maxIncoming/3)+"\n", 4), nil, errLine},
	} {
		t.Run(name, func(t *testing.T) {
			r := eventReader{r: bufio.NewReader(strings.NewReader(c.stream))}
			for _, want := range c.want {
				e, err := r.next()
				require.NoError(t, err)
				require.Equal(t, want, e)
			}
			_, err := r.next()
			require.Equal(t, c.err, err)
		})
	}
}

func TestOutbox(t *testing.T) {
	var o outbox
	unit := func(texts ...string) *unit {
		var packets []eio.Packet
		for _, s := range texts {
			packets = append(packets, eio.Text([]byte(s)))
		}
		return newUnit(nil, packets)
	}
	o.add(unit("a", "bc"))
	o.add(unit("d"))
	require.Equal(t, outbox{0, 3, unit("a", "bc", "d").packets, 7}, o)
	require.False(t, o.trim(0))
	require.True(t, o.trim(2))
	require.False(t, o.trim(1), "older")
	require.Equal(t, outbox{2, 3, unit("d").packets, 2}, o)
	require.Empty(t, o.from(3))
	o.add(unit("e"))
	require.Equal(t, unit("d", "e").packets, o.from(2))
	require.True(t, o.trim(4))
	require.Equal(t, outbox{4, 4, nil, 0}, o)
}

// Deadlines of one instant come in the order in which they were set.
func TestTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []int
		ts := timers{mu: &mu}
		set := func(d time.Duration, n int) *timer { return ts.after(d, func() { got = append(got, n) }) }
		mu.Lock()
		set(3*time.Second, 4)
		stopped := set(time.Second, 0)
		for i := range 3 {
			set(2*time.Second, 1+i)
		}
		ts.after(3*time.Second, func() { set(0, 5) })
		stopped.stop()
		stopped.stop()
		require.False(t, stopped.pending())
		(*timer)(nil).stop()
		mu.Unlock()
		time.Sleep(10 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, []int{1, 2, 3, 4, 5}, got)
		set(time.Second, 6)
		ts.clear()
	})
}

func TestNew(t *testing.T) {
	for _, good := range []string{"http://x", "https://x:1/", "ws://x", "wss://[::1]:3000", "http://x?a=b"} {
		_, err := New(good, Options{})
		require.NoError(t, err, good)
	}
	for _, bad := range []string{"", "x", "ftp://x", "http://", "http://x/admin", "http://u:p@x", "http://%"} {
		_, err := New(bad, Options{})
		require.Error(t, err, bad)
	}
	for _, bad := range []Options{{Timeout: -1}, {Buffer: -1}, {CallTimeout: -1}, {Transports: []string{"x"}}, {Path: "x"}, {Reconnect: Backoff{Min: -1}}} {
		_, err := New("http://x", bad)
		require.Error(t, err, "%+v", bad)
	}
	c, err := New("wss://x?token=1", Options{Path: "/live"})
	require.NoError(t, err)
	require.Equal(t, "https://x/live/?EIO=4&token=1", c.url("EIO=4"))
	for _, bad := range []any{7, "x", []int{1}, func() {}} {
		require.Error(t, c.Of("/x", nil).c.Of("/bad", bad).Connect(context.Background()), "%T", bad)
		c.sockets = c.sockets[:1]
	}
	require.Panics(t, func() { c.On("disconnect", nil) })
}
