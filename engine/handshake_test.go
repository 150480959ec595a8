// handshake_test.go: which requests open a session, which are refused, and how.

package engine_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/websocket"
)

func TestOpenPacket(t *testing.T) {
	for _, c := range []struct {
		name   string
		config engine.Config
		want   string
	}{
		{
			"defaults", engine.Config{},
			`0{"sid":"SID","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`,
		}, {
			"configured", engine.Config{PingInterval: 300 * time.Millisecond, PingTimeout: 2 * time.Second, MaxPayload: 77, NoUpgrade: true},
			`0{"sid":"SID","upgrades":[],"pingInterval":300,"pingTimeout":2000,"maxPayload":77}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.config)
			open := w.do(http.MethodGet, handshake, "").Body.String()
			sid := w.last().s.ID()
			require.Regexp(t, `^[A-Za-z0-9_-]{24}$`, sid)
			require.Equal(t, c.want, strings.Replace(open, sid, "SID", 1), "the official keys, in their order")
			require.Equal(t, engine.Polling, w.last().s.Transport())
			require.Equal(t, 1, w.srv.Sessions())
		})
	}
	t.Run("websocket", func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		require.Contains(t, w.dial("").take(), `","upgrades":[],"pingInterval":25000`)
		require.Equal(t, engine.WebSocket, w.last().s.Transport())
	})
	t.Run("polling alone", func(t *testing.T) {
		srv, err := engine.New(engine.Config{}, &app{t: t}, polling.New(1000))
		require.NoError(t, err)
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/"+handshake, nil))
		require.Contains(t, rec.Body.String(), `"upgrades":[]`)
	})
}

// What is sent while the session opens comes in the answer to the handshake.
func TestSendInOpen(t *testing.T) {
	w := newWorld(t, engine.Config{})
	w.onOpen = func(s *engine.Session) error { return s.Send(text("faster!")) }
	rec := w.do(http.MethodGet, handshake, "")
	require.True(t, strings.HasSuffix(rec.Body.String(), "}\x1e4faster!"), rec.Body)
}

func TestSessionIDs(t *testing.T) {
	w := newWorld(t, engine.Config{MaxUnjoined: 1 << 20})
	seen := map[string]bool{}
	var chars [24]map[byte]bool
	const n = 2000
	for range n {
		sid := w.open().sid
		seen[sid] = true
		for i := range chars {
			if chars[i] == nil {
				chars[i] = map[byte]bool{}
			}
			chars[i][sid[i]] = true
		}
	}
	require.Len(t, seen, n)
	for i, set := range chars[3:] {
		require.Greater(t, len(set), 60, "position %d is not random", i+3)
	}
}

// refusal is a request and what becomes of it.
type refusal struct {
	name, method, query string
	upgrade             bool
	want                *engine.Error
}

