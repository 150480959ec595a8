// front_test.go: the options of what stands before the sessions: requests, headers, compression, and how ours has them.

package wire

import (
	"errors"
	"net/http"
	"time"

	"github.com/everwire/everwire"
)

// cors are the options of the npm package of that name.
type cors struct {
	Origin      []string `json:"origin"`
	Methods     []string `json:"methods,omitempty"`
	Headers     []string `json:"allowedHeaders,omitempty"`
	Exposed     []string `json:"exposedHeaders,omitempty"`
	Credentials bool     `json:"credentials,omitempty"`
	MaxAge      int      `json:"maxAge,omitempty"` // seconds
	Status      int      `json:"optionsSuccessStatus,omitempty"`
}

// cookie is the template of the session's cookie; what is missing is as by default.
type cookie struct {
	Name     string `json:"name,omitempty"`
	Path     string `json:"path,omitempty"`
	NoPath   bool   `json:"noPath,omitempty"`
	Readable bool   `json:"readable,omitempty"` // without HttpOnly
	Strict   bool   `json:"strict,omitempty"`
}

// compression says what is compressed; a threshold of 1 byte is 0 for the official server.
type compression struct {
	Polls     bool `json:"polls,omitempty"`
	WebSocket bool `json:"websocket,omitempty"`
	Threshold int  `json:"threshold,omitempty"` // default 1,024
}

// front adds the options to the configuration of our server.
func (o options) front(c everwire.Config) everwire.Config {
	c.InitialMessage = o.Initial
	if o.CORS != nil {
		c.Origins, c.CORS = o.CORS.Origin, o.CORS.config()
	}
	if o.Check {
		c.CheckRequest = denied
	}
	if o.Names {
		c.NewID = named
	}
	if o.Cookie != nil {
		c.Cookie = o.Cookie.template()
	}
	if o.Headers {
		c.ResponseHeader = headers
	}
	if p := o.Compress; p != nil {
		c.Compression = everwire.Compression{Polling: p.Polls, WebSocket: p.WebSocket, Threshold: p.Threshold}
	}
	return c
}

func (c *cors) config() everwire.CORS {
	return everwire.CORS{
		Methods: c.Methods, Headers: c.Headers, Exposed: c.Exposed, NoCredentials: !c.Credentials,
		MaxAge: time.Duration(c.MaxAge) * time.Second, Status: c.Status,
	}
}

func (c *cookie) template() *http.Cookie {
	out := &http.Cookie{Name: c.Name, Path: "/", HttpOnly: !c.Readable, SameSite: http.SameSiteLaxMode}
	if c.Path != "" || c.NoPath {
		out.Path = c.Path
	}
	if c.Strict {
		out.SameSite = http.SameSiteStrictMode
	}
	return out
}

func denied(r *http.Request) error {
	if q := r.URL.Query(); q.Has("deny") {
		return errors.New(q.Get("deny"))
	}
	return nil
}

func named(r *http.Request) (string, error) {
	if name := r.URL.Query().Get("name"); name != "" {
		return name, nil
	}
	return "", errors.New("no name")
}

func headers(h http.Header, _ *http.Request, opening bool) {
	h.Set("X-Each", "each")
	if opening {
		h.Set("X-First", "first")
	}
}
