// torn_test.go: what a client begins and does not finish.

package engine_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestTornPacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, finished := w.open(), w.open()
		k.s.Torn(1)
		finished.s.Torn(1)
		time.Sleep(9 * time.Second)
		k.s.Torn(1) // one more part: the time begins anew
		finished.s.Torn(0)
		time.Sleep(9 * time.Second)
		require.Empty(t, k.closed())
		time.Sleep(2 * time.Second)
		require.Equal(t, engine.ParseError, k.closed())
		require.Empty(t, finished.closed())
	})
}

// A client that only opens a session is not waited for when its time is over; one
// that polls is told.
func TestNeverJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := unjoined(newWorld(t, engine.Config{ConnectTimeout: 10 * time.Second}))
		away := w.open()
		polling := w.open()
		poll := polling.goPoll()
		time.Sleep(11 * time.Second)
		require.Equal(t, "1", <-poll)
		require.Equal(t, engine.ForcedClose, away.closed())
		require.Equal(t, unknownSession, away.poll())
		require.Zero(t, w.srv.Sessions())
	})
}

// What follows a chunked body on its connection is not served: see ServeHTTP.
func TestChunkedBodyIsTheLast(t *testing.T) {
	k := newWorld(t, engine.Config{}).open()
	r := httptest.NewRequest(http.MethodPost, "/engine.io/"+handshake+"&sid="+k.sid, strings.NewReader("4x"))
	r.TransferEncoding = []string{"chunked"}
	rec := httptest.NewRecorder()
	k.srv.ServeHTTP(rec, r)
	require.Equal(t, "ok", answer(rec))
	require.Equal(t, "close", rec.Header().Get("Connection"))
	require.Equal(t, "ok", k.post("4y"))
}

// With resumption the rest may need another connection, or several.
func TestTornResumable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.said()
		k.s.Torn(1)
		for range 5 { // minutes in all, of which it is detached for most
			time.Sleep(20 * time.Second)
			ws.lose()
			time.Sleep(50 * time.Second)
			ws = k.socket("&at=1&ack=0")
			ws.said()
		}
		require.Empty(t, k.closed())
		for range 3 {
			time.Sleep(26 * time.Second)
			ws.said()
			_ = ws.send("3")
		}
		require.Equal(t, engine.ParseError, k.closed())
	})
}
