// modes_test.go: both modes hear and say the same, however the bytes come.

package websocket_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/transport/websocket"
)

// stream makes what a client sends: frames, the last of which ends the connection.
func stream(r *rand.Rand) string {
	var b strings.Builder
	for i := range 1 + r.IntN(12) {
		data := fmt.Sprint(i, strings.Repeat("x", []int{0, 1, 100, 126, 5000, 70_000}[r.IntN(6)]))
		switch r.IntN(6) {
		case 0:
			b.WriteString(masked(finPing, data[:min(len(data), 125)]))
		case 1:
			b.WriteString(masked(text, "4") + masked(finPing, "between") + masked(more, data) + masked(finMore, ""))
		case 2:
			b.WriteString(masked(finBinary, data))
		case 3:
			b.WriteString(masked(finPong, "") + masked(finText, "6"))
		default:
			b.WriteString(masked(finText, "4"+data))
		}
	}
	b.WriteString([]string{
		masked(finClose, "\x03\xe8"), masked(finClose, ""), masked(finText, "1"), // all well
		masked(finText, "4\xff"), masked(0x83, "x"), masked(finMore, "x"), "\x81\x024x", // and not
	}[r.IntN(7)])
	return b.String()
}

// heard is what a server made of a stream.
type heard struct {
	packets, frames []string
	end             engine.CloseReason
}

func (f *fixture) tell(t *testing.T, stream string) (h heard) {
	w := f.shake(t, "")
	require.NoError(t, w.Conn.(*net.TCPConn).SetNoDelay(true))
	go func() { // ends with the stream
		r := rand.New(rand.NewPCG(1, uint64(len(stream))))
		for len(stream) > 0 {
			n := min(len(stream), 1+r.IntN([]int{3, 200, 100_000}[r.IntN(3)]))
			if _, err := io.WriteString(w.Conn, stream[:n]); err != nil {
				return
			}
			stream = stream[n:]
		}
	}()
	for {
		first, data := w.anyFrame()
		h.frames = append(h.frames, fmt.Sprintf("%x %s", first, data))
		if first == finClose {
			break
		}
	}
	if _, err := w.Write([]byte(masked(finClose, ""))); err == nil { // if it is waited for
		w.over()
	}
	select {
	case h.end = <-f.Ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the session goes on")
	}
	<-f.Sessions
	for len(f.Got) > 0 {
		h.packets = append(h.packets, <-f.Got)
	}
	return h
}

func TestModesAgree(t *testing.T) {
	each := setUpWith(t, websocket.New(maxPayload), engine.Config{})
	poller := setUpWith(t, websocket.New(maxPayload).WithPoller(), engine.Config{})
	for seed := range uint64(150) {
		s := stream(rand.New(rand.NewPCG(0, seed)))
		require.Equal(t, each.tell(t, s), poller.tell(t, s), "seed %d", seed)
	}
}