var refusals = []refusal{
	{"no query", "GET", "", false, engine.ErrUnknownTransport},
	{"no transport", "GET", "?EIO=4", false, engine.ErrUnknownTransport},
	{"transport unknown", "GET", "?EIO=4&transport=abc", false, engine.ErrUnknownTransport},
	{"transport empty", "GET", "?EIO=4&transport=", false, engine.ErrUnknownTransport},
	{"transport constructor", "GET", "?EIO=4&transport=constructor", false, engine.ErrUnknownTransport},
	{"transport __proto__", "GET", "?EIO=4&transport=__proto__", false, engine.ErrUnknownTransport},
	{"transport escaped", "GET", "?EIO=4&transport=poll%69ng", false, engine.ErrUnknownTransport},
	{"transport in capitals", "GET", "?EIO=4&transport=Polling", false, engine.ErrUnknownTransport},
	{"transport unknown, POST", "POST", "?EIO=4&transport=abc", false, engine.ErrUnknownTransport},
	{"transport unknown, upgrade", "GET", "?EIO=4&transport=abc", true, engine.ErrUnknownTransport},
	{"transport twice", "GET", "?EIO=4&transport=polling&transport=websocket", false, engine.ErrBadRequest},
	{"transport twice, upgrade", "GET", "?EIO=4&transport=websocket&transport=abc", true, engine.ErrBadRequest},

	{"sid unknown", "GET", handshake + "&sid=zzz", false, engine.ErrUnknownSession},
	{"sid unknown, POST", "POST", handshake + "&sid=zzz", false, engine.ErrUnknownSession},
	{"sid unknown, upgrade", "GET", "?EIO=4&transport=websocket&sid=zzz", true, engine.ErrUnknownSession},
	{"sid twice", "GET", handshake + "&sid=a&sid=b", false, engine.ErrBadRequest},
	{"sid empty and given", "GET", handshake + "&sid=&sid=b", false, engine.ErrBadRequest},

	{"POST", "POST", handshake, false, engine.ErrBadMethod},
	{"PUT", "PUT", handshake, false, engine.ErrBadMethod},
	{"DELETE", "DELETE", handshake, false, engine.ErrBadMethod},
	{"HEAD", "HEAD", handshake, false, engine.ErrBadMethod},
	{"OPTIONS", "OPTIONS", handshake, false, engine.ErrBadMethod},
	{"POST, empty sid", "POST", handshake + "&sid=", false, engine.ErrBadMethod},
	{"POST, upgrade", "POST", "?EIO=4&transport=websocket", true, engine.ErrBadMethod},

	{"WebSocket without upgrade", "GET", "?EIO=4&transport=websocket", false, engine.ErrBadRequest},
	{"polling with upgrade", "GET", handshake, true, engine.ErrBadRequest},

	{"EIO missing", "GET", "?transport=polling", false, engine.ErrBadVersion},
	{"EIO empty", "GET", "?EIO=&transport=polling", false, engine.ErrBadVersion},
	{"EIO 3", "GET", "?EIO=3&transport=polling", false, engine.ErrBadVersion},
	{"EIO abc", "GET", "?EIO=abc&transport=polling", false, engine.ErrBadVersion},
	{"EIO 04", "GET", "?EIO=04&transport=polling", false, engine.ErrBadVersion},
	{"eio", "GET", "?eio=4&transport=polling", false, engine.ErrBadVersion},
	{"EIO 3, upgrade", "GET", "?EIO=3&transport=websocket", true, engine.ErrBadVersion},
	{"EIO twice", "GET", "?EIO=4&EIO=3&transport=polling", false, engine.ErrBadRequest},
	{"EIO twice the same", "GET", "?EIO=4&EIO=4&transport=polling", false, engine.ErrBadRequest},
}

func TestRefusals(t *testing.T) {
	a := &app{t: t}
	srv, err := engine.New(engine.Config{}, a, polling.New(1000), websocket.New(1000))
	require.NoError(t, err)
	w := &world{a, srv}
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			var rec *httptest.ResponseRecorder
			if c.upgrade {
				rec = w.do(c.method, c.query, "", asUpgrade)
			} else {
				rec = w.do(c.method, c.query, "")
			}
			// Polling answers in its own form, whoever asks.
			requireRefusal(t, rec, c.want, c.upgrade && !strings.Contains(c.query, "=polling"))
		})
	}
	require.Zero(t, srv.Sessions())
	require.Empty(t, a.receivers, "a refused request reaches nobody")
}

// requireRefusal looks at the exact form: JSON, or plain words for a WebSocket.
func requireRefusal(t *testing.T, rec *httptest.ResponseRecorder, want *engine.Error, upgrade bool) {
	t.Helper()
	require.Equal(t, want.Status, rec.Code, rec.Body)
	if upgrade {
		require.Equal(t, want.Message, rec.Body.String())
		require.Equal(t, "text/html", rec.Header().Get("Content-Type"))
		require.Equal(t, "close", rec.Header().Get("Connection"))
		return
	}
	require.Equal(t, "application/json", rec.Header().Get("Content-Type"))
	require.Equal(t, "no-store", rec.Header().Get("Cache-Control"))
	require.Equal(t, string(want.Body()), rec.Body.String())
}

func TestRefusalBodies(t *testing.T) {
	for body, e := range map[string]*engine.Error{
		`{"code":0,"message":"Transport unknown"}`:            engine.ErrUnknownTransport,
		`{"code":1,"message":"Session ID unknown"}`:           engine.ErrUnknownSession,
		`{"code":2,"message":"Bad handshake method"}`:         engine.ErrBadMethod,
		`{"code":3,"message":"Bad request"}`:                  engine.ErrBadRequest,
		`{"code":4,"message":"Forbidden"}`:                    engine.ErrForbidden,
		`{"code":5,"message":"Unsupported protocol version"}`: engine.ErrBadVersion,
	} {
		require.Equal(t, body, string(e.Body()))
		require.Equal(t, "engine: "+e.Message, e.Error())
	}
}

