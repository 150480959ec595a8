// opening_test.go: what the application has a say in when a session is opened, and in
// the headers of answers.

package engine_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// denied refuses requests by the header Deny, with its text.
func denied(r *http.Request) error {
	if deny, ok := r.Header["Deny"]; ok {
		return errors.New(deny[0])
	}
	return nil
}

func TestCheckRequest(t *testing.T) {
	asked := 0
	w := newWorld(t, engine.Config{CheckRequest: func(r *http.Request) error {
		asked++
		if r.Header.Get("Late") != "" {
			return engine.ErrTooLarge
		}
		return denied(r)
	}})
	deny := func(text string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("Deny", text) } }
	const upgrade = "?EIO=4&transport=websocket"
	require.Equal(t, `Forbidden {"code":4,"message":"no \"guests\""}`, answer(w.do(http.MethodGet, handshake, "", deny(`no "guests"`))))
	require.Equal(t, `Forbidden {"code":4,"message":"Forbidden"}`, answer(w.do(http.MethodGet, handshake, "", deny(""))))
	require.Equal(t, http.StatusRequestEntityTooLarge, w.do(http.MethodGet, handshake, "", func(r *http.Request) { r.Header.Set("Late", "1") }).Code)
	require.Equal(t, `Bad Request {"code":4,"message":"no"}`, answer(w.do(http.MethodGet, upgrade, "", asUpgrade, deny("no"))))
	require.Equal(t, `Forbidden {"code":4,"message":"no"}`, answer(w.do(http.MethodGet, upgrade+"&resume=1", "", asUpgrade, deny("no"))))
	require.Zero(t, w.srv.Sessions())
	require.Equal(t, 5, asked)
	for _, query := range []string{"?EIO=3&transport=polling", "?EIO=4&transport=pigeon", handshake + "&sid=x"} {
		w.do(http.MethodGet, query, "")
	}
	require.Equal(t, 5, asked, "what is refused anyway is not asked about")
	k := w.open()
	k.say("hi")
	require.Equal(t, "4hi", k.poll(deny("no")), "sessions that are open go on")
	require.Equal(t, 6, asked)
}

func TestCheckRequestOfALeg(t *testing.T) {
	w := newWorld(t, engine.Config{CheckRequest: denied})
	const race = handshake + "&resume=1&rid=abcdefghijklmnopqrstuv"
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, race, "").Code)
	deny := func(r *http.Request) { r.Header.Set("Deny", "no") }
	require.Equal(t, `Forbidden {"code":4,"message":"no"}`, answer(w.do(http.MethodGet, race+"&at=1", "", deny)))
}

func TestNewID(t *testing.T) {
	w := newWorld(t, engine.Config{NewID: func(r *http.Request) (string, error) {
		if name := r.Header.Get("Name"); name != "" {
			return strings.TrimPrefix(name, "="), nil
		}
		return "", errors.New("out of names")
	}})
	named := func(id string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("Name", "="+id) } }
	require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake, "")))
	for _, id := range []string{"", "a b", `a"b`, "a&b", "a=b", "ä", "a;b", "a%20b", strings.Repeat("x", 129)} {
		require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake, "", named(id))), "%q", id)
	}
	rec := w.do(http.MethodGet, handshake, "", named("Abc-1_2.~"))
	require.Equal(t, "Abc-1_2.~", sidOf(t, rec.Body.String()))
	first := &client{w, w.last(), "Abc-1_2.~"}
	require.Equal(t, "ok", first.post("4x"))
	require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake, "", named("Abc-1_2.~"))), "it is taken")
	require.Equal(t, engine.ForcedClose, w.last().closed())
	first.say("still here")
	require.Equal(t, "4still here", first.poll())
	require.Equal(t, 1, w.srv.Sessions())
}

// Without a number for what the generator failed at, an address would be shut out.
func TestFailingNewIDIsNotCounted(t *testing.T) {
	fail := true
	w := newWorld(t, engine.Config{MaxUnjoined: 1, NewID: func(*http.Request) (string, error) {
		if fail {
			return "", errors.New("out of names")
		}
		return "abc", nil
	}})
	require.Equal(t, http.StatusBadRequest, w.do(http.MethodGet, handshake, "").Code)
	fail = false
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, handshake, "").Code)
}

func TestInitialMessage(t *testing.T) {
	w := newWorld(t, engine.Config{InitialMessage: "faster!"})
	w.onOpen = func(s *engine.Session) error { s.Joined(); return s.Send(text("second")) }
	for _, query := range []string{handshake, handshake + "&resume=1", handshake + "&resume=1&rid=abcdefghijklmnopqrstuv"} {
		body := w.do(http.MethodGet, query, "").Body.String()
		require.True(t, strings.HasPrefix(body, "0{") && strings.HasSuffix(body, "}\x1e4faster!\x1e4second"), "%q", body)
	}
	require.True(t, strings.HasSuffix(w.dial("").take(), "} 4faster! 4second"))
	for _, wrong := range []string{"\xff", "a\x1eb"} {
		_, err := engine.New(engine.Config{InitialMessage: wrong}, w, memory{})
		require.ErrorContains(t, err, "Config.InitialMessage")
	}
}

