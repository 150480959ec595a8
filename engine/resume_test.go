// resume_test.go: sessions that outlive their connections, rule by rule of PROTOCOL.md.

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
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
	require.Equal(t, "ok", k.post("&at=4&n=4", "70 4d"))
	require.Equal(t, []string{"4a", "4b", "4c", "4d"}, k.messages())
}

func TestReattach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		poll := k.goGet("&at=0&ack=0&p=1")
		synctest.Wait()
		ws := k.socket("&at=2&ack=0")
		require.Equal(t, "6", <-poll, "the poll is ended")
		require.Equal(t, "0(0,0)", ws.said())
		require.Equal(t, superseded, k.get("&at=1&ack=0&p=0"), "came late")
		require.Equal(t, superseded, k.get("&at=2&ack=0&p=0"), "equal, on another transport")
		require.NoError(t, ws.send("4a"))
		k.say("1", "2", "3")
		require.Equal(t, "41 42 43", ws.said())
		require.NoError(t, ws.send("72"))

		second := k.socket("&at=3&ack=0")
		require.Equal(t, "end 4000", ws.said())
		require.Equal(t, "0(1,2) 43", second.said())
		require.NoError(t, ws.send("4 ghost"), "ignored")
		require.NoError(t, ws.send("71"))
		require.Equal(t, []string{"4a"}, k.messages())
		ws.lose() // of no interest
		require.NoError(t, second.send("4b"))
		require.Equal(t, []string{"4a", "4b"}, k.messages())
		require.ErrorContains(t, k.socket("&at=1&ack=0").err, "superseded")

		// The same attachment again, by a proxy that retries.
		third := k.socket("&at=3&ack=2")
		require.Equal(t, "end 4000", second.said())
		require.Equal(t, "0(2,2) 43", third.said())
		require.Empty(t, k.closed())
		require.Equal(t, engine.WebSocket, k.s.Transport())
	})
}

// watcher is told when its session is suspended.
type watcher struct {
	*receiver
	mu   sync.Mutex
	seen []string
}

func (r *watcher) add(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, what)
}
func (r *watcher) Suspended() { r.add("suspended") }
func (r *watcher) Resumed()   { r.add("resumed") }

func TestDetached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var watch *watcher
		w := newWorld(t, engine.Config{})
		w.wrap = func(r *receiver) engine.Receiver { watch = &watcher{receiver: r}; return watch }
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(0,0)", ws.said())
		ws.lose()
		k.say("while away")
		time.Sleep(59 * time.Second)
		require.Empty(t, k.closed())
		ws = k.socket("&at=2&ack=0")
		require.Equal(t, "0(0,0) 4while away", ws.said())
		ws.lose()
		require.Equal(t, []string{"suspended", "resumed", "suspended"}, watch.seen)
		time.Sleep(61 * time.Second)
		require.Equal(t, engine.TransportClose, k.closed())
		require.Equal(t, unknownSession, k.get("&at=3&ack=0&p=0"))
		require.ErrorContains(t, k.socket("&at=3&ack=0").err, "Session ID unknown")
	})
}

// A missing pong only detaches, and a poll of the same attachment revives it.
func TestPingTimeoutDetaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		require.Equal(t, "2", k.get("&at=0&ack=0&p=1"))
		require.Equal(t, "2", k.get("&at=0&ack=0&p=2"), "repeated: the answer may be lost")
		require.Equal(t, "ok", k.post("&at=0", "3"))
		require.Equal(t, "2", k.get("&at=0&ack=0&p=3"))
		time.Sleep(30 * time.Second)
		require.Empty(t, k.closed())
		k.say("x")
		require.Equal(t, "4x", k.get("&at=0&ack=0&p=4"))
		require.Equal(t, "2", k.get("&at=0&ack=1&p=5"))
		time.Sleep(20*time.Second + 59*time.Second)
		require.Empty(t, k.closed())
		time.Sleep(2 * time.Second)
		require.Equal(t, engine.PingTimeout, k.closed())
	})
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
	})
}

