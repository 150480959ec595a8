// e_harness_test.go: sessions of the extension (PROTOCOL.md), and requests for them legal or not.

package hostile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

// What a request of the extension comes to, whatever its transport. Others are the body of a 200, or the status.
const (
	opened     = "OPEN"
	unknown    = "unknown session"
	superseded = "superseded"
	badRequest = "bad request"
	retired    = "retired"
	noop       = "6"
	done       = "ok"
)

var closeCodes = map[int]string{4000: retired, 4001: unknown, 4002: superseded, 4003: badRequest}

// verdict says what a request came to that was answered by HTTP.
func (a answer) verdict() string {
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.status == http.StatusOK && strings.HasPrefix(a.body, "0{"):
		return opened
	case a.status == http.StatusOK:
		return a.body
	case a.status == http.StatusBadRequest && a.code() == 1:
		return unknown
	case a.status == http.StatusBadRequest && strings.Contains(a.body, "superseded"):
		return superseded
	case a.status == http.StatusBadRequest && a.code() == 3:
		return badRequest
	}
	return itoa(a.status)
}

// A reply is what a request came to, and the connection if that goes on.
type reply struct {
	verdict string
	packet  string // the first, if it is OPEN
	conn    *wire
}

// get makes a handshake, attaches, or polls, with that query besides EIO and transport.
func (a *attack) get(transport, query string, head ...string) reply {
	to := endpoint(transport, "") + "&" + query
	switch transport {
	case websocket:
		got, w := a.upgrade(to, head...)
		if w == nil {
			return reply{verdict: got.verdict()}
		}
		return w.firstPacket()
	case sse:
		got, w := a.stream(to, head...)
		return reply{got.verdict(), got.body, w}
	}
	got := a.request(http.MethodGet, to, header(head...), "")
	return reply{verdict: got.verdict(), packet: got.body}
}

// firstPacket reads how a WebSocket begins: with OPEN, or with its end.
func (w *wire) firstPacket() reply {
	f, err := w.read()
	switch {
	case err != nil:
		return reply{verdict: err.Error()}
	case f.op == opClose:
		_ = w.tcp.Close()
		return reply{verdict: closeCodes[closeCode(f)]}
	case strings.HasPrefix(f.payload, "0{"):
		return reply{opened, f.payload, w}
	}
	return reply{verdict: f.payload, conn: w}
}

// ended reads a WebSocket to its end and says how that came.
func (w *wire) ended() string {
	code, err := w.end()
	if err != nil {
		return err.Error()
	}
	if verdict := closeCodes[code]; verdict != "" {
		return verdict
	}
	return itoa(code)
}

// A survivor is a session of the extension.
type survivor struct {
	a         *attack
	transport string
	sid       string
	head      []string // of each request
	at, p     int64    // of its connection
	sent      int      // number of its last message
	have      int      // number of the server's last message
	conn      *wire
	rest      []string
	asks      int
}

// survivor opens a session of the extension that is in the main namespace.
func (a *attack) survivor(transport string, head ...string) *survivor {
	v := &survivor{a: a, transport: transport, head: head}
	v.begin(a.get(transport, "resume=1", head...))
	a.sids = append(a.sids, v.sid)
	v.send("40")
	require.True(a, strings.HasPrefix(v.next(), "40{"))
	return v
}

// visit starts a guest, and has f's requests go there.
func (a *attack) visit(g *guest, f func()) {
	was := a.addr
	defer func() { a.addr = was }()
	g.web.Start()
	a.addr = g.web.Listener.Addr().String()
	f()
}

// begin goes on from an OPEN packet.
func (v *survivor) begin(r reply) {
	v.a.Helper()
	require.Equal(v.a, opened, r.verdict)
	packets := strings.Split(r.packet, separator)
	var open struct {
		SID    string
		Resume *struct{ Ack, From int }
	}
	require.NoError(v.a, json.Unmarshal([]byte(packets[0][1:]), &open))
	require.NotNil(v.a, open.Resume, "%s has no resume", r.packet)
	v.sid, v.sent, v.have = open.SID, open.Resume.Ack, open.Resume.From
	v.conn, v.p, v.rest = r.conn, 0, packets[1:]
}

