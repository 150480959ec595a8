// bench_test.go: what an event costs, and a broadcast.

package sse_test

import (
	"testing"

	"github.com/everwire/everwire/transport/sse"
	"github.com/everwire/everwire/transport/transporttest"
)

const get = "GET /?EIO=4&transport=sse HTTP/1.1\r\nHost: x\r\n\r\n"

func BenchmarkFanOut1000(b *testing.B) {
	transporttest.BenchFanOut(b, sse.New(1_000_000), get, 1000)
}
