// eioclient.go: mode eio-client, for the tests of engine.io-client: an echo with small limits.

package modes

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func startEngineClient() (*Server, error) {
	var front engineClientFront
	return startRaw(engine.Config{
		PingInterval: 500 * time.Millisecond,
		MaxPayload:   100,
	}, raw{
		opened:  func(s *engine.Session) { send(s, eio.Text([]byte("hi"))) },
		message: front.answer,
	}, front.before)
}

// engineClientFront stands in front of the engine: it refuses, sets the cookies, and notes the headers of each POST.
type engineClientFront struct {
	next http.Handler

	mu    sync.Mutex             // guards posts
	posts map[string]http.Header // of the POST that is being handled, by session
}

func (f *engineClientFront) before(next http.Handler) http.Handler {
	f.next = next
	return f
}

func (f *engineClientFront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	sid := query.Get("sid")
	switch {
	case query.Has("deny"):
		engine.ErrForbidden.Write(w)
		return
	case r.Method == http.MethodPost && sid != "":
		f.note(sid, r.Header)
		defer f.note(sid, nil)
	case sid == "":
		w = &cookieWriter{ResponseWriter: w}
	}
	f.next.ServeHTTP(w, r)
}

// note keeps the headers of a session's POST while they are not nil.
func (f *engineClientFront) note(sid string, h http.Header) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h == nil {
		delete(f.posts, sid)
		return
	}
	if f.posts == nil {
		f.posts = map[string]http.Header{}
	}
	f.posts[sid] = h
}

func (f *engineClientFront) noted(sid string) http.Header {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.posts[sid]
}

func (f *engineClientFront) answer(s *engine.Session, p eio.Packet) {
	if !p.Binary {
		switch string(p.Data) {
		case "give binary":
			p = eio.Binary([]byte{0, 1, 2, 3, 4})
		case "give utf8":
			p = eio.Text([]byte("пойду спать всем спокойной ночи"))
		case "sendHeaders":
			p = eio.Text(headerJSON(f.noted(s.ID())))
		}
	}
	send(s, p)
}

// headerJSON returns an object of the headers, their names in lower case.
func headerJSON(h http.Header) []byte {
	text, _ := json.Marshal(lowerHeader(h)) // strings cannot fail
	return text
}

// cookieWriter adds the cookies to the answer to a handshake that is not refused.
type cookieWriter struct{ http.ResponseWriter }

// Unwrap lets the transports reach the connection.
func (w *cookieWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *cookieWriter) WriteHeader(status int) {
	if status == http.StatusOK {
		w.setCookies()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *cookieWriter) Write(b []byte) (int, error) {
	w.setCookies()
	return w.ResponseWriter.Write(b)
}

func (w *cookieWriter) setCookies() {
	w.Header()["Set-Cookie"] = []string{
		"1=1; Max-Age=86400",
		"2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
		"3=3; Max-Age=0",
		"4=4; Expires=" + time.Now().UTC().Format(http.TimeFormat),
	}
}
