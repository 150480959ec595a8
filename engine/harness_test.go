// harness_test.go: a server with an application that remembers what it is told, a
// polling client, and a WebSocket in memory.

package engine_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/polling"
)

// app is the application: it remembers what each session brought.
type app struct {
	t         *testing.T
	onOpen    func(*engine.Session) error             // may be nil
	onReceive func(*engine.Session, eio.Packet) error // may be nil
	wrap      func(*receiver) engine.Receiver         // may be nil

	mu        sync.Mutex // guards what follows
	receivers []*receiver
}

func (a *app) Open(s *engine.Session) (engine.Receiver, error) {
	r := &receiver{app: a, s: s}
	a.mu.Lock()
	a.receivers = append(a.receivers, r)
	a.mu.Unlock()
	var given engine.Receiver = r
	if a.wrap != nil {
		given = a.wrap(r)
	}
	if a.onOpen != nil {
		return given, a.onOpen(s)
	}
	s.Joined()
	return given, nil
}

// last returns the receiver of the session that was opened last.
func (a *app) last() *receiver {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.receivers[len(a.receivers)-1]
}

// receiver fails the test when the engine breaks its word: one call at a time,
// Closed once and last.
type receiver struct {
	app *app
	s   *engine.Session

	calls atomic.Int32
	ended atomic.Bool

	mu     sync.Mutex // guards what follows
	got    []string
	reason engine.CloseReason
}

func (r *receiver) Receive(p eio.Packet) error {
	if r.calls.Add(1) != 1 || r.ended.Load() {
		r.app.t.Error("Receive overlaps another call, or comes after Closed")
	}
	defer r.calls.Add(-1)
	r.mu.Lock()
	r.got = append(r.got, string(eio.Append(nil, p)))
	r.mu.Unlock()
	if r.app.onReceive != nil {
		return r.app.onReceive(r.s, p)
	}
	return nil
}

func (r *receiver) Closed(why engine.CloseReason) {
	if r.calls.Add(1) != 1 || r.ended.Swap(true) {
		r.app.t.Error("Closed overlaps another call, or comes twice")
	}
	defer r.calls.Add(-1)
	r.mu.Lock()
	r.reason = why
	r.mu.Unlock()
}

// messages returns what was received, in text form.
func (r *receiver) messages() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.got...)
}

// closed returns the reason that Closed was called with, or "".
func (r *receiver) closed() engine.CloseReason {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason
}

// world is a server and its application.
type world struct {
	*app
	srv *engine.Server
}

// newWorld makes a server of polling and of WebSockets in memory. In a bubble, time
// goes on after the test until the engine has come to rest.
func newWorld(t *testing.T, c engine.Config) *world {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &app{t: t}
	srv, err := engine.New(c, a, polling.New(1_000_000), memory{})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = srv.Shutdown(ctx)
		if time.Now().Year() < 2020 { // the clock of a bubble
			time.Sleep(time.Second)
		}
	})
	return &world{a, srv}
}

// do serves one request to its end.
func (w *world) do(method, query, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/engine.io/"+query, strings.NewReader(body))
	if method != http.MethodPost {
		r = httptest.NewRequest(method, "/engine.io/"+query, nil)
	}
	for _, f := range change {
		f(r)
	}
	rec := httptest.NewRecorder()
	w.srv.ServeHTTP(rec, r)
	return rec
}

// client is the client of a polling session.
type client struct {
	*world
	*receiver
	sid string
}

const handshake = "?EIO=4&transport=polling"

// open opens a polling session.
func (w *world) open() *client {
	rec := w.do(http.MethodGet, handshake, "")
	require.Equal(w.t, http.StatusOK, rec.Code, rec.Body)
	return &client{w, w.last(), sidOf(w.t, rec.Body.String())}
}

func sidOf(t *testing.T, open string) string {
	var data struct{ SID string }
	first, _, _ := strings.Cut(open, "\x1e")
	require.NoError(t, json.Unmarshal([]byte(first[1:]), &data), open)
	return data.SID
}

// poll makes one GET and waits for its answer, as "status body" with packets
// divided by blanks.
func (c *client) poll(change ...func(*http.Request)) string {
	return answer(c.do(http.MethodGet, handshake+"&sid="+c.sid, "", change...))
}

