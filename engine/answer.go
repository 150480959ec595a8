// answer.go: what answers carry beside what their transport says, and refusals.

package engine

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/everwire/everwire/engine/eio"
)

// serveOpening has a transport answer the request that opens a session, or joins the
// race for it.
func (srv *Server) serveOpening(w http.ResponseWriter, r *http.Request, t Transport, s *Session) {
	if srv.cfg.Cookie != nil {
		c := *srv.cfg.Cookie
		c.Value = s.id
		http.SetCookie(w, &c)
	}
	srv.addHeader(w, r, true)
	t.ServeSession(w, r, s)
}

// addHeader has the application add its headers to an answer, once.
func (srv *Server) addHeader(w http.ResponseWriter, r *http.Request, opening bool) {
	if srv.cfg.ResponseHeader != nil {
		srv.cfg.ResponseHeader(w.Header(), r, opening)
	}
}

// setCookie completes the template of the cookie, or says what is wrong with it.
func (c *Config) setCookie() error {
	if c.Cookie == nil {
		return nil
	}
	own := *c.Cookie
	if own.Name == "" {
		own.Name = "io"
	}
	own.Value = ""
	if err := own.Valid(); err != nil {
		return fmt.Errorf("engine: Config.Cookie: %w", err)
	}
	c.Cookie = &own
	return nil
}

// checkInitial says what is wrong with InitialMessage: a payload has that character
// between packets.
func (c *Config) checkInitial() error {
	if utf8.ValidString(c.InitialMessage) && strings.IndexByte(c.InitialMessage, eio.Separator) < 0 {
		return nil
	}
	return fmt.Errorf("engine: Config.InitialMessage: not UTF-8, or U+001E in it: %q", c.InitialMessage)
}

// refuse answers a request in the form of its transport; t may be nil.
func (srv *Server) refuse(w http.ResponseWriter, r *http.Request, t Transport, e *Error) {
	srv.addHeader(w, r, false)
	told := Event{Kind: Refused, Err: e}
	if t != nil {
		told.Transport = t.Name()
	}
	srv.observe(told)
	srv.hintRefused(r, t, e)
	if t != nil {
		t.Refuse(w, r, e)
		return
	}
	if isUpgrade(r) {
		e.WriteUpgrade(w)
	} else {
		e.Write(w)
	}
}

// Write answers with the refusal as JSON.
func (e *Error) Write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(e.Status)
	w.Write(e.Body())
}

// WriteUpgrade answers a request for a WebSocket with the refusal: the official
// server's HTTP 400 with the text alone, and other statuses as they are.
func (e *Error) WriteUpgrade(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Connection", "close")
	h.Set("Content-Type", "text/html")
	h.Set("Content-Length", strconv.Itoa(len(e.Message)))
	w.WriteHeader(e.Status)
	w.Write([]byte(e.Message))
}