func TestRace(t *testing.T) {
	const rid = "&rid=abcdefghijklmnopqrstuv"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.onOpen = func(s *engine.Session) error { s.Joined(); return s.Send(text("hello")) }
		k, open := w.openResume(rid + "&at=1")
		require.Equal(t, "0(0,0) 4hello", open)
		ws := w.dialQuery("&resume=1&at=0" + rid)
		require.Equal(t, "0(0,0) 4hello", ws.said(), "each leg gets everything")
		k.say("more")
		require.Equal(t, "4more", ws.said())
		require.Equal(t, 1, w.srv.Sessions())
		require.ErrorContains(t, w.dialQuery("&resume=1&at=1"+rid).err, "superseded", "equal, on another transport")
		require.NoError(t, ws.send("2probe"), "decides nothing")
		require.Equal(t, "3probe", ws.said())
		again := brief(answer(w.do(http.MethodGet, handshake+"&resume=1&at=1"+rid, "")))
		require.Equal(t, "0(0,0) 4hello 4more", again)

		require.Equal(t, "4more", k.get("&at=1&ack=1&p=1"), "polling is taken")
		require.Equal(t, "end 4000", ws.said())
		require.NoError(t, ws.send("71"))
		require.ErrorContains(t, w.dialQuery("&resume=1&at=2"+rid).err, "superseded", "a leg that comes late")
		require.Equal(t, "ok", k.post("&at=1&n=1", "4mine"))
		time.Sleep(31 * time.Second)
		require.NoError(t, w.dialQuery("&resume=1&at=2"+rid).err, "its name is forgotten")
		require.Equal(t, 2, w.srv.Sessions())
		require.Equal(t, "ok", k.post("&at=1&n=2", "1"))
	})
}

// The client takes a leg that the server has lost meanwhile; or none, and attaches.
func TestRaceDecidedLate(t *testing.T) {
	const rid = "&rid=abcdefghijklmnopqrstu"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		ws := w.dialQuery("&resume=1" + rid + "0")
		require.Equal(t, "0(0,0)", ws.said())
		lost := w.last()
		ws.lose()
		time.Sleep(29 * time.Second)
		require.Empty(t, lost.closed())
		time.Sleep(2 * time.Second)
		require.Equal(t, engine.TransportClose, lost.closed(), "nobody has decided")
		require.ErrorContains(t, w.dialQuery("&resume=1&at=1"+rid+"0").err, "Session ID unknown")

		ws = w.dialQuery("&resume=1" + rid + "1")
		other := w.dialQuery("&resume=1&at=1" + rid + "1")
		ws.said()
		other.said()
		k := &walker{w, w.last(), w.last().s.ID()}
		require.Equal(t, "0(0,0)", k.get("&at=5&ack=0&p=0"))
		require.Equal(t, "end 4000", ws.said())
		require.Equal(t, "end 4000", other.said())
		require.Empty(t, k.closed())

		ws = w.dialQuery("&resume=1" + rid + "2")
		ws.said()
		require.NoError(t, ws.send("70"), "taken")
		time.Sleep(40 * time.Second)
		require.Equal(t, "2", ws.said(), "and so it lives, and has a heartbeat")
		require.Empty(t, w.last().closed())
	})
}

func TestRaceOfMany(t *testing.T) {
	const rid = "&rid=0123456789012345678901"
	w := newWorld(t, engine.Config{})
	var legs []*socket
	for at := range 10 {
		leg := w.dialQuery(fmt.Sprintf("&resume=1&at=%d", at) + rid)
		require.NoError(t, leg.err)
		require.Equal(t, "0(0,0)", leg.said())
		legs = append(legs, leg)
	}
	require.Equal(t, "end 4000", legs[0].said())
	require.Equal(t, "end 4000", legs[1].said())
	require.Empty(t, legs[2].said())
	require.Equal(t, 1, w.srv.Sessions())
	for _, bad := range []string{"&rid=short", "&rid=%30123456789012345678901", "&rid="} {
		require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake+"&resume=1"+bad, "")), bad)
	}
}

// Any number of legs that come together open one session.
func TestRaceAtOnce(t *testing.T) {
	const rid = "&rid=9876543210987654321098"
	w := newWorld(t, engine.Config{})
	var done sync.WaitGroup
	for at := range 8 {
		done.Go(func() {
			require.Equal(t, "0(0,0)", brief(answer(w.do(http.MethodGet, fmt.Sprintf("%s&resume=1&at=%d%s", handshake, at, rid), ""))))
		})
	}
	done.Wait()
	require.Equal(t, 1, w.srv.Sessions())
}

