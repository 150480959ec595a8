// eioclient.go: mode eio-client, for the tests of engine.io-client: an echo with small limits.

package modes

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func startEngineClient() (*Server, error) {
	var posts postHeaders
	return startRaw(engine.Config{
		PingInterval:   500 * time.Millisecond,
		MaxPayload:     100,
		CheckRequest:   denied,
		ResponseHeader: posts.header,
	}, raw{
		opened:  func(s *engine.Session) { send(s, eio.Text([]byte("hi"))) },
		message: posts.answer,
		closed:  posts.forget,
	})
}

func denied(r *http.Request) error {
	if r.URL.Query().Has("deny") {
		return errors.New("") // without a reason
	}
	return nil
}

// postHeaders notes the headers of each session's latest POST.
type postHeaders struct {
	mu        sync.Mutex // guards bySession
	bySession map[string]http.Header
}

// header is called before each answer: it sets the cookies of the first.
func (p *postHeaders) header(h http.Header, r *http.Request, opening bool) {
	if opening {
		setCookies(h)
	}
	if r.Method == http.MethodPost {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.bySession == nil {
			p.bySession = map[string]http.Header{}
		}
		p.bySession[r.URL.Query().Get("sid")] = r.Header
	}
}

func (p *postHeaders) of(s *engine.Session) http.Header {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bySession[s.ID()]
}

func (p *postHeaders) forget(s *engine.Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.bySession, s.ID())
}

func (p *postHeaders) answer(s *engine.Session, said eio.Packet) {
	if !said.Binary {
		switch string(said.Data) {
		case "give binary":
			said = eio.Binary([]byte{0, 1, 2, 3, 4})
		case "give utf8":
			said = eio.Text([]byte("пойду спать всем спокойной ночи"))
		case "sendHeaders":
			said = eio.Text(headerJSON(p.of(s)))
		}
	}
	send(s, said)
}

// headerJSON returns an object of the headers, their names in lower case.
func headerJSON(h http.Header) []byte {
	text, _ := json.Marshal(lowerHeader(h)) // strings cannot fail
	return text
}

func setCookies(h http.Header) {
	h["Set-Cookie"] = []string{
		"1=1; Max-Age=86400",
		"2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
		"3=3; Max-Age=0",
		"4=4; Expires=" + time.Now().UTC().Format(http.TimeFormat),
	}
}
