// fake_test.go: a server that a test plays by hand, request by request.

package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

// fake hands the requests of the client to the test, in the order of their coming.
type fake struct {
	*network
	t        *testing.T
	requests chan *request
	rid      string
}

// request is one that waits for its answer.
type request struct {
	t *testing.T
	url.Values
	method string
	body   string
	w      http.ResponseWriter
	r      *http.Request
	do     chan func() bool
	gone   chan struct{} // closed when the request is over
	start  time.Time
}

// play runs f in a bubble with a fake server.
func play(t *testing.T, f func(t *testing.T, s *fake)) {
	synctest.Test(t, func(t *testing.T) {
		s := &fake{network: newNetwork(), t: t, requests: make(chan *request, 99)}
		stop := s.serve(s)
		t.Cleanup(func() {
			stop()
			time.Sleep(5 * time.Minute)
		})
		f(t, s)
	})
}

func (s *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	q := &request{s.t, r.URL.Query(), r.Method, string(body), w, r, make(chan func() bool), make(chan struct{}), time.Now()}
	defer close(q.gone)
	s.requests <- q
	for {
		select {
		case f := <-q.do:
			if f() {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// run has f called where the request is served, unless that is over. f reports
// whether it was the last.
func (q *request) run(f func() bool) {
	done := make(chan struct{})
	select {
	case q.do <- func() bool { defer close(done); return f() }:
		<-done
	case <-q.gone:
	}
}

// client makes a client, and has it connect in the background.
func (s *fake) connect(o client.Options) *client.Client {
	c := s.client(s.t, o)
	s.start(c)
	return c
}

func (s *fake) start(c *client.Client) {
	ctx, cancel := context.WithCancel(context.Background())
	s.t.Cleanup(cancel)
	go func() { _ = c.Connect(ctx) }()
}

// next returns the next request, which must have the parameters in want, such as
// "transport=sse at=1".
func (s *fake) next(want ...any) *request {
	s.t.Helper()
	select {
	case q := <-s.requests:
		for _, pair := range strings.Fields(fmt.Sprint(want...)) {
			key, value, _ := strings.Cut(pair, "=")
			require.Equal(s.t, value, q.Get(key), "%s of %s %s", key, q.method, q.r.URL)
		}
		require.Equal(s.t, "4", q.Get("EIO"))
		return q
	case <-time.After(time.Minute):
		s.t.Fatal("no request came: ", fmt.Sprint(want...))
		return nil
	}
}

// two returns the next two requests, which must be a GET and a POST.
func (s *fake) two() (get, post *request) {
	s.t.Helper()
	get, post = s.next(), s.next()
	if get.method != http.MethodGet {
		get, post = post, get
	}
	require.Equal(s.t, "GET POST", get.method+" "+post.method)
	return get, post
}

// none says that nothing is requested for that time.
func (s *fake) none(d time.Duration) {
	s.t.Helper()
	select {
	case q := <-s.requests:
		s.t.Fatalf("unexpected %s %s %q", q.method, q.r.URL, q.body)
	case <-time.After(d):
	}
}

func (q *request) answer(status int, body string) {
	q.run(func() bool {
		q.w.Header().Set("Content-Type", "text/plain")
		q.w.WriteHeader(status)
		_, _ = io.WriteString(q.w, body)
		return true
	})
}

// packets answers with packets, for which "|" stands between.
func (q *request) packets(payload string) {
	q.answer(http.StatusOK, strings.ReplaceAll(payload, "|", "\x1e"))
}

func (q *request) refuse(code int, message string) {
	q.answer(http.StatusBadRequest, fmt.Sprintf(`{"code":%d,"message":%q}`, code, message))
}

// post checks a POST and answers it.
func (q *request) post(body string) {
	q.t.Helper()
	q.says(body)
	q.answer(http.StatusOK, "ok")
}

func (q *request) says(body string) {
	q.t.Helper()
	require.Equal(q.t, http.MethodPost, q.method)
	require.Equal(q.t, body, strings.ReplaceAll(q.body, "\x1e", "|"))
}

// cancelled waits until the client has given the request up.
func (q *request) cancelled() {
	q.t.Helper()
	select {
	case <-q.gone:
	case <-time.After(time.Minute):
		q.t.Fatal("request is not given up: ", q.r.URL)
	}
}

// stream answers with an event stream.
func (q *request) stream() *request {
	q.t.Helper()
	require.Equal(q.t, client.SSE, q.Get("transport"))
	q.run(func() bool {
		q.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		q.w.WriteHeader(http.StatusOK)
		return false
	})
	return q
}

func (q *request) event(id int, payload string) *request {
	return q.raw(fmt.Sprintf("id: %d\ndata: %s\n\n", id, strings.ReplaceAll(payload, "|", "\x1e")))
}

func (q *request) raw(text string) *request {
	q.run(func() bool {
		_, _ = io.WriteString(q.w, text)
		_ = http.NewResponseController(q.w).Flush()
		return false
	})
	return q
}

// peer is the server's end of a WebSocket.
type peer struct {
	t *testing.T
	*websocket.Conn
}

func (q *request) websocket() *peer {
	q.t.Helper()
	require.Equal(q.t, client.WebSocket, q.Get("transport"))
	var conn *websocket.Conn
	var err error
	q.run(func() bool {
		var up websocket.Upgrader
		conn, err = up.Upgrade(q.w, q.r, nil)
		return true
	})
	require.NoError(q.t, err)
	require.NotNil(q.t, conn, "the client has given up")
	q.t.Cleanup(func() { conn.Close() })
	return &peer{q.t, conn}
}

func (p *peer) send(packets ...string) {
	p.t.Helper()
	for _, text := range packets {
		require.NoError(p.t, p.WriteMessage(websocket.TextMessage, []byte(text)))
	}
}

// gets reads packets, which must be those.
func (p *peer) gets(want ...string) {
	p.t.Helper()
	for _, text := range want {
		require.NoError(p.t, p.SetReadDeadline(time.Now().Add(time.Minute)))
		_, data, err := p.ReadMessage()
		require.NoError(p.t, err)
		require.Equal(p.t, text, string(data))
	}
}

// silent says that nothing comes for that time. The connection cannot be read any
// more.
func (p *peer) silent(d time.Duration) {
	p.t.Helper()
	require.NoError(p.t, p.SetReadDeadline(time.Now().Add(d)))
	_, data, err := p.ReadMessage()
	require.ErrorContains(p.t, err, "timeout", "%q", data)
}

// closed says that the client has closed the WebSocket.
func (p *peer) closed() {
	p.t.Helper()
	_ = p.SetReadDeadline(time.Now().Add(time.Minute))
	_, data, err := p.ReadMessage()
	require.Error(p.t, err, "%q", data)
	require.NotContains(p.t, err.Error(), "timeout")
}

func (p *peer) refuse(code int) {
	p.t.Helper()
	bye := websocket.FormatCloseMessage(code, "")
	require.NoError(p.t, p.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)))
}

// opening is OPEN of the session "S" with both counts.
func opening(ack, from int) string {
	return fmt.Sprintf(`0{"sid":"S","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000,"c":1,`+
		`"resume":{"window":60000,"buffer":2000,"transports":["websocket","sse","polling"],"ack":%d,"from":%d}}`, ack, from)
}

// joined is the answer to CONNECT.
const joined = `40{"sid":"abc"}`

// event is the message of the event "count".
func counts(n int) string { return fmt.Sprintf(`42["count",%d]`, n) }

// session opens a session over WebSocket, with one message from the server.
func (s *fake) session(o client.Options) (*client.Client, *peer) {
	s.t.Helper()
	c := s.connect(o)
	q := s.next("transport=websocket resume=1 at=0 c=1 sid=")
	s.rid = q.Get("rid")
	require.Len(s.t, s.rid, 22)
	p := q.websocket()
	p.send(opening(0, 0))
	p.gets("70", "2probe")
	p.send("3probe", joined)
	synctest.Wait()
	require.True(s.t, c.Connected())
	return c, p
}
