// proxy_test.go: whose turn it is, and where a page is connected.

package app

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTurns(t *testing.T) {
	f := newFleet("", "", func() {})
	turns := func(n int) (all string) {
		for turn := range uint64(n) {
			if n, _ := f.next(turn); n != nil {
				all += n.name
			}
		}
		return all
	}
	assert.Empty(t, turns(9), "none is up")
	for _, n := range f.nodes {
		n.web = http.NotFoundHandler()
	}
	assert.Equal(t, "ABCBCACAB", turns(9))
	f.nodes[1].web = nil
	assert.NotContains(t, turns(9), "B")
}

func TestWires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w wires
		at := func(name string) string {
			h, ok := w.of(name)
			if !ok {
				return ""
			}
			return h.node
		}
		assert.Empty(t, at("x"))
		first := w.enter("x", hop{"A", "polling", false})
		assert.Equal(t, "A", at("x"))
		second := w.enter("x", hop{"B", "websocket", false})
		assert.Equal(t, "B", at("x"), "the newest one")
		w.enter("x", hop{"C", "polling", true})()
		assert.Equal(t, "B", at("x"), "a POST is no connection")
		first()
		assert.Equal(t, "B", at("x"))
		second()
		assert.Equal(t, "B", at("x"), "the next poll is about to come")
		time.Sleep(linger)
		assert.Empty(t, at("x"))
		w.enter("", hop{"A", "polling", false})()
		assert.Empty(t, at(""), "no page")
	})
}

func TestWiresAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w wires
		keep := w.enter("kept", hop{"A", "sse", false})
		for i := range 2 * maxWires {
			w.enter(strconv.Itoa(i), hop{"A", "polling", false})()
		}
		assert.Len(t, w.wire, maxWires)
		time.Sleep(2 * linger)
		w.enter("new", hop{"B", "polling", false})()
		assert.Len(t, w.wire, 2)
		assert.Equal(t, hop{"A", "sse", false}, *w.wire["kept"].open[0])
		keep()
	})
}
