// wire_test.go: what the client says and takes, byte for byte, against a server
// that is played by hand.

package client_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

var onlyWebSocket = client.Options{Transports: []string{client.WebSocket}}

// record has the numbers of the event "count" written down.
func record(c *client.Client) *[]int {
	got := new([]int)
	client.On(c, count, func(_ context.Context, n int) error { *got = append(*got, n); return nil })
	return got
}

func TestRace(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		start := time.Now()
		c := s.connect(client.Options{})
		var legs []*request
		for i, tr := range transports {
			q := s.next("transport=", tr, " resume=1 c=1 sid= at=", i)
			require.Equal(t, time.Duration(i)*300*time.Millisecond, time.Since(start))
			legs = append(legs, q)
		}
		require.Equal(t, legs[0].Get("rid"), legs[2].Get("rid"))
		legs[1].stream().event(0, opening(0, 0))
		s.next("transport=sse sid=S resume=1 at=1 n=").post("2probe") // the decision
		legs[0].cancelled()
		legs[2].cancelled()
		legs[1].event(1, "3probe|"+joined)
		synctest.Wait()
		require.True(t, c.Connected())
		require.Equal(t, client.SSE, c.Transport())
	})
}

// A leg that fails has the next one start at once; a race goes on with the same rid.
func TestRaceFails(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		start := time.Now()
		s.connect(client.Options{})
		rid := ""
		for i, tr := range transports {
			q := s.next("transport=", tr, " at=", i)
			rid = q.Get("rid")
			q.answer(502, "<html>")
		}
		require.Less(t, time.Since(start), 10*time.Millisecond)
		q := s.next("transport=websocket at=3 rid=", rid)
		require.InDelta(t, 1, time.Since(start).Seconds(), 0.51)
		q.refuse(1, "Session ID unknown") // the session of this race has ended
		q = s.next("transport=websocket at=0")
		require.NotEqual(t, rid, q.Get("rid"))
	})
}

func TestPollingLeg(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(client.Options{Transports: []string{client.Polling}})
		got := record(c)
		s.next("transport=polling at=0 p= c=1").packets(opening(0, 0) + "|" + joined)
		q := s.next("transport=polling sid=S resume=1 at=0 p=1 ack=1 rid=")
		q.packets(counts(0) + "|" + counts(1))
		q = s.next("transport=polling sid=S at=0 p=2 ack=3")
		synctest.Wait()
		require.Equal(t, []int{0, 1}, *got)
		q.packets("2") // and a poll that repeats what the client has
		get, post := s.two()
		post.post("73|3")
		require.Equal(t, "3", get.Get("p"))
		get.packets("6")
		s.next("p=4 ack=3")
	})
}

// A GET that is lost is made again with the next p; the client reads only the
// answer to the newest one.
func TestPollingRetry(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(client.Options{Transports: []string{client.Polling}})
		got := record(c)
		s.next("at=0").packets(opening(0, 0) + "|" + joined)
		q := s.next("p=1 ack=1")
		start := time.Now()
		next := s.next("p=2 ack=1")
		require.Equal(t, 30100*time.Millisecond, time.Since(start).Round(time.Millisecond))
		q.cancelled()
		next.packets(counts(0))
		s.next("p=3 ack=2").answer(502, "")
		s.next("p=4 ack=2").answer(200, "4x\x1e")
		s.next("at=1 p=0 ack=2").packets(opening(0, 1) + "|" + counts(0) + "|" + counts(1))
		s.next("at=1 p=1 ack=3")
		synctest.Wait()
		require.Equal(t, []int{0, 1}, *got)
	})
}

// What the client has is dropped when it comes again.
func TestReplay(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		got := record(c)
		p.send(counts(0), counts(1))
		synctest.Wait()
		p.Close()
		q := s.next("transport=websocket sid=S resume=1 at=1 ack=3 rid= c=")
		p = q.websocket()
		p.gets("2probe") // before OPEN nothing else
		require.NoError(t, count.Emit(c, 7))
		p.send(opening(0, 1))
		p.gets("73", counts(7)) // the server did not know that the client has 3
		p.send("3probe", counts(0), counts(1), counts(2))
		synctest.Wait()
		require.Equal(t, []int{0, 1, 2}, *got)
	})
}

