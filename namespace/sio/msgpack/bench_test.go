// bench_test.go: what ordinary traffic costs.

package msgpack_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
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
	inRooms   = sio.Header{Type: sio.Event, Namespace: "/rooms", Event: "chat"}
)

func chatMessage(t testing.TB) []byte {
	packets, err := msgpack.Codec{}.Encode(nil, inRooms, chatValue)
	require.NoError(t, err)
	return packets[0].Data
}

// Allocations of steady traffic, counted as in package sio.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	d := msgpack.Codec{}.NewDecoder()
	decoded := func(message []byte) float64 {
		p := eio.Binary(message)
		return testing.AllocsPerRun(100, func() {
			_, _, err := d.Decode(p)
			require.NoError(t, err)
		})
	}
	packets, err := msgpack.Codec{}.Encode(nil, inRooms)
	require.NoError(t, err)
	assert.Equal(t, 2.0, decoded(chatMessage(t)), "the body and its bytes")
	assert.Equal(t, 0.0, decoded(packets[0].Data))

	encoded := func(args ...any) float64 {
		return testing.AllocsPerRun(100, func() {
			_, err := msgpack.Codec{}.Encode(nil, inRooms, args...)
			require.NoError(t, err)
		})
	}
	assert.Equal(t, 2.0, encoded("hello"), "the packets and the message")
	assert.Equal(t, 2.0, encoded([]byte("data"), 1, nil))
	assert.LessOrEqual(t, encoded(chatValue), 3.0, "and the text of a number")

	ordinary := again(t, withID(header(sio.Ack, "/", ""), 1), map[string]any{"name": "n"}).Body
	assert.Zero(t, testing.AllocsPerRun(100, func() { sio.AckError(ordinary) }))
}

func BenchmarkDecodeEvent(b *testing.B) {
	d := msgpack.Codec{}.NewDecoder()
	p := eio.Binary(chatMessage(b))
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
		{"bytes", kib},
		{"structBytes", &file{"n", kib}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			args := []any{bench.arg}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = msgpack.Codec{}.Encode(nil, inRooms, args...)
			}
		})
	}
}

func BenchmarkBind(b *testing.B) {
	body := decodeBytes(b, chatMessage(b)).Body
	binary := again(b, event("e"), &file{"n", bytes.Repeat([]byte("x"), 1024)}).Body
	b.Run("struct", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var c chat
			_ = body.Bind(0, &c)
		}
	})
	b.Run("any", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v any
			_ = body.Bind(0, &v)
		}
	})
	b.Run("structBytes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var f file
			_ = binary.Bind(0, &f)
		}
	})
}
