// fuzz_test.go: whatever can be published.

package cluster_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
)

// FuzzReceive gives a node whatever can be published: it stays, and still answers.
func FuzzReceive(f *testing.F) {
	for _, s := range []string{
		`{"uid":"n1","nsp":"/","type":1}`, `{"uid":"n1","nsp":"/","type":2,"at":7}`, `{"uid":"n1","nsp":"/","type":13}`,
		`{"uid":"n1","nsp":"/","type":3,"n":[3,9],"copy":4,"data":{"opts":{"rooms":["r","r",""],"except":[],"flags":{}},"packet":{"type":2,"data":["x"],"nsp":"/"}}}`,
		`{"uid":"n1","nsp":"/","type":3,"packed":true,"n":[9223372036854775807],"data":{"opts":{"rooms":["_w"],"except":[],"flags":{}},"packet":{"type":2,"data":["x"]}}}`,
		`{"uid":"n1","nsp":"/","type":7,"data":{"opts":{"rooms":[]},"requestId":"q"}}`,
		`{"uid":"emitter-1","nsp":"/","type":9,"data":{"packet":["x"]}}`,
		"\x80\x04\x95", "\x84\xa3uid\xa2n1\xa3nsp\xa1/\xa4type\x01\xa1n\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		synctest.Test(t, func(t *testing.T) {
			var bus memory.Bus
			m := newMember(t, &bus, cluster.Config{})
			m.follow("r")
			synctest.Wait()
			for topic := range m.heard {
				if err := bus.Publish(context.Background(), topic, payload); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			for _, op := range m.ops {
				if op.Event.Args == nil && op.Rooms == nil && op.Change == nil && op.Kind == adapter.Broadcast && op.Event.Event == "" {
					t.Fatal("an operation without anything")
				}
			}
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
		})
	})
}
