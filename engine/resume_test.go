// resume_test.go: sessions that outlive their connections, rule by rule of PROTOCOL.md.

package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// walker is the client of a session with resumption: it says what the test says.
type walker struct {
	*world
	*receiver
	sid string
}

// openResume opens a session over polling.
func (w *world) openResume(query string) (*walker, string) {
	rec := w.do(http.MethodGet, handshake+"&resume=1"+query, "")
	require.Equal(w.t, http.StatusOK, rec.Code, rec.Body)
	return &walker{w, w.last(), sidOf(w.t, rec.Body.String())}, brief(answer(rec))
}

var openPacket = regexp.MustCompile(`0\{"sid":.*?"ack":(\d+),"from":(\d+)\}\}`)

// brief shortens OPEN to "0(ack,from)".
func brief(answer string) string { return openPacket.ReplaceAllString(answer, "0($1,$2)") }

func (k *walker) get(format string, args ...any) string {
	return brief(answer(k.do(http.MethodGet, handshake+"&resume=1&sid="+k.sid+fmt.Sprintf(format, args...), "")))
}

func (k *walker) goGet(format string, args ...any) <-chan string {
	ch := make(chan string, 1)
	go func() { ch <- k.get(format, args...) }()
	return ch
}

func (k *walker) post(query, body string) string {
	return answer(k.do(http.MethodPost, handshake+"&resume=1&sid="+k.sid+query, strings.ReplaceAll(body, " ", "\x1e")))
}

func (k *walker) socket(query string) *socket { return k.dialQuery("&resume=1&sid=" + k.sid + query) }

// said returns what the socket is to send, briefly.
func (k *socket) said() string { return brief(k.take()) }

func (k *socket) lose() { k.conn.Release(engine.ErrPeerClosed) }

const superseded = `Bad Request {"code":3,"message":"superseded"}`

func TestResumeIsOffered(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, open := w.openResume("")
	require.Equal(t, "0(0,0)", open)
	require.Contains(t, w.do(http.MethodGet, handshake+"&resume=1", "").Body.String(),
		`"resume":{"window":60000,"buffer":4194304,"transports":["polling","websocket"],"ack":0,"from":0}}`)
	require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake+"&sid="+k.sid, "")), "a stock request for it")
	require.Equal(t, badRequest, answer(w.do(http.MethodPost, handshake+"&sid="+k.sid, "4x")))
	require.Equal(t, "", w.dial(k.sid).err.Error()[:0])
	require.ErrorContains(t, w.dial(k.sid).err, "Bad request")

	stock := w.open()
	require.NotContains(t, w.do(http.MethodGet, handshake, "").Body.String(), "resume")
	require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake+"&resume=1&at=1&ack=0&p=0&sid="+stock.sid, "")))
	stock.say("x")
	require.Equal(t, "4x", stock.poll(), "which changed nothing")

	off := newWorld(t, engine.Config{Resume: engine.Resume{Off: true}})
	require.NotContains(t, off.do(http.MethodGet, handshake+"&resume=1", "").Body.String(), "window")
}

func TestMalformedNumbers(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	for _, query := range []string{
		"", "&at=1", "&at=1&ack=0", "&at=&ack=0&p=0", "&at=-1&ack=0&p=0", "&at=1x&ack=0&p=0", "&at=1&ack=0&p=12345678901234567",
		"&at=1&ack=9007199254740992&p=0", "&at=1&at=1&ack=0&p=0", "&at=1&ack=%30&p=0",
	} {
		require.Equal(t, badRequest, k.get("%s", query), query)
	}
	require.Equal(t, badRequest, k.post("", "4x"), "no at")
	require.Equal(t, badRequest, k.post("&at=0", "4x"), "no n")
	k.say("a")
	require.Equal(t, "4a", k.get("&at=0&ack=0&p=1"), "nothing has changed")
	require.Empty(t, k.closed())
}

// What is handed out is kept until the client has it.
func TestPollsAreRepeated(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	k.say("a", "b")
	require.Equal(t, "4a 4b", k.get("&at=0&ack=0&p=1"))
	require.Equal(t, "4a 4b", k.get("&at=0&ack=0&p=2"), "the answer was lost")
	require.Equal(t, "4b", k.get("&at=0&ack=1&p=3"))
	require.Equal(t, "6", k.get("&at=0&ack=0&p=3"), "older than what is acknowledged")
	require.Equal(t, "6", k.get("&at=0&ack=2&p=2"), "an old poll that comes late")
	require.Equal(t, "6", k.get("&at=0&ack=2&p=0"))
	k.say("c")
	require.Equal(t, "4b 4c", k.get("&at=0&ack=1&p=4"))
	require.Equal(t, unknownSession, k.get("&at=0&ack=9&p=5"), "more than was sent")
	require.Equal(t, engine.ParseError, k.closed())
}

// An event and its attachments are several numbers: the rest of it is replayed.
func TestHalfAnEvent(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	require.NoError(t, k.s.Send(engine.NewMessage(eio.Text([]byte("event")), eio.Binary([]byte{1}), eio.Binary([]byte{2}))))
	k.say("next")
	require.Equal(t, "4event bAQ== bAg== 4next", k.get("&at=0&ack=0&p=1"))
	require.Equal(t, "bAg== 4next", k.get("&at=0&ack=2&p=2"))
	require.Equal(t, "0(0,3) 4next", k.socket("&at=1&ack=3").said())
}