// Requests of a session are refused without touching it.
func TestRefusalsOfKnownSession(t *testing.T) {
	notAllowed := `Method Not Allowed {"code":2,"message":"Method not allowed"}`
	badVersion := `Bad Request {"code":5,"message":"Unsupported protocol version"}`
	for _, c := range []struct {
		name, method, query, want string
		upgrade                   bool
	}{
		{"PUT", "PUT", handshake, notAllowed, false},
		{"DELETE", "DELETE", handshake, notAllowed, false},
		{"HEAD", "HEAD", handshake, notAllowed, false},
		{"OPTIONS", "OPTIONS", handshake, notAllowed, false},
		{"TRACE", "TRACE", handshake, notAllowed, false},
		{"EIO 3", "GET", "?EIO=3&transport=polling", badVersion, false},
		{"EIO 3, POST", "POST", "?EIO=3&transport=polling", badVersion, false},
		{"EIO twice", "GET", "?EIO=4&transport=polling&EIO=3", badRequest, false},
		{"WebSocket without upgrade", "GET", "?EIO=4&transport=websocket", badRequest, false},
		{"polling with upgrade", "GET", handshake, badRequest, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k := w.open()
			var change []func(*http.Request)
			if c.upgrade {
				change = append(change, asUpgrade)
			}
			require.Equal(t, c.want, answer(w.do(c.method, c.query+"&sid="+k.sid, "4x", change...)))
			require.Empty(t, k.messages())
			k.say("alive")
			require.Equal(t, "4alive", k.poll())
		})
	}
	t.Run("upgrade with other EIO", func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		for _, eio := range []string{"", "EIO=&", "EIO=3&", "EIO=4&EIO=3&"} {
			rec := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/?"+eio+"transport=websocket&sid="+k.sid, nil)
			asUpgrade(r)
			trial := &socket{t: t}
			w.srv.ServeHTTP(rec, withSocket(r, trial))
			require.Equal(t, http.StatusBadRequest, rec.Code, eio)
			require.Nil(t, trial.conn)
		}
	})
}

// Nothing of a hostile session ID means anything.
func TestHostileSessionIDs(t *testing.T) {
	w := newWorld(t, engine.Config{})
	for _, sid := range []string{
		"__proto__", "constructor", "hasOwnProperty", "toString", strings.Repeat("a", 10_000), "%00", "../x", "%ff%fe", "\x01", "%",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			rec := httptest.NewRecorder()
			r := httptest.NewRequest(method, "/", nil)
			r.URL.RawQuery = "EIO=4&transport=polling&sid=" + sid
			w.srv.ServeHTTP(rec, r)
			require.Equal(t, unknownSession, answer(rec), "%q", sid)
		}
	}
	// As in the official server, an empty one is none.
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, handshake+"&sid=", "").Code)
}

// The application may refuse; its words reach the client.
func TestOpenRefuses(t *testing.T) {
	w := newWorld(t, engine.Config{MaxUnjoined: 1})
	w.onOpen = func(*engine.Session) error { return errors.New("members only") }
	for range 3 { // and takes no place
		require.Equal(t, `Forbidden {"code":4,"message":"members only"}`, answer(w.do(http.MethodGet, handshake, "")))
	}
	require.Zero(t, w.srv.Sessions())
	require.ErrorIs(t, w.last().s.Send(text("x")), engine.ErrClosed)
	require.Empty(t, w.last().closed(), "nobody receives")
}

func TestRequestIsKept(t *testing.T) {
	w := newWorld(t, engine.Config{})
	w.do(http.MethodGet, handshake+"&room=a%20b&room=c", "", func(r *http.Request) {
		r.Host, r.RemoteAddr = "chat.example", "192.0.2.7:1234"
		r.Header = http.Header{"User-Agent": {"test"}, "X-Two": {"a: b", "c"}, "Sec-Websocket-Key": {"secret"}}
	})
	q := w.last().s.Request()
	require.Equal(t, http.Header{"User-Agent": {"test"}, "X-Two": {"a: b", "c"}}, q.Header())
	require.Equal(t, []string{"a b", "c"}, q.Query()["room"])
	require.Equal(t, "chat.example", q.Host)
	require.Equal(t, "192.0.2.7:1234", q.RemoteAddr)
	require.False(t, q.Secure)
	require.WithinDuration(t, time.Now(), q.Time, time.Minute)
	require.Regexp(t, regexp.MustCompile(`^/engine\.io/\?EIO=4`), q.URI)
	require.NoError(t, q.Context.Err())
}