// When the opening of the session is refused, the next leg tries again.
func TestRaceRefused(t *testing.T) {
	const rid = "&rid=9876543210987654321098"
	w := newWorld(t, engine.Config{})
	refused := errors.New("not today")
	w.onOpen = func(*engine.Session) error { return refused }
	require.Equal(t, `Forbidden {"code":4,"message":"not today"}`, answer(w.do(http.MethodGet, handshake+"&resume=1"+rid, "")))
	w.onOpen = nil
	require.Equal(t, "0(0,0)", brief(answer(w.do(http.MethodGet, handshake+"&resume=1&at=1"+rid, ""))))
}

func TestTryUpward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("")
		require.Empty(t, ws.said(), "it attaches nothing")
		require.NoError(t, ws.send("2probe"))
		require.Equal(t, "3probe", ws.said())
		k.say("x")
		require.Equal(t, "4x", k.get("&at=0&ack=0&p=1"))
		require.NoError(t, ws.send("51,1"))
		require.Equal(t, "0(0,1)", ws.said())
		require.Equal(t, superseded, k.get("&at=0&ack=1&p=2"))
		require.NoError(t, ws.send("51,1"))
		require.Equal(t, "end 4003", ws.said(), "a second 5")

		require.Equal(t, "0(0,1)", k.get("&at=2&ack=1&p=0"))
		for packet, code := range map[string]string{"5": "4003", "51": "4003", "51,x": "4003", "51,1": "4002", "52,1": "4002", "4early": "4003"} {
			ws = k.socket("")
			require.NoError(t, ws.send(packet))
			require.Equal(t, "end "+code, ws.said(), packet)
		}
		ws = k.socket("")
		time.Sleep(11 * time.Second)
		require.Equal(t, "end 4003", ws.said(), "nothing for 10 s")
		require.Empty(t, k.messages())
		require.Equal(t, "ok", k.post("&at=2&n=1", "4still"))
	})
}

// A session that the application ends delivers what it has, and forgets nothing
// before the client has it.
func TestFinalMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(0,0)", ws.said())
		k.say("last")
		k.s.Close(engine.ForcedClose)
		require.Equal(t, engine.ForcedClose, k.closed())
		require.Equal(t, "4last 1", ws.said())
		require.NoError(t, ws.send("4toolate"))
		ws.lose() // before the client has read it
		require.Equal(t, "0(0,0) 4last 1", k.get("&at=2&ack=0&p=0"))
		require.Equal(t, badRequest, k.post("&at=2&n=1", "4toolate"), "refused, but not as unknown")
		require.Equal(t, "ok", k.post("&at=2", "71"))
		require.Equal(t, unknownSession, k.get("&at=2&ack=1&p=1"))
		require.Empty(t, k.messages())

		k, _ = w.openResume("")
		k.say("never read")
		k.s.Close(engine.ForcedClose)
		time.Sleep(29 * time.Second)
		require.Equal(t, 1, w.srv.Sessions())
		time.Sleep(2 * time.Second)
		require.Zero(t, w.srv.Sessions())
	})
}

func TestLeave(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *walker){
		"by beacon":                       func(t *testing.T, k *walker) { require.Equal(t, "ok", k.post("&at=0&n=1", "4bye 1")) },
		"by beacon, at an old attachment": func(t *testing.T, k *walker) { k.socket("&at=3&ack=0"); k.post("&at=0&n=1", "4bye 1") },
		"by beacon, between two":          func(t *testing.T, k *walker) { k.socket("&at=3&ack=0").lose(); k.post("&at=3&n=1", "4bye 1") },
		"on a socket": func(t *testing.T, k *walker) {
			ws := k.socket("&at=1&ack=0")
			ws.said()
			require.NoError(t, ws.send("4bye"))
			require.NoError(t, ws.send("1"))
			require.Equal(t, "end", ws.said())
		},
		"on a retired socket": func(t *testing.T, k *walker) {
			ws := k.socket("&at=1&ack=0")
			ws.said()
			require.NoError(t, ws.send("4bye"))
			k.socket("&at=2&ack=0")
			require.NoError(t, ws.send("1"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k, _ := w.openResume("")
			leave(t, k)
			require.Equal(t, engine.TransportClose, k.closed())
			require.Equal(t, []string{"4bye"}, k.messages())
			require.Zero(t, w.srv.Sessions())
		})
	}
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	k.post("&at=0&n=2", "4gap 1")
	require.Empty(t, k.messages())
	require.Equal(t, engine.TransportClose, k.closed())
}