func TestPosts(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	require.Equal(t, "ok", k.post("&at=0&n=1", "4a 4b"))
	require.Equal(t, "ok", k.post("&at=0&n=1", "4a 4b"), "retried: its answer was lost")
	require.Equal(t, "ok", k.post("&at=0&n=2", "4b 4c"))
	require.Equal(t, badRequest, k.post("&at=0&n=5", "4e"), "a gap")
	require.Equal(t, []string{"4a", "4b", "4c"}, k.messages())
	require.Equal(t, superseded, k.post("&at=1&n=4", "4d"), "an attachment that there is not")
	require.Equal(t, "0(3,0)", k.socket("&at=3&ack=0").said())
	require.Equal(t, superseded, k.post("&at=0&n=4", "4d"))
	require.Equal(t, superseded, k.post("&at=3&n=4", "4d"), "of another transport")
	require.Equal(t, "0(3,0)", k.get("&at=4&ack=0&p=0"))
	require.Equal(t, superseded, k.post("&at=0&n=4", "x"), "one that does not count does no harm")
	require.Equal(t, "ok", k.post("&at=4&n=4", "70 4d"))
	require.Equal(t, []string{"4a", "4b", "4c", "4d"}, k.messages())
	require.Equal(t, badRequest, k.post("&at=4&n=5", "x"))
	require.Equal(t, engine.ParseError, k.closed())
}

func TestServerAcknowledges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(0,0)", ws.said())
		require.NoError(t, ws.send("4a"))
		require.Empty(t, ws.said())
		time.Sleep(time.Second)
		require.Equal(t, "71", ws.said(), "within a second")
		for range 31 {
			require.NoError(t, ws.send("4b"))
		}
		require.Empty(t, ws.said())
		require.NoError(t, ws.send("4c"))
		require.Equal(t, "733", ws.said(), "after 32 messages")
		require.NoError(t, ws.send("4"+strings.Repeat("x", 64<<10)))
		require.Equal(t, "734", ws.said(), "after 64 KiB")
		time.Sleep(2 * time.Second)
		require.Empty(t, ws.said())
		require.NoError(t, ws.send("2probe"))
		require.Equal(t, "3probe", ws.said())

		require.NoError(t, ws.send("4d"))
		ws.lose()
		time.Sleep(5 * time.Second)
		ws = k.socket("&at=2&ack=0")
		require.Equal(t, "0(35,0)", ws.said(), "which acknowledges too")
		require.NoError(t, ws.send("4e"))
		time.Sleep(time.Second)
		require.Equal(t, "736", ws.said(), "within a second, after a pause as well")
		require.NoError(t, ws.send("4f"))
		require.NoError(t, ws.send("2probe"))
		require.Equal(t, "3probe 737", ws.said(), "at once for who asks")
	})
}

// holdUp has the application take its time over a message, until the channel that it
// returns is closed.
func (w *world) holdUp(text string) chan struct{} {
	done := make(chan struct{})
	w.onReceive = func(_ *engine.Session, p eio.Packet) error {
		if string(p.Data) == text {
			<-done
		}
		return nil
	}
	return done
}

// While a handler keeps the reader waiting, another connection may take over: what
// waited on the old one is not taken, the client sends it again.
func TestTakenOverWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		slow := w.holdUp("slow")
		k, _ := w.openResume("")
		first := make(chan string, 1)
		go func() { first <- k.post("&at=0&n=1", "4slow 4b") }()
		synctest.Wait()
		waiting := make(chan string, 9)
		for range 6 {
			go func() { waiting <- k.post("&at=0&n=3", "4c") }()
		}
		synctest.Wait()
		require.Equal(t, `Too Many Requests {"code":3,"message":"Too many requests at a time"}`, <-waiting, "4 may wait")
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(1,0)", ws.said())
		close(slow)
		require.Equal(t, superseded, <-first)
		for range 5 {
			answer := <-waiting
			require.Contains(t, answer, `"code":3`)
		}
		require.NoError(t, ws.send("4b"))
		require.Equal(t, []string{"4slow", "4b"}, k.messages())
	})
}

// The rest of a POST does not count either, when another connection has taken over.
func TestControlAfterTakeover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		slow := w.holdUp("slow")
		k, _ := w.openResume("")
		first := make(chan string, 1)
		go func() { first <- k.post("&at=0&n=1", "4slow 2probe") }()
		synctest.Wait()
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(1,0)", ws.said())
		close(slow)
		require.Equal(t, superseded, <-first)
		require.Empty(t, ws.said(), "it has not asked for a sign of life")
	})
}

// Signs of life and acknowledgements come through while the application is busy, and
// POSTs that their client has given up hold no places.
func TestControlBesideBusyPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.onReceive = func(*engine.Session, eio.Packet) error { time.Sleep(30 * time.Second); return nil }
		k, _ := w.openResume("")
		ctx, cancel := context.WithCancel(context.Background())
		for range 5 {
			go func() { k.do("POST", handshake+"&resume=1&sid="+k.sid+"&at=0&n=1", "4a", cancelled(ctx)) }()
			synctest.Wait()
		}
		cancel() // the client gives them up
		synctest.Wait()
		require.Equal(t, "0(1,0)", k.get("&at=1&ack=0&p=0"))
		start := time.Now()
		require.Equal(t, "ok", k.post("&at=1", "2probe"))
		require.Less(t, time.Since(start), 2500*time.Millisecond)
		time.Sleep(time.Minute) // until the handler has returned
	})
}