// The client sends again what the server does not have, from the number that OPEN
// says.
func TestReplayUp(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		for i := range 4 {
			require.NoError(t, count.Emit(c, i))
		}
		p.gets(counts(0), counts(1), counts(2), counts(3))
		p.send("71")
		p.Close()
		p = s.next("at=1").websocket()
		p.gets("2probe")
		require.NoError(t, count.Emit(c, 4))
		p.send(opening(3, 1))
		p.gets(counts(3), counts(4))
		p.send("3probe", "75")
		p.silent(4 * time.Second)
	})
}

// A number that is missing closes the connection.
func TestGap(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(client.Options{Transports: []string{client.SSE}})
		got := record(c)
		q := s.next("transport=sse at=0").stream().event(1, opening(0, 0)+"|"+joined)
		s.next().post("2probe")
		q.event(1, "3probe").event(2, counts(0)).event(5, counts(2)+"|"+counts(3))
		q.cancelled()
		q = s.next("transport=sse at=1 ack=2").stream().event(2, opening(0, 2)).event(4, counts(1)+"|"+counts(2))
		s.next("at=1").post("2probe")
		q.event(4, "3probe").raw(": a comment\n\nevent: e\nid: 5\ndata: \"42[\\\"count\\\",\\r\\n3]\"\n\n")
		synctest.Wait()
		require.Equal(t, []int{0, 1, 2, 3}, *got)
		s.next("at=1").post("75")
	})
}

func TestAcks(t *testing.T) {
	long := fmt.Sprintf(`42["count",%s1]`, strings.Repeat(" ", 22_000))
	for name, c := range map[string]struct {
		send []string
		want string
		wait time.Duration
	}{
		"time":       {[]string{counts(1)}, "72", time.Second},
		"31":         {strings.Fields(strings.Repeat(counts(1)+" ", 31)), "732", time.Second},
		"32":         {strings.Fields(strings.Repeat(counts(1)+" ", 32)), "733", 0},
		"64 KiB":     {[]string{long, long, long}, "74", 0},
		"not 64 KiB": {[]string{long, long}, "73", time.Second},
		"pong":       {[]string{counts(1), "2"}, "72", 0},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *fake) {
				_, p := s.session(onlyWebSocket)
				p.gets("71") // for the answer to CONNECT, after a second
				start := time.Now()
				p.send(c.send...)
				p.gets(c.want)
				require.Equal(t, c.wait, time.Since(start))
			})
		})
	}
}

// Refused "superseded" it tries the next number, three times in a row; then it
// takes a new session.
func TestSuperseded(t *testing.T) {
	for _, opens := range []bool{false, true} {
		t.Run(fmt.Sprint("opens ", opens), func(t *testing.T) {
			play(t, func(t *testing.T, s *fake) {
				c, p := s.session(onlyWebSocket)
				var why []client.Reason
				c.OnDisconnect(func(r client.Reason) { why = append(why, r) })
				p.refuse(4000)
				for i := 1; i <= 3; i++ {
					s.next("sid=S at=", i).websocket().refuse(4002)
				}
				at := 4
				if opens {
					p := s.next("sid=S at=4").websocket()
					p.send(opening(0, 0))
					synctest.Wait()
					p.refuse(4000)
					for at = 5; at < 8; at++ {
						s.next("sid=S at=", at).websocket().refuse(4002)
					}
				}
				s.next("sid=S at=", at).websocket().refuse(4002)
				require.NotEqual(t, s.rid, s.next("sid= at=0").Get("rid"))
				require.Equal(t, []client.Reason{client.Superseded}, why)
			})
		})
	}
}

