// Package peer is a client for tests that look at a server from outside: over polling and over WebSocket, with requests
// and frames that are written by hand, so that a test sees what is on the wire and nothing else.
//
//	s := peer.NewSite(t, listener.Addr().String(), "/socket.io/")
//	p := s.Open(peer.Websocket)
//	s.Enter(p, "/", "")
//	s.Ask(p, `421["ping"]`, `431["pong"]`)
//
// What goes wrong ends the test. Binary packets are written as in a payload, "b" and base64, over both transports.
package peer

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The transports.
const (
	Polling   = "polling"
	Websocket = "websocket"
)

// Queries that open a session.
const (
	NewPolling   = "EIO=4&transport=polling"
	NewWebsocket = "EIO=4&transport=websocket"
)

// Patience is how long a test waits for what must come.
const Patience = 30 * time.Second

// Site is where a server is mounted, and the test that visits it.
type Site struct {
	T    testing.TB
	Addr string
	Path string
	HTTP *http.Client
	Dial func() (net.Conn, error) // opens the connections of WebSockets, and of requests that are written by hand
	Log  func() []string          // of the application, shown beside an unexpected packet; may be nil

	secure bool
}

// NewSite returns the site of a server that listens on addr; with a configuration of TLS that is how it is spoken to.
func NewSite(t testing.TB, addr, path string, secure *tls.Config) *Site {
	tr := &http.Transport{MaxIdleConnsPerHost: 4, DisableCompression: true, TLSClientConfig: secure}
	s := &Site{T: t, Addr: addr, Path: path, HTTP: &http.Client{Transport: tr}, secure: secure != nil}
	s.Dial = func() (net.Conn, error) {
		if secure != nil {
			return tls.Dial("tcp", addr, secure)
		}
		return net.Dial("tcp", addr)
	}
	t.Cleanup(s.HTTP.CloseIdleConnections)
	return s
}

// Answer is an HTTP answer, with its body read.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Err    error
}

// String is how tests write answers: status and body.
func (a Answer) String() string {
	if a.Err != nil {
		return "no answer: " + a.Err.Error()
	}
	return fmt.Sprintf("%d %s", a.Status, a.Body)
}

// AnswerOf reads the body of a response, unless there is an error instead.
func AnswerOf(resp *http.Response, err error) Answer {
	if err != nil {
		return Answer{Err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, string(body), err}
}

// Base returns the URL of the server without a path.
func (s *Site) Base() string {
	if s.secure {
		return "https://" + s.Addr
	}
	return "http://" + s.Addr
}

// URL returns that of the server with a query.
func (s *Site) URL(query string) string { return s.Base() + s.Path + "?" + query }

// Try makes a request under the server's path; a body may be of any length, and is sent in chunks if that is unknown.
func (s *Site) Try(method, query string, body io.Reader, header ...string) Answer {
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.URL(query), body)
	if err != nil {
		return Answer{Err: err}
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return AnswerOf(s.HTTP.Do(r))
}

// Request makes a request that must be answered.
func (s *Site) Request(method, query, body string, header ...string) Answer {
	s.T.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	a := s.Try(method, query, r, header...)
	require.NoError(s.T, a.Err, "%s %s", method, query)
	return a
}

// TCP opens a connection that the test writes to itself.
func (s *Site) TCP() net.Conn {
	s.T.Helper()
	c, err := s.Dial()
	require.NoError(s.T, err)
	s.T.Cleanup(func() { c.Close() })
	require.NoError(s.T, c.SetDeadline(time.Now().Add(Patience)))
	return c
}

// Opened is what the OPEN packet says.
type Opened struct {
	SID          string   `json:"sid"`
	Upgrades     []string `json:"upgrades"`
	PingInterval int64    `json:"pingInterval"`
	PingTimeout  int64    `json:"pingTimeout"`
	MaxPayload   int64    `json:"maxPayload"`
}

// ParseOpen reads an OPEN packet.
func (s *Site) ParseOpen(packet string) (open Opened) {
	s.T.Helper()
	require.True(s.T, strings.HasPrefix(packet, "0{"), "%q is no OPEN packet", packet)
	require.NoError(s.T, json.Unmarshal([]byte(packet[1:]), &open))
	return open
}

// Ended waits for the answer to a request that was begun.
func (s *Site) Ended(done <-chan Answer) Answer {
	s.T.Helper()
	select {
	case a := <-done:
		return a
	case <-time.After(Patience):
		s.T.Fatalf("a request is not answered")
		return Answer{}
	}
}