func TestCookie(t *testing.T) {
	template := &http.Cookie{Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Value: "not this"}
	w := newWorld(t, engine.Config{Cookie: template})
	k := w.open()
	k.say("hi")
	for query, want := range map[string]string{
		handshake:                   "io=SID; Path=/; HttpOnly; SameSite=Lax",
		handshake + "&resume=1":     "io=SID; Path=/; HttpOnly; SameSite=Lax",
		handshake + "&sid=" + k.sid: "",
		handshake + "&sid=x":        "",
	} {
		rec := w.do(http.MethodGet, query, "")
		got := rec.Header().Get("Set-Cookie")
		require.Equal(t, want, strings.Replace(got, w.last().s.ID(), "SID", 1), query)
	}
	require.Equal(t, "not this", template.Value, "the template is not changed")
	for _, c := range []http.Cookie{{Name: "a b"}, {Path: "a;b"}} {
		_, err := engine.New(engine.Config{Cookie: &c}, w, memory{})
		require.ErrorContains(t, err, "Config.Cookie")
	}
}

func TestResponseHeader(t *testing.T) {
	var mu sync.Mutex
	var calls []string
	w := newWorld(t, engine.Config{
		Origins: []string{"http://good.example"},
		ResponseHeader: func(h http.Header, r *http.Request, opening bool) {
			mu.Lock()
			defer mu.Unlock()
			kind := r.Method
			if opening {
				kind += " first"
			}
			calls = append(calls, kind)
			h.Set("X-Kind", kind)
			h.Set("Content-Type", "not/this")
		},
	})
	k := w.open()
	k.say("hi")
	for _, c := range []struct{ method, query, origin, want string }{
		{"GET", handshake, "", "GET first"},
		{"GET", handshake + "&resume=1&rid=abcdefghijklmnopqrstuv", "", "GET first"},
		{"GET", handshake + "&resume=1&rid=abcdefghijklmnopqrstuv&at=1", "", "GET first"},
		{"GET", handshake + "&sid=" + k.sid, "", "GET"},
		{"POST", handshake + "&sid=" + k.sid, "", "POST"},
		{"GET", handshake + "&sid=x", "", "GET"},
		{"GET", handshake, "http://evil.example", "GET"},
		{"OPTIONS", handshake, "http://good.example", "OPTIONS"},
		{"PUT", "?EIO=4&transport=pigeon", "", "PUT"},
	} {
		calls = nil
		rec := w.do(c.method, c.query, "3", func(r *http.Request) {
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
		})
		require.Equal(t, []string{c.want}, calls, "%s %s: once", c.method, c.query)
		require.Equal(t, c.want, rec.Header().Get("X-Kind"))
		require.True(t, c.method == "OPTIONS" || rec.Header().Get("Content-Type") != "not/this")
	}
}

func TestCORSConfig(t *testing.T) {
	w := newWorld(t, engine.Config{
		Origins: []string{"http://good.example"},
		CORS: engine.CORS{Methods: []string{"GET"}, Headers: []string{"My-Header", "X"}, Exposed: []string{"Seen", "Y"}, MaxAge: -1, Status: 200,
			NoCredentials: true},
	})
	rec := w.do(http.MethodOptions, handshake, "", crossOrigin("http://good.example"), func(r *http.Request) {
		r.Header.Set("Access-Control-Request-Headers", "x-token")
	})
	require.Equal(t, http.StatusOK, rec.Code)
	require.Equal(t, http.Header{
		"Access-Control-Allow-Origin":   {"http://good.example"},
		"Access-Control-Allow-Methods":  {"GET"},
		"Access-Control-Allow-Headers":  {"My-Header, X"},
		"Access-Control-Expose-Headers": {"Seen, Y"},
		"Vary":                          {"Origin"},
	}, rec.Header())
	refused := w.do(http.MethodGet, handshake+"&sid=x", "", crossOrigin("http://good.example"))
	require.Equal(t, "Seen, Y", refused.Header().Get("Access-Control-Expose-Headers"))
	for _, c := range []engine.CORS{{Status: 404}, {Methods: []string{"GET, POST"}}, {Headers: []string{""}}, {Exposed: []string{"a\nb"}}} {
		_, err := engine.New(engine.Config{CORS: c}, w, memory{})
		require.ErrorContains(t, err, "Config.CORS")
	}
}