// query is that of a request of the session.
func (v *survivor) query(more string) string { return "resume=1&sid=" + v.sid + "&" + more }

// with is fmt.Sprintf, for queries.
func with(format string, numbers ...any) string { return fmt.Sprintf(format, numbers...) }

// get makes a request of the session.
func (v *survivor) get(transport, more string) reply {
	return v.a.get(transport, v.query(more), v.head...)
}

// post sends a body to the session.
func (v *survivor) post(transport, body, more string) string {
	to := endpoint(transport, "") + "&" + v.query(more)
	return v.a.request(http.MethodPost, to, header(v.head...), body).verdict()
}

// attachment is the query of one, with p where it is needed.
func (v *survivor) attachment(transport string, at int64, ack int) string {
	q := fmt.Sprintf("at=%d&ack=%d", at, ack)
	if transport == polling {
		q += "&p=0"
	}
	return q
}

// attach makes a new connection the session's.
func (v *survivor) attach(transport string) {
	v.a.Helper()
	v.at++
	r := v.get(transport, v.attachment(transport, v.at, v.have))
	v.transport = transport
	v.begin(r)
}

// send sends packets, of which the messages have the next numbers.
func (v *survivor) send(packets ...string) {
	v.a.Helper()
	first := v.sent + 1
	for _, p := range packets {
		if p[0] == '4' || p[0] == 'b' {
			v.sent++
		}
		if v.transport == websocket {
			_ = v.conn.lasts(v.a.target.patience)
			_, _ = v.conn.tcp.Write(text(p))
		}
	}
	if v.transport != websocket {
		require.Equal(v.a, done, v.post(v.transport, strings.Join(packets, separator), with("at=%d&n=%d", v.at, first)))
	}
}

// next returns the next packet that is a message.
func (v *survivor) next() string {
	v.a.Helper()
	for {
		p, err := v.tryNext()
		require.NoError(v.a, err)
		switch {
		case p[0] == '4' || p[0] == 'b':
			v.have++
			return p
		case p == "2":
			v.send("3")
		case p[0] != '7' && p[0] != '6' && p != "3probe":
			require.Fail(v.a, "a strange packet", "%q", p)
		}
	}
}

func (v *survivor) tryNext() (string, error) {
	if v.transport == websocket {
		_ = v.conn.lasts(v.a.target.patience)
		return v.conn.packet()
	}
	for len(v.rest) == 0 {
		if v.transport == sse {
			_ = v.conn.lasts(v.a.target.patience)
			var err error
			if v.rest, err = v.conn.payload(); err != nil {
				return "", err
			}
			continue
		}
		v.p++
		r := v.get(polling, with("at=%d&p=%d&ack=%d", v.at, v.p, v.have))
		v.rest = strings.Split(r.verdict, separator)
	}
	p := v.rest[0]
	v.rest = v.rest[1:]
	return p, nil
}

// mustLive sees to it that the session still answers.
func (v *survivor) mustLive() {
	v.a.Helper()
	v.asks++
	v.send(fmt.Sprintf(`42%d["echo","alive"]`, v.asks))
	require.Equal(v.a, fmt.Sprintf(`43%d["alive"]`, v.asks), v.next())
}

// mustBeGone sees to it that the session has ended, by a request that would change nothing.
func (v *survivor) mustBeGone() {
	v.a.Helper()
	v.a.until("the session is gone", func() bool {
		return v.get(polling, "").verdict == unknown
	})
}

// leave says goodbye, in a form that is always heard.
func (v *survivor) leave() {
	require.Equal(v.a, done, v.post(polling, "1", with("at=%d", v.at)))
	v.cut()
}

// cut closes the connection.
func (v *survivor) cut() {
	if v.conn != nil {
		_ = v.conn.tcp.Close()
	}
}

// maxNumber is the largest number that there is.
const maxNumber int64 = 1<<53 - 1
