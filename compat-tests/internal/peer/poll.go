// poll.go: a client over polling.

package peer

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

// Separator stands between the packets of a payload.
const Separator = "\x1e"

// UnknownSID is the answer to a request of a session that does not exist, or not any more.
const UnknownSID = `400 {"code":1,"message":"Session ID unknown"}`

// Poll is a client over polling.
type Poll struct {
	SID   string
	Query string // of the session's requests

	s     *Site
	open  string   // the OPEN packet
	queue []string // packets that came and were not asked for yet
}

var _ Peer = (*Poll)(nil)

// Poll opens a session over polling. More of the query and headers may be given.
func (s *Site) Poll(more string, header ...string) *Poll {
	s.T.Helper()
	a := s.Request("GET", NewPolling+more, "", header...)
	require.Equal(s.T, 200, a.Status, a.Body)
	return s.Polls(a.Body)
}

// Polls returns a client of the session that an OPEN packet has opened.
func (s *Site) Polls(open string) *Poll {
	s.T.Helper()
	sid := s.ParseOpen(open).SID
	return &Poll{SID: sid, Query: NewPolling + "&sid=" + sid, s: s, open: open}
}

// Get polls.
func (p *Poll) Get() Answer {
	p.s.T.Helper()
	return p.s.Request("GET", p.Query, "")
}

// Wait begins a poll that is answered later. It has reached the server when Wait returns, as far as a client can know.
func (p *Poll) Wait() <-chan Answer {
	p.s.T.Helper()
	c := p.Half("GET", "", "")
	later := p.s.TCP() // both connections are new: this one's turn is after the other's
	_, err := fmt.Fprintf(later, "GET /other HTTP/1.1\r\nHost: %s\r\n\r\n", p.s.Addr)
	require.NoError(p.s.T, err)
	require.NoError(p.s.T, ReadAnswer(later).Err)
	done := make(chan Answer, 1)
	go func() { done <- ReadAnswer(c) }() // ends with the answer, or with the test
	return done
}

// Half sends the head of a request of the session, and what of the body is given.
func (p *Poll) Half(method, header, body string) net.Conn {
	p.s.T.Helper()
	c := p.s.TCP()
	_, err := fmt.Fprintf(c, "%s %s?%s HTTP/1.1\r\nHost: %s\r\n%s\r\n%s", method, p.s.Path, p.Query, p.s.Addr, header, body)
	require.NoError(p.s.T, err)
	return c
}

// ReadAnswer reads the answer to a request that was written by hand.
func ReadAnswer(c net.Conn) Answer {
	return AnswerOf(http.ReadResponse(bufio.NewReader(c), nil))
}

// Post sends a payload.
func (p *Poll) Post(body string) Answer {
	p.s.T.Helper()
	return p.s.Request("POST", p.Query, body, "Content-Type", "text/plain;charset=UTF-8")
}

// Send implements Peer.
func (p *Poll) Send(packets ...string) {
	p.s.T.Helper()
	require.Equal(p.s.T, "200 ok", p.Post(strings.Join(packets, Separator)).String())
}

// Next implements Peer; it returns the next packet but noops, or End.
func (p *Poll) Next() string {
	p.s.T.Helper()
	for {
		for len(p.queue) == 0 {
			a := p.Get()
			if a.Status != 200 {
				require.Equal(p.s.T, UnknownSID, a.String())
				return End
			}
			p.queue = strings.Split(a.Body, Separator)
		}
		packet := p.queue[0]
		p.queue = p.queue[1:]
		switch packet {
		case "6":
		case "1":
			return End
		default:
			return packet
		}
	}
}

// ID implements Peer.
func (p *Poll) ID() string { return p.SID }

// Opened implements Peer.
func (p *Poll) Opened() string { return p.open }

// Probe opens the WebSocket that the session may move to.
func (p *Poll) Probe() *WS {
	p.s.T.Helper()
	w := p.Trial()
	w.Send("2probe")
	require.Equal(p.s.T, "3probe", w.Next())
	return w
}

// Trial opens a WebSocket of the session.
func (p *Poll) Trial() *WS {
	p.s.T.Helper()
	return p.s.Trial(p.SID)
}

// Upgrade moves the session to a WebSocket.
func (p *Poll) Upgrade() *WS {
	p.s.T.Helper()
	poll := p.Wait()
	w := p.Probe()
	require.Equal(p.s.T, "200 6", p.s.Ended(poll).String())
	w.Send("5")
	return w
}
