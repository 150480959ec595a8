// c_queues_test.go: rows C about what waits in the server until the application is ready for it.

package hostile

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// most is how many bytes one session may have the server hold while its application is busy.
const most = 16 << 20

// beforeAuth: while Auth decides about 90 namespaces, events for them come, 81 MB in all. A client who may turn out to be
// a stranger has the server hold no more than any other.
func beforeAuth(a *attack) {
	const namespaces = 90
	event := `["e","` + repeat("x", 900_000) + `"]`
	decide := make(chan struct{})
	a.host(everwire.Config{}, nil, func(g *guest) {
		defer close(decide)
		for i := range namespaces {
			g.Of(fmt.Sprintf("/n%d", i)).Auth(func(ctx context.Context, _ *everwire.Handshake) (*everwire.Identity, error) {
				select {
				case <-decide:
				case <-ctx.Done():
				}
				return nil, &everwire.Error{Message: "a stranger"}
			})
		}
		a.holds(g, func(w *wire) {
			for i := range namespaces {
				w.say(fmt.Sprintf("40/n%d,", i))
				w.say(fmt.Sprintf("42/n%d,%s", i, event))
			}
		})
	})
}

// beforeHandler: while a handler works, events with nine large attachments and an empty one wait, 54 MB in all.
func beforeHandler(a *attack) {
	const events, large = 20, 9
	attachment := frame(final|opBinary, repeat("x", 300_000))
	decide := make(chan struct{})
	a.host(everwire.Config{}, nil, func(g *guest) {
		defer close(decide)
		g.On("e", func(*everwire.Ctx) error { <-decide; return nil })
		a.holds(g, func(w *wire) {
			w.say("40")
			for range events {
				w.say(`4510-["e"]`)
				for range large {
					_, _ = w.tcp.Write(attachment)
				}
				_, _ = w.tcp.Write(frame(final|opBinary, ""))
			}
		})
	})
}

// holds runs flood on a WebSocket of the guest and looks what it has made the guest hold. The guest may stop to read, and
// the flood then ends.
func (a *attack) holds(g *guest, flood func(w *wire)) {
	g.web.Start()
	w, err := dialWire(g.web.Listener.Addr().String())
	require.NoError(a, err)
	defer w.tcp.Close()
	require.True(a, w.request(http.MethodGet, endpoint(websocket, ""), upgradeHead(), "").switching())
	before := heapNow()
	require.NoError(a, w.tcp.SetWriteDeadline(time.Now().Add(300*time.Millisecond)))
	flood(w)
	// What the session has is held until the application goes on; what other rows and the flood itself leave goes by itself.
	require.Eventually(a, func() bool { return heapNow()-before <= most }, 5*time.Second, 50*time.Millisecond,
		"more than %d bytes live", most)
}

func heapNow() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
