// wire_linux_test.go: frames, HTTP answers and latencies.

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestAppendFrame has gorilla, which shares no code with the generator, read what it sends.
func TestAppendFrame(t *testing.T) {
	for _, n := range []int{0, 1, 3, 7, 8, 12, 125, 126, 1 << 10, 65535, 65536} {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(i * 31)
		}
		c := serverSide(t, appendFrame(nil, opBinary, p))
		op, got, err := c.ReadMessage()
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if op != opBinary || !bytes.Equal(got, p) {
			t.Errorf("%d bytes come as %d other bytes, opcode %d", n, len(got), op)
		}
	}
}

func TestParseFrame(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 65535, 65536} {
		p := bytes.Repeat([]byte{'x'}, n)
		b := unmasked(opText, p)
		f, size, err := parseFrame(append(bytes.Clone(b), "next"...))
		if err != nil || size != len(b) || f.op != opText || !f.final || !bytes.Equal(f.payload, p) {
			t.Errorf("%d bytes: %d of %d read, opcode %d, %v", n, size, len(b), f.op, err)
		}
		for cut := range min(len(b), 12) {
			if _, size, err := parseFrame(b[:cut]); size != 0 || err != nil {
				t.Errorf("%d bytes cut at %d: size %d, %v", n, cut, size, err)
			}
		}
	}
	if _, _, err := parseFrame(appendFrame(nil, opText, []byte("x"))); err == nil {
		t.Error("a masked frame was accepted")
	}
}

func unmasked(op byte, p []byte) []byte {
	b := appendFrame(nil, op, nil)[:2]
	b[1] = 0
	switch n := len(p); {
	case n < 126:
		b[1] = byte(n)
	case n < 65536:
		b[1] = 126
		b = append(b, byte(n>>8), byte(n))
	default:
		b[1] = 127
		b = append(b, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, p...)
}

func TestParseAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		wire, body string
		status     int
	}{
		"length":        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", 200},
		"lower case":    {"HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello", "hello", 200},
		"no body":       {"HTTP/1.1 400 Bad Request\r\nDate: x\r\n\r\n", "", 400},
		"chunks":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello", 200},
		"length, chunk": {"HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", "0123456789", 200},
	} {
		status, body, size, err := parseAnswer([]byte(c.wire + "HTTP/1.1 200"))
		if err != nil || status != c.status || string(body) != c.body || size != len(c.wire) {
			t.Errorf("%s: status %d, body %q, %d of %d bytes, %v", name, status, body, size, len(c.wire), err)
		}
		for cut := range len(c.wire) {
			if _, _, size, err := parseAnswer([]byte(c.wire[:cut])); size != 0 || err != nil {
				t.Errorf("%s cut at %d: size %d, %v", name, cut, size, err)
			}
		}
	}
}

func TestParseAnswerRefuses(t *testing.T) {
	for _, wire := range []string{
		"HTTP\r\n\r\n", "HTTP/1.1 two OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
	} {
		if _, _, _, err := parseAnswer([]byte(wire)); err == nil {
			t.Errorf("%q accepted", wire)
		}
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	if q := h.quantile(.5); q != 0 {
		t.Errorf("the median of nothing is %v", q)
	}
	for i := range 1000 {
		h.add(int64(i+1) * 1000)
	}
	for q, want := range map[float64]float64{.5: 500, .99: 990, 0: 1} {
		if got := h.quantile(q); math.Abs(got-want) > want*.032 {
			t.Errorf("quantile %v is %v µs, want %v", q, got, want)
		}
	}
}

func TestHistogramBuckets(t *testing.T) {
	for _, v := range []uint64{0, 1, 63, 64, 65, 1000, 123456789, math.MaxInt64} {
		m := float64(middle(bucket(v)))
		if math.Abs(m-float64(v)) > float64(v)*.032 {
			t.Errorf("%d falls into the bucket around %v", v, m)
		}
	}
}

func TestParseSequence(t *testing.T) {
	args := fmt.Sprintf(`["msg",{"p":"%s","s":1203}]`, strings.Repeat("x", 80))
	if v, ok := parseSequence([]byte(args)); !ok || v != 1203 {
		t.Errorf("sequence is %d, %v", v, ok)
	}
	if _, ok := parseSequence([]byte(`["msg",{"s":"x"}]`)); ok {
		t.Error("found a sequence where there is none")
	}
}

// serverSide is a WebSocket whose client has sent the upgrade and then b.
func serverSide(t *testing.T, b []byte) *websocket.Conn {
	t.Helper()
	in := bufio.NewReader(bytes.NewReader(append(appendUpgrade(nil, 80, ""), b...)))
	r, err := http.ReadRequest(in)
	if err != nil {
		t.Fatal(err)
	}
	c, err := new(websocket.Upgrader).Upgrade(&hijacked{in: in}, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hijacked is a connection that reads from in and writes to nowhere.
type hijacked struct {
	net.Conn // nil: what is not below is not called
	http.ResponseWriter
	in *bufio.Reader
}

func (h *hijacked) Header() http.Header           { return http.Header{} }
func (h *hijacked) Write(p []byte) (int, error)   { return len(p), nil }
func (h *hijacked) Read(p []byte) (int, error)    { return h.in.Read(p) }
func (h *hijacked) Close() error                  { return nil }
func (h *hijacked) SetDeadline(_ time.Time) error { return nil }

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	// The upgrade refuses a client that sends before the answer, so the frames stay behind the connection.
	return h, bufio.NewReadWriter(bufio.NewReader(strings.NewReader("")), bufio.NewWriter(io.Discard)), nil
}
