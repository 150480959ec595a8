// session_test.go: a session of the attacker.

package hostile

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

const separator = "\x1e"

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// A session is one of the attacker's.
type session struct {
	a         *attack
	transport string
	sid       string
	ws        *wire  // of a WebSocket
	stream    *wire  // of server-sent events
	poll      *wire  // a poll that waits, if there is one
	open      string // the JSON of the OPEN packet
	asks      int
	rest      []string // packets of a poll or an event that were not taken yet
}

// endpoint is the target of a request on the session's transport; "" is the sid of none.
func endpoint(transport, sid string) string {
	t := "/socket.io/?EIO=4&transport=" + transport
	if sid != "" {
		t += "&sid=" + sid
	}
	return t
}

// open opens a session on the row's transport. Rows without a transport get one on polling.
func (a *attack) open(head ...string) *session {
	s := &session{a: a, transport: a.transport}
	var packet string
	switch s.transport {
	case websocket:
		s.ws = a.websocket("", head...)
		var err error
		packet, err = s.ws.packet()
		require.NoError(a, err)
	case sse:
		var got answer
		got, s.stream = a.stream(endpoint(sse, ""), head...)
		require.NotNil(a, s.stream, "%s", got)
		packet = got.body
	default:
		s.transport = polling
		got := a.request(http.MethodGet, endpoint(polling, ""), header(head...), "")
		require.Equal(a, http.StatusOK, got.status, "%s", got)
		packet = got.body
	}
	a.opened(s, packet)
	return s
}

func (a *attack) opened(s *session, packet string) {
	rest, ok := strings.CutPrefix(packet, "0")
	require.True(a, ok, "%q is no OPEN packet", packet)
	var open struct{ SID string }
	require.NoError(a, json.Unmarshal([]byte(rest), &open))
	s.sid, s.open = open.SID, rest
	a.sids = append(a.sids, s.sid)
}

// join opens a session that is in the main namespace.
func (a *attack) join(head ...string) *session {
	s := a.open(head...)
	s.send("40")
	packet := s.next()
	require.True(a, strings.HasPrefix(packet, "40{"), "%q is no answer to CONNECT", packet)
	return s
}

// send sends packets: in one POST, whatever the answer is, or a text frame each.
func (s *session) send(packets ...string) {
	s.a.Helper()
	if s.ws == nil {
		s.post(strings.Join(packets, separator))
		return
	}
	for _, p := range packets {
		s.write(text(p))
	}
}

// sendBinary sends a packet with attachments.
func (s *session) sendBinary(packet string, attachments ...string) {
	if s.ws != nil {
		s.send(packet)
		for _, b := range attachments {
			s.write(frame(final|opBinary, b))
		}
		return
	}
	for _, b := range attachments {
		packet += separator + "b" + base64.StdEncoding.EncodeToString([]byte(b))
	}
	s.send(packet)
}

// endpoint is the target of the session's requests; a WebSocket has those of polling, which are refused.
func (s *session) endpoint() string {
	if s.ws != nil {
		return endpoint(polling, s.sid)
	}
	return endpoint(s.transport, s.sid)
}

// post sends a POST.
func (s *session) post(body string, head ...string) answer {
	return s.a.request(http.MethodPost, s.endpoint(), header(head...), body)
}

// connection is what the session's connection is, if it has one that stays.
func (s *session) connection() *wire { return cmp.Or(s.ws, s.stream) }

// drop closes the connection.
func (s *session) drop() {
	if c := s.connection(); c != nil {
		_ = c.tcp.Close()
	}
}

// write writes frames. A server that has closed already makes it end in an error, which the reader sees too.
func (s *session) write(frames ...[]byte) {
	_ = s.ws.lasts(s.a.target.patience)
	_, _ = s.ws.tcp.Write(slices.Concat(frames...))
}

// wait sends a poll without waiting for its answer, which next and mustClose read.
func (s *session) wait() {
	if s.transport == polling && s.ws == nil && s.poll == nil {
		s.poll = s.a.dial()
		require.NoError(s.a, s.poll.send(http.MethodGet, endpoint(polling, s.sid), "Connection: close\r\n", ""))
	}
}

// polled is the answer to a poll.
func (s *session) polled() answer {
	s.wait()
	got := s.poll.answer(http.MethodGet)
	_ = s.poll.tcp.Close()
	s.poll = nil
	return got
}

// next returns the next packet that is no heartbeat.
func (s *session) next() string {
	s.a.Helper()
	for {
		p, err := s.tryNext()
		require.NoError(s.a, err)
		if p != "2" {
			return p
		}
		s.send("3")
	}
}

func (s *session) tryNext() (string, error) {
	if s.ws != nil {
		return s.ws.packet()
	}
	if len(s.rest) == 0 && s.stream != nil {
		_ = s.stream.lasts(s.a.target.patience)
		var err error
		if s.rest, err = s.stream.payload(); err != nil {
			return "", err
		}
	}
	if len(s.rest) == 0 {
		got := s.polled()
		if got.status != http.StatusOK {
			return "", fmt.Errorf("poll: %s", got)
		}
		s.rest = strings.Split(got.body, separator)
	}
	p := s.rest[0]
	s.rest = s.rest[1:]
	return p, nil
}

// mustLive sees to it that the session still answers.
func (s *session) mustLive() {
	s.a.Helper()
	s.asks++
	id := 1000 + s.asks
	s.send(fmt.Sprintf(`42%d["echo","alive"]`, id))
	want := fmt.Sprintf(`43%d["alive"]`, id)
	for {
		p := s.next()
		if p == want {
			return
		}
		require.False(s.a, p == "1" || p == "6", "the session was closed: %q", p)
	}
}

// mustClose sees to it that the session was closed: what its transport says of it, and that it is unknown afterwards.
// codes are those that a WebSocket may close with; none: without a code, or by the end of the TCP connection.
func (s *session) mustClose(codes ...int) {
	s.a.Helper()
	switch {
	case s.ws != nil:
		if len(codes) == 0 {
			codes = []int{noCode, dropped}
		}
		code, err := s.ws.end()
		require.NoError(s.a, err)
		require.Contains(s.a, codes, code, "code of the close frame")
	case s.stream != nil:
		last, err := s.stream.untilEnd()
		require.NoError(s.a, err)
		require.Equal(s.a, "1", last, "the last packet of the stream")
	default:
		s.mustClosePolling()
	}
	s.mustBeGone()
}

func (s *session) mustClosePolling() {
	got := s.polled()
	if got.status == http.StatusOK {
		packets := strings.Split(got.body, separator)
		require.Equal(s.a, "1", packets[len(packets)-1], "the poll ends with %s, not with a close packet", got)
		return
	}
	if isTimeout(got.err) {
		require.Fail(s.a, "the session is not closed")
	}
	s.mustBeUnknown(got)
}

// mustBeGone sees to it that the session is unknown, or will be in a moment: of the end of a connection the client may know
// before the server does.
func (s *session) mustBeGone() {
	s.a.Helper()
	poll := func() answer { return s.a.request(http.MethodGet, s.endpoint(), "", "") }
	if s.connection() != nil {
		s.a.until("the session is gone", func() bool { return poll().code() == 1 })
	}
	s.mustBeUnknown(poll())
}

func (s *session) mustBeUnknown(got answer) {
	s.a.Helper()
	require.Equal(s.a, http.StatusBadRequest, got.status, "%s", got)
	require.Equal(s.a, `{"code":1,"message":"Session ID unknown"}`, got.body)
}
