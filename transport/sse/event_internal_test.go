// event_internal_test.go: events as they stand on a connection of our own.

package sse

import (
	"math"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// batchOf is a batch with one message.
func batchOf(text string) *engine.Batch {
	return &engine.Batch{Last: 7, Messages: []*engine.Message{engine.NewMessage(eio.Text([]byte(text)))}}
}

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		name    string
		chunked bool
		left    int64
		batch   *engine.Batch
		want    string
		last    bool
	}{
		{"nothing", true, 99, &engine.Batch{}, "", false},
		{"event", true, 99, batchOf("x"), "10\r\nid: 7\ndata: 4x\n\n\r\n", false},
		{"event over HTTP/1.0", false, 99, batchOf("x"), "id: 7\ndata: 4x\n\n", false},
		{"the last that the stream may carry", true, 16, batchOf("x"), "10\r\nid: 7\ndata: 4x\n\n\r\n0\r\n\r\n", true},
		{"the last over HTTP/1.0", false, 16, batchOf("x"), "id: 7\ndata: 4x\n\n", true},
		{"end of the session", true, 99, &engine.Batch{Last: 7, End: eio.Close}, "f\r\nid: 7\ndata: 1\n\n\r\n0\r\n\r\n", true},
		{"end of the connection", true, 99, &engine.Batch{Last: 7, End: eio.Close, Code: 4000}, "0\r\n\r\n", true},
		{"end of the connection over HTTP/1.0", false, 99, &engine.Batch{Last: 7, End: eio.Close, Code: 4000}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := &conn{t: New(1), chunked: c.chunked, left: c.left}
			got, last := own.Append([]byte("before "), c.batch)
			require.Equal(t, "before "+c.want, string(got))
			require.Equal(t, c.last, last)
		})
	}
}

// The runtime has memory of 96, 112 and 128 bytes: a little more here is a lot more for
// each stream.
func TestSizeOfConnection(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(conn{}), uintptr(112))
}

func BenchmarkEvent(b *testing.B) {
	c := &conn{t: New(1), chunked: true, left: math.MaxInt64, ends: time.Hour}
	batch := batchOf(`2["message",{"from":"ann","text":"hello"}]`)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = c.Append(buf[:0], batch)
	}
}