// The pending poll of who leaves is ended.
func TestLeaveEndsThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newWorld(t, engine.Config{}).openResume("")
		poll := k.goGet("&at=0&ack=0&p=1")
		synctest.Wait()
		require.Equal(t, "ok", k.post("&at=0", "1"))
		require.Equal(t, "6", <-poll)
	})
}

func TestBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{Resume: engine.Resume{Buffer: 100_000, Memory: 250_000}})
		k, _ := w.openResume("")
		require.ErrorIs(t, k.s.Send(text(strings.Repeat("x", 100_001))), engine.ErrMessageTooLarge)
		k.say(strings.Repeat("x", 60_000))
		require.NotEmpty(t, k.get("&at=0&ack=0&p=1"))
		require.ErrorIs(t, k.s.Send(text(strings.Repeat("x", 60_000))), engine.ErrSlow, "kept until it is acknowledged")
		require.Equal(t, engine.SlowClient, k.closed())

		// Detached sessions: what they share counts once; the oldest ends first.
		shared := text(strings.Repeat("x", 90_000))
		var all []*walker
		for i := range 4 {
			k, _ := w.openResume("")
			k.socket("&at=1&ack=0").lose()
			time.Sleep(time.Second)
			require.NoError(t, k.s.Send(shared))
			if i > 0 {
				k.say("mine")
			}
			all = append(all, k)
		}
		for _, k := range all {
			require.Empty(t, k.closed())
		}
		require.Equal(t, "0(0,0) 4"+strings.Repeat("x", 90_000)+" 4mine", all[3].get("&at=2&ack=0&p=0"), "attached: not counted")
		require.Equal(t, "ok", all[3].post("&at=2", "72"))
		for _, k := range all[1:3] {
			require.Equal(t, "ok", k.post("&at=1&n=1", "1"), "gone: not counted")
		}
		a, _ := w.openResume("")
		a.socket("&at=1&ack=0").lose()
		a.say(strings.Repeat("y", 95_000))
		require.Empty(t, all[0].closed())
		b, _ := w.openResume("")
		b.socket("&at=1&ack=0").lose()
		b.say(strings.Repeat("z", 95_000))
		require.Equal(t, engine.TransportClose, all[0].closed(), "detached longest")
		require.Empty(t, a.closed())
		require.Empty(t, b.closed())
	})
}

// A client that does not acknowledge loses its connection, and may come back.
func TestUnacknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.said()
		for range 3 {
			k.say(strings.Repeat("x", 500_000))
		}
		require.NotEmpty(t, ws.said())
		time.Sleep(11 * time.Second)
		require.Equal(t, "end 4000", ws.said())
		require.Empty(t, k.closed())
		require.Contains(t, k.get("&at=2&ack=2&p=0"), "0(0,2) 4xxx")
	})
}

// While a handler keeps the reader waiting, another connection may take over: what
// waited on the old one is not taken, the client sends it again.
func TestTakenOverWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		slow := make(chan struct{})
		w.onReceive = func(s *engine.Session, p eio.Packet) error {
			if string(p.Data) == "slow" {
				<-slow
			}
			return nil
		}
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

func TestAbortedPollDetaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			w.do(http.MethodGet, handshake+"&resume=1&at=0&ack=0&p=1&sid="+k.sid, "", cancelled(ctx))
			close(done)
		}()
		synctest.Wait()
		cancel()
		<-done
		k.say("x")
		require.Empty(t, k.closed())
		require.Equal(t, "4x", k.get("&at=0&ack=0&p=2"), "the same attachment goes on")
	})
}

func TestShutdownOfResumable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.openResume("")
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.said()
		done := make(chan error, 1)
		start := time.Now()
		go func() { done <- w.srv.Shutdown(t.Context()) }()
		synctest.Wait()
		require.Contains(t, ws.said(), "1")
		ws.lose()
		require.NoError(t, <-done)
		require.Less(t, time.Since(start), 3*time.Second)
		require.Equal(t, engine.ShuttingDown, k.closed())
	})
}
