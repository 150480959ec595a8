// polling_test.go: requests, and a client over polling.

package wire

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// separator stands between the packets of a payload.
const separator = "\x1e"

// answer is an HTTP answer.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// String is how rows write answers: status and body.
func (a answer) String() string {
	if a.err != nil {
		return "no answer: " + a.err.Error()
	}
	return fmt.Sprintf("%d %s", a.status, a.body)
}

func (s *server) url(query string) string { return s.base() + s.path + "?" + query }

// try makes a request under the server's path; a body may be of any length, and is sent in chunks if it is unknown.
func (s *server) try(method, query string, body io.Reader, header ...string) answer {
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url(query), body)
	if err != nil {
		return answer{err: err}
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(text), err}
}

// request makes a request that must be answered.
func (s *server) request(method, query, body string, header ...string) answer {
	s.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	a := s.try(method, query, r, header...)
	require.NoError(s.t, a.err, "%s %s", method, query)
	return a
}

// tcp opens a connection that the row writes to itself.
func (s *server) tcp() net.Conn {
	s.t.Helper()
	c, err := s.on.TLS.dial(s.addr)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.Close() })
	require.NoError(s.t, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// openPacket is the handshake's answer.
type openPacket struct {
	SID          string   `json:"sid"`
	Upgrades     []string `json:"upgrades"`
	PingInterval int64    `json:"pingInterval"`
	PingTimeout  int64    `json:"pingTimeout"`
	MaxPayload   int64    `json:"maxPayload"`
}

func (s *server) parseOpen(packet string) (open openPacket) {
	s.t.Helper()
	require.True(s.t, strings.HasPrefix(packet, "0{"), "%q is no OPEN packet", packet)
	require.NoError(s.t, json.Unmarshal([]byte(packet[1:]), &open))
	return open
}

const newPolling = "EIO=4&transport=polling"

// pollPeer is a client over polling.
type pollPeer struct {
	s     *server
	sid   string
	raw   string // the OPEN packet
	query string
	queue []string // packets that came and were not asked for yet
}

// poll opens a session over polling. More of the query and headers may be given.
func (s *server) poll(more string, header ...string) *pollPeer {
	s.t.Helper()
	a := s.request("GET", newPolling+more, "", header...)
	require.Equal(s.t, 200, a.status, a.body)
	sid := s.parseOpen(a.body).SID
	return &pollPeer{s: s, sid: sid, raw: a.body, query: newPolling + "&sid=" + sid}
}

func (p *pollPeer) get() answer {
	p.s.t.Helper()
	return p.s.request("GET", p.query, "")
}

// wait begins a poll that is answered later. It has reached the server when wait returns, as far as a client can know.
func (p *pollPeer) wait() <-chan answer {
	p.s.t.Helper()
	c := p.half("GET", "", "")
	later := p.s.tcp() // both connections are new: this one's turn is after the other's
	_, err := fmt.Fprintf(later, "GET /other HTTP/1.1\r\nHost: %s\r\n\r\n", p.s.addr)
	require.NoError(p.s.t, err)
	require.Equal(p.s.t, "200 other", readAnswer(later).String())
	done := make(chan answer, 1)
	go func() { done <- readAnswer(c) }() // ends with the answer, or with the row
	return done
}

// half sends the head of a request of the session, and what of the body is given.
func (p *pollPeer) half(method, header, body string) net.Conn {
	p.s.t.Helper()
	c := p.s.tcp()
	_, err := fmt.Fprintf(c, "%s %s?%s HTTP/1.1\r\nHost: %s\r\n%s\r\n%s", method, p.s.path, p.query, p.s.addr, header, body)
	require.NoError(p.s.t, err)
	return c
}

func readAnswer(c net.Conn) answer {
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return answer{err: err}
	}
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body), err}
}

// ended waits for the answer to a request that was begun.
func (s *server) ended(done <-chan answer) answer {
	s.t.Helper()
	select {
	case a := <-done:
		return a
	case <-time.After(patience):
		s.t.Fatal("a request is not answered")
		return answer{}
	}
}

func (p *pollPeer) post(body string) answer {
	p.s.t.Helper()
	return p.s.request("POST", p.query, body, "Content-Type", "text/plain;charset=UTF-8")
}

func (p *pollPeer) send(packets ...string) {
	p.s.t.Helper()
	require.Equal(p.s.t, "200 ok", p.post(strings.Join(packets, separator)).String())
}

// next returns the next packet but noops, or end.
func (p *pollPeer) next() string {
	p.s.t.Helper()
	for {
		for len(p.queue) == 0 {
			a := p.get()
			if a.status != 200 {
				require.Equal(p.s.t, unknownSID, a.String())
				return end
			}
			p.queue = strings.Split(a.body, separator)
		}
		packet := p.queue[0]
		p.queue = p.queue[1:]
		switch packet {
		case "6":
		case "1":
			return end
		default:
			return packet
		}
	}
}

func (p *pollPeer) id() string { return p.sid }

// upgrade opens the WebSocket that the session may move to.
func (p *pollPeer) probe() *wsPeer {
	p.s.t.Helper()
	w := p.trial()
	w.send("2probe")
	require.Equal(p.s.t, "3probe", w.next())
	return w
}

// trial opens a WebSocket of the session.
func (p *pollPeer) trial() *wsPeer {
	p.s.t.Helper()
	w, resp := p.s.dial("EIO=4&transport=websocket&sid=" + p.sid)
	require.Equal(p.s.t, 101, resp.StatusCode)
	w.sid = p.sid
	return w
}

// upgrade moves the session to a WebSocket.
func (p *pollPeer) upgrade() *wsPeer {
	p.s.t.Helper()
	poll := p.wait()
	w := p.probe()
	require.Equal(p.s.t, "200 6", p.s.ended(poll).String())
	w.send("5")
	return w
}
