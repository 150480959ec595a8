// handshake.go: what a client connected with, as the tests of socket.io-client read it.

package modes

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/everwire/everwire"
)

type handshake struct {
	Headers map[string]string `json:"headers"`
	Time    string            `json:"time"`
	Address string            `json:"address"`
	XDomain bool              `json:"xdomain"`
	Secure  bool              `json:"secure"`
	Issued  int64             `json:"issued"`
	URL     string            `json:"url"`
	Query   map[string]string `json:"query"`
	Auth    json.RawMessage   `json:"auth"`
}

func handshakeOf(s *everwire.Socket) (handshake, error) {
	h := s.Handshake()
	auth, err := authOf(s)
	header := h.Header()
	headers := lowerHeader(header)
	headers["host"] = h.Host()
	return handshake{
		Headers: headers,
		Time:    h.Time().Format("Mon Jan 02 2006 15:04:05 GMT-0700"),
		Address: h.Address(),
		XDomain: header.Get("Origin") != "",
		Secure:  h.Secure(),
		Issued:  h.Time().UnixMilli(),
		URL:     h.URL(),
		Query:   lastValues(h.Query()),
		Auth:    auth,
	}, err
}

// lowerHeader returns the headers with their names in lower case.
func lowerHeader(h http.Header) map[string]string {
	lower := make(map[string]string, len(h))
	for name, values := range h {
		lower[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return lower
}

// lastValues returns each value of the query as plain text, the last of those with one name.
func lastValues(query url.Values) map[string]string {
	last := make(map[string]string, len(query))
	for name, values := range query {
		last[name] = values[len(values)-1]
	}
	return last
}