// goPoll makes a GET and returns where its answer comes.
func (c *client) goPoll(change ...func(*http.Request)) <-chan string {
	ch := make(chan string, 1)
	go func() { ch <- c.poll(change...) }()
	return ch
}

func (c *client) post(body string, change ...func(*http.Request)) string {
	return answer(c.do(http.MethodPost, handshake+"&sid="+c.sid, body, change...))
}

func answer(rec *httptest.ResponseRecorder) string {
	text := http.StatusText(rec.Code) + " " + strings.ReplaceAll(rec.Body.String(), "\x1e", " ")
	return strings.TrimSpace(strings.TrimPrefix(text, "OK "))
}

// cancelled makes a request end with cancel.
func cancelled(ctx context.Context) func(*http.Request) {
	return func(r *http.Request) { *r = *r.WithContext(ctx) }
}

const (
	unknownSession = `Bad Request {"code":1,"message":"Session ID unknown"}`
	badRequest     = `Bad Request {"code":3,"message":"Bad request"}`
)

// say sends a text message to the client.
func (r *receiver) say(texts ...string) {
	for _, s := range texts {
		require.NoError(r.app.t, r.s.Send(text(s)))
	}
}

func text(s string) *engine.Message { return engine.NewMessage(eio.Text([]byte(s))) }

// memory is the transport "websocket", without a network.
type memory struct{}

type socketKey struct{}

// socket is a WebSocket in memory: what a transport has of it.
type socket struct {
	t     *testing.T
	conn  *engine.Conn
	err   error
	woken atomic.Int32
	wake  chan struct{}
}

func (memory) Name() string { return engine.WebSocket }

func (memory) ServeSession(_ http.ResponseWriter, r *http.Request, s *engine.Session) {
	k := r.Context().Value(socketKey{}).(*socket)
	k.conn, k.err = s.Attach(r, func() {
		k.woken.Add(1)
		select {
		case k.wake <- struct{}{}:
		default:
		}
	})
}

func (memory) Refuse(w http.ResponseWriter, r *http.Request, e *engine.Error) {
	if k, ok := r.Context().Value(socketKey{}).(*socket); ok {
		k.err = e
	}
	e.Write(w)
}

// dial opens a WebSocket, with the session of sid if it is not "".
func (w *world) dial(sid string) *socket {
	query := ""
	if sid != "" {
		query += "&sid=" + sid
	}
	return w.dialQuery(query)
}

// dialQuery is dial with more parameters.
func (w *world) dialQuery(query string) *socket {
	k := &socket{t: w.t, wake: make(chan struct{}, 1)}
	query = "?EIO=4&transport=websocket" + query
	w.do(http.MethodGet, query, "", asUpgrade, func(r *http.Request) { *r = *withSocket(r, k) })
	return k
}

func asUpgrade(r *http.Request) {
	r.Header.Set("Connection", "keep-alive, Upgrade")
	r.Header.Set("Upgrade", "WebSocket")
}

// take returns what there is to send now, with "end" where the connection is to be
// closed, and arms wake.
func (k *socket) take() string {
	var b engine.Batch
	var out []string
	for {
		require.NoError(k.t, k.conn.TryNext(&b))
		for _, p := range b.Control {
			out = append(out, string(eio.Append(nil, p)))
		}
		for _, m := range b.Messages {
			out = append(out, string(m.AppendPayload(nil, 0)))
		}
		for _, p := range b.Tail {
			out = append(out, string(eio.Append(nil, p)))
		}
		if b.Code != 0 {
			return strings.Join(append(out, "end", strconv.Itoa(b.Code)), " ")
		}
		if b.End != 0 {
			return strings.Join(append(out, "end"), " ")
		}
		if b.Empty() {
			return strings.Join(out, " ")
		}
	}
}

// send hands in a packet.
func (k *socket) send(packet string) error {
	p, err := eio.Parse([]byte(packet))
	require.NoError(k.t, err)
	return k.conn.Receive(p)
}

// withSocket has a request tell k what becomes of it.
func withSocket(r *http.Request, k *socket) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), socketKey{}, k))
}
