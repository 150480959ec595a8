// bench_test.go: what a polling payload costs.

package eio_test

import (
	"testing"

	"github.com/everwire/everwire/engine/eio"
)

// eight is a payload as a busy session has it.
var eight = func() (packets []eio.Packet) {
	for range 7 {
		packets = append(packets, eio.Text([]byte(`2["message",{"from":"ann","text":"hello"}]`)))
	}
	return append(packets, eio.Binary(make([]byte, 64)))
}()

func BenchmarkAppendPayload(b *testing.B) {
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = buf[:0]
		for _, p := range eight {
			buf = eio.AppendPayload(buf, 0, p)
		}
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkPackets(b *testing.B) {
	payload := encode(eight)
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range eio.Packets(payload) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != len(eight) {
			b.Fatal(n)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(`42["message",{"from":"ann","text":"hello"}]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eio.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
