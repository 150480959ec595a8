// cors.go: what pages of other origins are told (https://fetch.spec.whatwg.org).

package engine

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// CORS says what the pages of Config.Origins are told beside that they may connect.
// Origins is what lets them: without it, no page gets these headers, and with it
// refusals carry them too. A zero field means its default.
type CORS struct {
	Methods []string      // that a preflight allows; default "GET" and "POST", which is all that clients use
	Headers []string      // of requests that a preflight allows; default those that it asks for
	Exposed []string      // headers of answers that pages may read; default none
	MaxAge  time.Duration // for which browsers may remember a preflight; default 10 min, negative: they are not told
	Status  int           // of the answer to a preflight, 200 to 299; default 204

	// NoCredentials keeps pages from reading answers to requests with cookies; with
	// Origins "*" they cannot in any case. Cookies come all the same, on WebSockets above
	// all: where strangers may connect, do not tell users by their cookies.
	NoCredentials bool
}

func (c *CORS) setDefaults() error {
	if c.Methods == nil {
		c.Methods = []string{http.MethodGet, http.MethodPost}
	}
	if c.MaxAge == 0 {
		c.MaxAge = 10 * time.Minute
	}
	if c.Status == 0 {
		c.Status = http.StatusNoContent
	}
	if c.Status < 200 || c.Status > 299 {
		return fmt.Errorf("engine: Config.CORS.Status: browsers take %d for a refusal; use 200 to 299", c.Status)
	}
	for _, name := range append(append(append([]string(nil), c.Methods...), c.Headers...), c.Exposed...) {
		if !isToken(name) {
			return fmt.Errorf("engine: Config.CORS: %q is neither a method nor the name of a header", name)
		}
	}
	return nil
}

// isToken reports whether s is a token of HTTP (RFC 9110 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// AllowCross sets the CORS headers of an answer that is not the engine's, if the page
// of r may read it: for files that are served beside the sessions.
func (srv *Server) AllowCross(h http.Header, r *http.Request) {
	if srv.origins.check(r) == crossAllowed {
		srv.allowCross(h, r)
	}
}

// allowCross lets the page of an allowed origin read the answer.
func (srv *Server) allowCross(h http.Header, r *http.Request) {
	c := &srv.cfg.CORS
	if srv.origins.any {
		h.Set("Access-Control-Allow-Origin", "*") // which browsers take for requests without cookies alone
	} else {
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		if !c.NoCredentials {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
	}
	if len(c.Exposed) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(c.Exposed, ", "))
	}
	if r.Method == http.MethodOptions {
		c.answerPreflight(h, r)
	}
}

func (c *CORS) answerPreflight(h http.Header, r *http.Request) {
	h.Set("Access-Control-Allow-Methods", strings.Join(c.Methods, ", "))
	allowed := strings.Join(c.Headers, ", ")
	if c.Headers == nil {
		if allowed = r.Header.Get("Access-Control-Request-Headers"); allowed != "" {
			h.Add("Vary", "Access-Control-Request-Headers")
		}
	}
	if allowed != "" {
		h.Set("Access-Control-Allow-Headers", allowed)
	}
	if c.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge.Seconds())))
	}
}
