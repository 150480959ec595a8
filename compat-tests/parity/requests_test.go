// requests_test.go: the rows about requests and their refusals.

package parity

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// The refusals of the protocol.
const (
	unknownTransport = `400 {"code":0,"message":"Transport unknown"}`
	badMethod        = `400 {"code":2,"message":"Bad handshake method"}`
	badRequest       = `400 {"code":3,"message":"Bad request"}`
	forbidden        = `403 {"code":4,"message":"Forbidden"}`
	badVersion       = `400 {"code":5,"message":"Unsupported protocol version"}`
)

var _ = prove(map[string]func(*testing.T){
	"verify-transport-first":        refuses("GET", "EIO=3&transport=abc&sid=zzz", unknownTransport),
	"verify-session-before-version": refuses("GET", "EIO=3&transport=polling&sid=zzz", peer.UnknownSID),
	"verify-method-before-version":  refuses("POST", "EIO=3&transport=polling", badMethod),
	"error-transport-unknown":       refuses("GET", "EIO=4&transport=abc", unknownTransport),
	"error-session-id-unknown":      refuses("GET", peer.NewPolling+"&sid=zzz", peer.UnknownSID),
	"error-bad-handshake-method":    refuses("DELETE", peer.NewPolling, badMethod),
	"error-bad-request":             refuses("GET", peer.NewPolling+"&transport=polling", badRequest),
	"error-unsupported-version":     refuses("GET", "EIO=5&transport=polling", badVersion),
	"error-form":                    errorForm,
	"error-upgrade-form":            errorUpgradeForm,
	"error-invalid-origin":          errorInvalidOrigin,
	"error-transport-mismatch":      errorTransportMismatch,
	"error-transport-handshake":     refuses("GET", peer.NewWebsocket, badRequest),
	"error-middleware-failure":      errorMiddlewareFailure,
	"error-repeated-parameter":      refuses("GET", peer.NewPolling+"&sid=a&sid=b", badRequest),
	"error-method-with-session":     errorMethodWithSession,

	"option-transports-webtransport": refuses("GET", "EIO=4&transport=webtransport", unknownTransport),
	"webtransport-framing":           refuses("GET", "EIO=4&transport=webtransport&sid=zzz", unknownTransport),
	"engine-webtransport-session":    noWebTransport,
	"option-allow-eio3":              allowEIO3,
	"eio3-jsonp":                     meansNothing("&j=0"),
	"eio3-base64":                    meansNothing("&b64=1"),
	"cors-foreign-origin":            foreignOrigin,
})

func refuses(method, query, want string) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		require.Equal(t, want, s.Request(method, query, "").String())
		require.Zero(t, s.srv.Sessions())
	}
}

func errorForm(t *testing.T) {
	a := serve(t, everwire.Config{}).Request("GET", "EIO=3&transport=polling", "")
	require.Equal(t, badVersion, a.String())
	require.Equal(t, "application/json", a.Header.Get("Content-Type"))
}

func errorUpgradeForm(t *testing.T) {
	s := serve(t, everwire.Config{})
	for query, want := range map[string]string{
		peer.NewWebsocket + "&sid=zzz": "Session ID unknown",
		"EIO=4&transport=abc":          "Transport unknown",
		"EIO=3&transport=websocket":    "Unsupported protocol version",
	} {
		s.refusesUpgrade(query, want)
	}
}

// refusesUpgrade asks for a WebSocket, which must be refused with HTTP 400, a text and the end of the connection.
func (s *site) refusesUpgrade(query, want string, header ...string) {
	s.T.Helper()
	w, resp := s.DialWebsocket(query, header...)
	body, err := io.ReadAll(resp.Body)
	require.NoError(s.T, err)
	require.Equal(s.T, "400 "+want, fmt.Sprint(resp.StatusCode, " ", string(body)), query)
	require.Equal(s.T, "text/html", resp.Header.Get("Content-Type"))
	_, err = w.In.ReadByte()
	require.Equal(s.T, io.EOF, err, "the connection goes on")
}

func errorInvalidOrigin(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.TCP()
	_, err := fmt.Fprintf(c, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nOrigin: http://a\x01b\r\n\r\n", s.Path, peer.NewPolling, s.Addr)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, peer.ReadAnswer(c).Status)
	require.Zero(t, s.srv.Sessions())
}

func errorTransportMismatch(t *testing.T) {
	s := serve(t, everwire.Config{})
	w, p := s.join(), s.joinPolling()
	require.Equal(t, badRequest, s.Request("GET", peer.NewPolling+"&sid="+w.ID(), "").String())
	require.Equal(t, badRequest, s.Request("GET", peer.NewWebsocket+"&sid="+p.ID(), "").String())
	w.quiet()
	p.quiet()
}

func errorMiddlewareFailure(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/socket.io/", func(*everwire.Server) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "not today", http.StatusTeapot) })
	})
	require.Equal(t, "418 not today\n", s.Request("GET", peer.NewPolling, "").String())
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(t, http.StatusTeapot, resp.StatusCode)
}

func errorMethodWithSession(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	query := p.Peer.(*peer.Poll).Query
	require.Equal(t, `405 {"code":2,"message":"Method not allowed"}`, s.Request("PUT", query, "").String())
	p.quiet()
}

func noWebTransport(t *testing.T) {
	_, err := everwire.New(everwire.Config{Transports: []string{"webtransport"}})
	require.ErrorContains(t, err, "webtransport")
}

func allowEIO3(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Equal(t, badVersion, s.Request("GET", "EIO=3&transport=polling", "").String())
	s.refusesUpgrade("EIO=3&transport=websocket", "Unsupported protocol version")
}

// meansNothing asserts that a parameter changes nothing.
func meansNothing(more string) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		p := s.enter(s.Poll(more), s.srv.Namespace, "")
		require.NoError(t, s.srv.Emit("e", "x"))
		a := s.Request("GET", p.Peer.(*peer.Poll).Query+more, "")
		require.Equal(t, `200 42["e","x"]`, a.String())
		require.Equal(t, "text/plain; charset=UTF-8", a.Header.Get("Content-Type"))
	}
}

func foreignOrigin(t *testing.T) {
	s := serve(t, everwire.Config{})
	const elsewhere = "http://elsewhere.example"
	require.Equal(t, forbidden, s.Request("GET", peer.NewPolling, "", "Origin", elsewhere).String())
	_, resp := s.DialWebsocket(peer.NewWebsocket, "Origin", elsewhere)
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
	require.Zero(t, s.srv.Sessions())
}
