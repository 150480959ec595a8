// e_detached_test.go: rows C and E about sessions without a connection: what they cost, and when they end.

package hostile

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
)

// fullBuffers: thousands of sessions lose their connections while much waits for them. Together they keep no more than the
// limit; those that were lost first are the ones that end, others are not held up.
func fullBuffers(a *attack) {
	const sessions, size, memory, workers = 5_000, 16_000, 16 << 20, 8
	honest := a.alsoOver(websocket)
	usual := max(p99(honest.echoes(100)), 5*time.Millisecond)
	before := a.state().Heap
	var mu sync.Mutex
	var left []*survivor
	var wg sync.WaitGroup
	took := make(chan []time.Duration, 1)
	go func() { took <- honest.echoes(500) }() // ends with its echoes
	for range workers {
		wg.Go(func() {
			for range sessions / workers {
				v := a.quick(size)
				mu.Lock()
				left = append(left, v)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Less(a, p99(<-took), 2*slack*usual, "an echo meanwhile")
	a.counted(sessions)
	kept := a.stats().Sessions - bystanding - 1
	require.Less(a, kept, memory/size+100, "sessions that are kept")
	require.Greater(a, kept, memory/size/2, "sessions that are kept")
	require.LessOrEqual(a, a.state().Heap-before, int64(memory+kept*20_000+heapSlack), "bytes that live")
	first, last := left[0], left[len(left)-1]
	require.Equal(a, unknown, first.get(websocket, first.attachment(websocket, 1, 1)).verdict)
	last.at = 0
	last.attach(websocket)
	require.Contains(a, last.next(), `42["burst",0,`)
	last.mustLive()
	last.leave()
	honest.mustLive()
	for _, v := range slices.Backward(left) { // else they wait for the end of the window
		if v.post(polling, "1", "at=0") == unknown && a.stats().Sessions <= bystanding+1 {
			break
		}
	}
	a.until("all have left", func() bool { return a.stats().Sessions == bystanding+1 })
}

// quick opens a session for which an event waits, and loses it.
func (a *attack) quick(size int) *survivor {
	w, err := dialWire(a.addr)
	require.NoError(a, err)
	defer w.tcp.Close()
	got := w.request("GET", endpoint(websocket, "")+"&resume=1", upgradeHead(), "")
	require.True(a, got.switching(), "%s", got)
	v := &survivor{a: a, transport: websocket}
	v.begin(w.firstPacket())
	w.say("40")
	w.say(fmt.Sprintf(`42["burst",1,%d]`, size))
	for packet := ""; len(packet) < size; {
		packet, err = w.packet()
		require.NoError(a, err)
	}
	v.sent, v.have = 2, 1
	return v
}

// manyDetached: sessions without a connection cost no goroutine and no descriptor, little memory, and end in time. There is
// no limit of how many one address may have: clients behind one would hit it when their network fails.
func manyDetached(a *attack) {
	const sessions, each = 1_000, 20_000
	before := a.state().Heap
	goroutines, descriptors := a.goroutines(), a.target.descriptors()
	for range sessions {
		a.quick(10)
	}
	a.counted(sessions)
	a.until("only the sessions are left", func() bool {
		return a.goroutines() <= goroutines+8 && a.target.descriptors() <= descriptors+2
	})
	require.Equal(a, bystanding+sessions, a.stats().Sessions)
	require.LessOrEqual(a, a.state().Heap-before, int64(sessions*each), "bytes that live")
	a.until("the window is over", func() bool { return a.stats().Sessions == bystanding })
	a.until("the application was told", func() bool {
		left := a.stats().Left
		return left["transport close"]+left["transport error"] == sessions
	})
}

// afterTheWindow: a session that nobody came back to is gone for everyone, however it is asked for.
func afterTheWindow(a *attack) {
	v := a.survivor(websocket)
	v.conn.reset()
	a.until("the window is over", func() bool { return a.stats().Sessions == bystanding })
	for _, transport := range transports {
		require.Equal(a, unknown, v.get(transport, v.attachment(transport, 1, v.have)).verdict, transport)
	}
	require.Equal(a, unknown, v.get(websocket, "").verdict, "a trial")
	for _, transport := range posting {
		require.Equal(a, unknown, v.post(transport, "1", "at=0"), transport)
	}
	a.until("the application was told", func() bool { return len(a.stats().Left) == 1 })
}

// tornAndDetached: what came of packets whose rest is missing is memory like any other that sessions without a connection
// may hold together.
func tornAndDetached(a *attack) {
	const sessions, attachments, size, memory = 60, 9, 100_000, 8 << 20
	before := a.state().Heap
	for range sessions {
		v := a.survivor(a.transport)
		v.send(with(`45%d-["e"]`, attachments+1))
		for range attachments {
			if v.transport == websocket {
				v.sent++
				_, _ = v.conn.tcp.Write(frame(final|opBinary, repeat("x", size)))
			} else {
				v.send("b" + base64.StdEncoding.EncodeToString([]byte(repeat("x", size))))
			}
		}
		a.until("all has come", func() bool {
			return v.get(polling, with("at=1&ack=%d&p=0", v.have)).verdict == opened
		})
		a.is(a.request(http.MethodPost, endpoint(polling, "")+"&"+v.query("at=1"), "", "5"), http.StatusOK, done) // which detaches it
		v.cut()
	}
	require.LessOrEqual(a, a.state().Heap-before, int64(memory+2*size*attachments+heapSlack), "bytes that live of %d sessions", sessions)
	a.until("the window is over", func() bool { return a.stats().Sessions == bystanding })
	require.Empty(a, a.events())
}
