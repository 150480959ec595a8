// bench_test.go: what ordinary traffic costs.

package sio_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

type chat struct {
	Room string   `json:"room"`
	From string   `json:"from"`
	Text string   `json:"text"`
	At   int64    `json:"at"`
	Tags []string `json:"tags,omitempty"`
}

var (
	chatValue = &chat{Room: "lobby", From: "ann", Text: "Hello, world! How are you today?", At: 1700000000000, Tags: []string{"a", "b"}}
	chatText  = []byte(`2/rooms,["chat",{"room":"lobby","from":"ann","text":"Hello, world! How are you today?","at":1700000000000,"tags":["a","b"]}]`)
)

// Allocations of steady traffic. They are counted, not estimated, because a
// server with many silent sockets and a few loud ones spends its time here.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	d := sio.JSON{}.NewDecoder()
	decoded := func(text string) float64 {
		p := eio.Text([]byte(text))
		return testing.AllocsPerRun(100, func() {
			_, _, err := d.Decode(p)
			require.NoError(t, err)
		})
	}
	assert.Equal(t, 2.0, decoded(string(chatText)), "the body and its text")
	assert.Equal(t, 0.0, decoded(`2/rooms,["chat"]`))
	assert.Equal(t, 0.0, decoded(`1/rooms`))

	encoded := func(args ...any) float64 {
		h := sio.Header{Type: sio.Event, Namespace: "/rooms", Event: "chat"}
		return testing.AllocsPerRun(100, func() {
			_, err := sio.JSON{}.Encode(nil, h, args...)
			require.NoError(t, err)
		})
	}
	assert.Equal(t, 2.0, encoded("hello"), "the packets and the text")
	assert.Equal(t, 2.0, encoded(chatValue))
	assert.LessOrEqual(t, encoded(*chatValue), 3.0)
	assert.Equal(t, 3.0, encoded([]byte("data")), "and the attachment")

	ordinary, failure := decode(t, string(`37[{"name":"n"}]`)).Body, decode(t, `37[]`).Body
	assert.Zero(t, testing.AllocsPerRun(100, func() { sio.AckError(ordinary); sio.AckError(failure) }))
}

func BenchmarkScan(b *testing.B) {
	text := []byte(`{"list":[` + strings.TrimSuffix(strings.Repeat(`{"id":12345,"name":"some name","on":true},`, 1000), ",") + `]}`)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		sio.Scan(text)
	}
}

func BenchmarkDecodeEvent(b *testing.B) {
	d := sio.JSON{}.NewDecoder()
	p := eio.Text(chatText)
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = d.Decode(p)
	}
}

func BenchmarkEncode(b *testing.B) {
	kib := bytes.Repeat([]byte("x"), 1024)
	for _, bench := range []struct {
		name string
		arg  any
	}{
		{"string", "Hello, world!"},
		{"struct", chatValue},
		{"map", map[string]any{"room": "lobby", "from": "ann", "at": 1.5, "tags": []any{"a", "b"}}},
		{"attachment", kib},
		{"structAttachment", &file{"n", kib}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			args := []any{bench.arg}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = sio.JSON{}.Encode(nil, event("chat"), args...)
			}
		})
	}
}

func BenchmarkBind(b *testing.B) {
	body := decode(b, string(chatText)).Body
	binary := decode(b, `51-["e",{"name":"n","data":`+slot0+`}]`, "x").Body
	b.Run("struct", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var c chat
			_ = body.Bind(0, &c)
		}
	})
	b.Run("string", func(b *testing.B) {
		hello := decode(b, `2["chat","Hello, world!"]`).Body
		b.ReportAllocs()
		for b.Loop() {
			var s string
			_ = hello.Bind(0, &s)
		}
	})
	b.Run("any", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v any
			_ = body.Bind(0, &v)
		}
	})
	b.Run("structAttachment", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var f file
			_ = binary.Bind(0, &f)
		}
	})
}
