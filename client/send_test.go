// send_test.go: what the client sends, when it is sent again, and what is not sent.

package client_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

// A POST is made again as it was, until it is answered.
func TestPostRetry(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c := s.connect(client.Options{Transports: []string{client.SSE}})
		q := s.next("at=0").stream().event(1, opening(0, 0)+"|"+joined)
		s.next().post("2probe")
		q.event(1, "3probe")
		synctest.Wait()
		require.NoError(t, count.Emit(c, 1))
		p := s.next("transport=sse sid=S resume=1 at=0 n=1")
		p.says(counts(1))
		require.NoError(t, count.Emit(c, 2))
		again := s.next("at=0 n=1") // not answered in time
		again.post(counts(1) + "")
		s.next("at=0 n=2").post("71|" + counts(2))
		q.event(1, "6")
	})
}

// When POSTs fail, the client attaches anew; they begin with what the server has
// not.
func TestPostFails(t *testing.T) {
	for name, fail := range map[string]func(s *fake, q *request){
		"refused": func(_ *fake, q *request) { q.refuse(3, "Bad request") },
		"busy":    func(_ *fake, q *request) { q.answer(429, "") },
		"page":    func(_ *fake, q *request) { q.answer(200, "<html>") },
		"silent":  func(s *fake, _ *request) { s.next("at=0 n=1"); s.next("at=0 n=1") },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *fake) {
				c := s.connect(client.Options{Transports: []string{client.SSE}})
				q := s.next("at=0").stream().event(1, opening(0, 0)+"|"+joined)
				s.next().post("2probe")
				q.event(1, "3probe")
				synctest.Wait()
				require.NoError(t, count.Emit(c, 1))
				require.NoError(t, count.Emit(c, 2))
				fail(s, s.next("at=0 n=1"))
				q.cancelled()
				s.next("at=1 ack=1").stream().event(1, opening(1, 1))
				s.next("at=1 n=2").says("2probe|" + counts(2))
			})
		})
	}
}

// What the server's buffer does not hold waits unnumbered; what the client's does
// not hold is refused; and so is what is too large.
func TestBuffers(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		o := onlyWebSocket
		o.Buffer = 3000
		c, p := s.session(o)
		event := func(b byte, n int) string { return strings.Repeat(string(b), n) }
		require.ErrorIs(t, text.Emit(c, event('x', 1000)), client.ErrTooLarge)
		var sent []string
		for i := range 4 { // of 888 bytes each
			m := event('a'+byte(i), 876)
			require.NoError(t, text.Emit(c, m))
			sent = append(sent, `42["text","`+m+`"]`)
			synctest.Wait()
		}
		p.gets(sent[0], sent[1])
		require.NoError(t, text.Emit(c, event('e', 876)))
		require.ErrorIs(t, text.Emit(c, event('f', 876)), client.ErrBufferFull)
		c.On("ask", func(c *client.Ctx) error { return c.Ack("answer") })
		p.send(`427["ask"]`)
		p.gets("72") // the time is over; nothing else came
		p.send("71")
		p.gets(sent[2])
		require.NoError(t, text.Emit(c, event('f', 876)))
		p.send("73")
		p.gets(sent[3], `42["text","`+event('e', 876)+`"]`, `437["answer"]`) // an answer always finds room
	})
}
