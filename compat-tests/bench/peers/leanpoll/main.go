// Leanpoll is a limit reference for HTTP long-polling on net/http: packets by hand, no JSON, pooled buffers, one small
// session, no heartbeat.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"

	"github.com/everwire/everwire/compat-tests/bench/fixture"
)

const separator = 0x1e // between the packets of a payload

type session struct {
	wake chan struct{} // holds one: there is output

	mu  sync.Mutex // guards out
	out []byte
}

var (
	mu       sync.RWMutex // guards sessions
	sessions = map[string]*session{}

	bodies      = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	contentType = []string{"text/plain; charset=UTF-8"}
	ok          = []byte("ok")
)

// add queues one packet, given in parts.
func (s *session) add(parts ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.out) > 0 {
		s.out = append(s.out, separator)
	}
	for _, p := range parts {
		s.out = append(s.out, p...)
	}
}

func (s *session) packet(p []byte) {
	if bytes.HasPrefix(p, []byte("40")) {
		s.add(fmt.Appendf(nil, `40{"sid":"%s"}`, rand.Text()))
		return
	}
	head, rest, found := bytes.Cut(p, []byte(`["echo",`))
	if id, ok := bytes.CutPrefix(head, []byte("42")); ok && found {
		s.add([]byte("43"), id, []byte("["), rest)
	}
}

func serve(w http.ResponseWriter, r *http.Request) {
	w.Header()["Content-Type"] = contentType
	_, id, found := strings.Cut(r.URL.RawQuery, "sid=")
	if !found {
		open(w)
		return
	}
	id, _, _ = strings.Cut(id, "&")
	mu.RLock()
	s := sessions[id]
	mu.RUnlock()
	switch {
	case s == nil:
		http.Error(w, `{"code":1,"message":"Session ID unknown"}`, http.StatusBadRequest)
	case r.Method == http.MethodPost:
		s.post(w, r)
	default:
		s.poll(w, r)
	}
}

func open(w http.ResponseWriter) {
	id := rand.Text()
	mu.Lock()
	sessions[id] = &session{wake: make(chan struct{}, 1)}
	mu.Unlock()
	fmt.Fprintf(w, `0{"sid":"%s","upgrades":[],"pingInterval":%d,"pingTimeout":%d,"maxPayload":1000000}`,
		id, fixture.PingInterval().Milliseconds(), fixture.PingTimeout().Milliseconds())
}

func (s *session) post(w http.ResponseWriter, r *http.Request) {
	b := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(b)
	b.Reset()
	if _, err := io.Copy(b, io.LimitReader(r.Body, 1e6)); err != nil {
		http.Error(w, "body", http.StatusBadRequest)
		return
	}
	rest := b.Bytes()
	for len(rest) > 0 {
		var p []byte
		p, rest, _ = bytes.Cut(rest, []byte{separator})
		s.packet(p)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	_, _ = w.Write(ok) // an error means that the client has gone
}

// poll answers once there is output. It writes under the lock: no second poll reads meanwhile, and posts are answered
// before the answer to their requests is written.
func (s *session) poll(w http.ResponseWriter, r *http.Request) {
	for !s.flush(w) {
		select {
		case <-s.wake:
		case <-r.Context().Done():
			return
		}
	}
}

func (s *session) flush(w io.Writer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.out) == 0 {
		return false
	}
	_, _ = w.Write(s.out) // an error means that the client has gone
	s.out = s.out[:0]
	return true
}

func main() {
	log.Fatal(fixture.Serve(serve))
}