func TestUnknown(t *testing.T) {
	for name, refuse := range map[string]func(*request){
		"WebSocket": func(q *request) { q.websocket().refuse(4001) },
		"JSON":      func(q *request) { q.refuse(1, "Session ID unknown") },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *fake) {
				c, p := s.session(onlyWebSocket)
				var why []client.Reason
				c.OnDisconnect(func(r client.Reason) { why = append(why, r) })
				p.Close()
				refuse(s.next("sid=S at=1"))
				require.NotEqual(t, s.rid, s.next("sid= at=0").Get("rid"))
				require.Equal(t, []client.Reason{client.UnknownSession}, why)
			})
		})
	}
}

// Other refusals are lost connections.
func TestProxyErrors(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		p.Close()
		s.next("sid=S at=1").answer(502, "Bad Gateway")
		s.next("sid=S at=2").answer(404, `{"code":1,"message":"Session ID unknown"}`)
		s.next("sid=S at=3").refuse(3, "Bad request")
		s.next("sid=S at=4").answer(200, "<html>hotel</html>")
		s.next("sid=S at=5").websocket().refuse(4003)
		p = s.next("sid=S at=6").websocket()
		p.send(opening(0, 1))
		synctest.Wait()
		require.Equal(t, client.WebSocket, c.Transport())
	})
}

// Counts that cannot be end the session.
func TestBrokenCounts(t *testing.T) {
	for name, send := range map[string][]string{
		"acknowledges what was not sent":     {"72"},
		"malformed":                          {"7x"},
		"OPEN counts what was not sent":      {opening(2, 0)},
		"OPEN forgets what was acknowledged": {"71", opening(0, 0)},
		"OPEN starts too late":               {opening(1, 2)},
		"no Socket.IO":                       {"4x"},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *fake) {
				c, p := s.session(onlyWebSocket)
				var why []client.Reason
				c.OnDisconnect(func(r client.Reason) { why = append(why, r) })
				require.NoError(t, count.Emit(c, 1))
				p.gets(counts(1))
				last := send[len(send)-1]
				p.send(send[:len(send)-1]...)
				if strings.HasPrefix(last, "0") {
					synctest.Wait()
					p.Close()
					p = s.next("at=1").websocket()
				}
				p.send(last)
				require.NotEqual(t, s.rid, s.next("sid= at=0").Get("rid"))
				require.Equal(t, []client.Reason{client.ParseError}, why)
			})
		})
	}
}

// A repeated OPEN may be older than what has come since.
func TestRepeatedOpen(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(client.Options{Transports: []string{client.SSE}})
		got := record(c)
		q := s.next("at=0").stream().event(1, opening(0, 0)+"|"+joined)
		s.next().post("2probe")
		q.event(1, "3probe")
		require.NoError(t, count.Emit(c, 1))
		s.next("n=1").post(counts(1))
		q.event(0, opening(0, 0))
		s.next("at=0 n=").post("71")
		q.event(2, joined+"|"+counts(5))
		synctest.Wait()
		require.NoError(t, count.Emit(c, 2))
		s.next("at=0 n=2").says(counts(2))
		require.Equal(t, []int{5}, *got)
		require.True(t, c.Connected())
	})
}

// Told to come back later, the client does.
func TestRetryAfter(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		var why []client.Reason
		c.OnDisconnect(func(r client.Reason) { why = append(why, r) })
		p.send(`1{"retry":7000}`)
		p.closed()
		synctest.Wait()
		require.Equal(t, []client.Reason{client.TransportClose}, why)
		start := time.Now()
		s.next("sid= at=0")
		require.Equal(t, 7*time.Second, time.Since(start))
	})
}

// A server without the extension sees nothing of it.
func TestStockServer(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(onlyWebSocket)
		got := record(c)
		p := s.next("transport=websocket").websocket()
		p.send(`0{"sid":"S","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`)
		p.gets("40")
		p.send(joined, counts(1), "2")
		p.gets("3")
		synctest.Wait()
		require.Equal(t, []int{1}, *got)
		require.NoError(t, count.Emit(c, 2))
		p.gets(counts(2))
		go func() { _ = c.Close(context.Background()) }()
		p.gets("1")
		_, _, err := p.ReadMessage()
		require.True(t, websocket.IsCloseError(err, 1000), err)
	})
}
