// http_test.go: the rows about who may open sessions, and about headers, cookies and CORS.

package parity

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"option-allow-request":         allowRequest,
	"allow-request-websocket":      allowRequestWebsocket,
	"allow-request-handshake-only": allowRequestOnce,
	"error-forbidden":              errorForbidden,
	"error-id-generation":          errorIDGeneration,
	"engine-generate-id":           generateID,
	"engine-use-headers":           useHeaders,
	"engine-event-initial-headers": initialHeaders,
	"engine-event-headers":         everyHeader,
	"option-initial-packet":        initialPacket,

	"option-cookie":     noCookie,
	"cookie-handshake":  cookieHandshake,
	"cookie-websocket":  cookieWebsocket,
	"cookie-attributes": cookieAttributes,

	"option-cors":            noCORS,
	"cors-allowed-origin":    corsAllowed,
	"cors-preflight":         corsPreflight,
	"cors-preflight-foreign": corsPreflightForeign,
	"cors-options":           corsOptions,
	"cors-any-origin":        corsAny,
	"cors-refusals":          corsRefusals,

	"cors-delegate": corsDelegate,
})

// guests are refused, with a reason.
func guests(reason string) everwire.Config {
	return everwire.Config{CheckRequest: func(r *http.Request) error {
		if r.URL.Query().Get("user") == "" {
			return errors.New(reason)
		}
		return nil
	}}
}

func allowRequest(t *testing.T) {
	s := serve(t, guests("no guests"))
	require.Equal(t, `403 {"code":4,"message":"no guests"}`, s.Request("GET", peer.NewPolling, "").String())
	require.Zero(t, s.srv.Sessions())
	s.enter(s.Poll("&user=ann"), s.srv.Namespace, "").quiet()
}

func allowRequestWebsocket(t *testing.T) {
	s := serve(t, guests("no guests"))
	s.refusesUpgrade(peer.NewWebsocket, "no guests")
	s.enter(s.Websocket("&user=ann"), s.srv.Namespace, "").quiet()
}

func allowRequestOnce(t *testing.T) {
	asked := newNotes(t)
	s := serve(t, everwire.Config{CheckRequest: func(r *http.Request) error {
		asked.ch <- r.URL.RawQuery
		return nil
	}})
	p := s.joinPolling()
	p.quiet()
	p.Peer = p.Peer.(*peer.Poll).Upgrade()
	p.quiet()
	asked.expect(peer.NewPolling)
	asked.none()
}

func errorForbidden(t *testing.T) {
	s := serve(t, guests(""))
	require.Equal(t, forbidden, s.Request("GET", peer.NewPolling, "").String())
	s.refusesUpgrade(peer.NewWebsocket, "Forbidden")
}

func errorIDGeneration(t *testing.T) {
	s := serve(t, everwire.Config{NewID: func(*http.Request) (string, error) { return "", errors.New("no more IDs") }})
	require.Equal(t, badRequest, s.Request("GET", peer.NewPolling, "").String())
	require.Zero(t, s.srv.Sessions())
}

func generateID(t *testing.T) {
	n := 0
	s := serve(t, everwire.Config{NewID: func(r *http.Request) (string, error) {
		n++
		return fmt.Sprint(r.URL.Query().Get("user"), "-", n), nil
	}})
	require.Equal(t, "ann-1", s.Poll("&user=ann").SID)
	w := s.Websocket("&user=bob")
	require.Equal(t, "bob-2", w.SID)
	s.enter(w, s.srv.Namespace, "").quiet()
}

func useHeaders(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/socket.io/", around(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Front", "yes")
	}))
	p := s.Poll("")
	for _, a := range []peer.Answer{s.Request("GET", peer.NewPolling, ""), p.Post("3"), s.Request("GET", "", "")} {
		require.Equal(t, "yes", a.Header.Get("X-Front"), a)
	}
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(t, "yes", resp.Header.Get("X-Front"))
}

// headers is a server that adds headers, to first answers others than to the rest.
func headers(t *testing.T) *site {
	return serve(t, everwire.Config{ResponseHeader: func(h http.Header, r *http.Request, opening bool) {
		h.Set("X-Method", r.Method)
		if opening {
			h.Set("X-First", "yes")
		}
	}})
}

func initialHeaders(t *testing.T) {
	s := headers(t)
	require.Equal(t, "yes", s.Request("GET", peer.NewPolling, "").Header.Get("X-First"))
	p := s.Poll("")
	require.Empty(t, p.Post("40").Header.Get("X-First"))
	require.Empty(t, p.Get().Header.Get("X-First"))
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(t, "yes", resp.Header.Get("X-First"))
}

func everyHeader(t *testing.T) {
	s := headers(t)
	p := s.Poll("")
	require.Equal(t, "POST", p.Post("40").Header.Get("X-Method"))
	require.Equal(t, "GET", p.Get().Header.Get("X-Method"))
	require.Equal(t, "PUT", s.Request("PUT", p.Query, "").Header.Get("X-Method"))
	_, resp := s.DialWebsocket("EIO=4&transport=websocket&sid=" + p.SID)
	require.Equal(t, "GET", resp.Header.Get("X-Method"))
}

func initialPacket(t *testing.T) {
	s := serve(t, everwire.Config{InitialMessage: "faster!"})
	packets := splitPayload(s.Request("GET", peer.NewPolling, "").Body)
	require.Len(t, packets, 2)
	s.ParseOpen(packets[0])
	require.Equal(t, "4faster!", packets[1])
	s.Expect(s.Websocket(""), "4faster!")
}

func noCookie(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Empty(t, s.Request("GET", peer.NewPolling, "").Header.Values("Set-Cookie"))
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Empty(t, resp.Cookies())
}

func cookieHandshake(t *testing.T) {
	s := serve(t, everwire.Config{Cookie: &http.Cookie{Name: "lb"}})
	a := s.Request("GET", peer.NewPolling, "")
	require.Equal(t, "lb="+s.ParseOpen(a.Body).SID, a.Header.Get("Set-Cookie"))
	p := s.Poll("")
	for _, later := range []peer.Answer{p.Post("40"), p.Get()} {
		require.Empty(t, later.Header.Values("Set-Cookie"))
	}
}

func cookieWebsocket(t *testing.T) {
	s := serve(t, everwire.Config{Cookie: &http.Cookie{Name: "lb"}})
	w, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(t, "lb="+s.ParseOpen(w.Next()).SID, resp.Header.Get("Set-Cookie"))
}

func cookieAttributes(t *testing.T) {
	s := serve(t, everwire.Config{Cookie: &http.Cookie{Path: "/x", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: 60}})
	a := s.Request("GET", peer.NewPolling, "")
	require.Equal(t, "io="+s.ParseOpen(a.Body).SID+"; Path=/x; Max-Age=60; HttpOnly; SameSite=Strict", a.Header.Get("Set-Cookie"))
	_, err := everwire.New(everwire.Config{Cookie: &http.Cookie{Name: "a b"}})
	require.Error(t, err)
}

// page is the origin of the pages of these rows.
const page = "https://app.example"

// allows returns the Access-Control headers of an answer, without their common beginning.
func allows(a peer.Answer) map[string]string {
	found := map[string]string{}
	for name, values := range a.Header {
		if rest, ok := strings.CutPrefix(name, "Access-Control-"); ok {
			found[rest] = strings.Join(values, "|")
		}
	}
	return found
}

func noCORS(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Empty(t, allows(s.Request("GET", peer.NewPolling, "")))
	require.Empty(t, allows(s.Request("GET", peer.NewPolling, "", "Origin", page)))
}

func corsAllowed(t *testing.T) {
	s := serve(t, everwire.Config{Origins: []string{page}})
	a := s.Request("GET", peer.NewPolling, "", "Origin", page)
	require.Equal(t, 200, a.Status)
	require.Equal(t, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true"}, allows(a))
	require.Contains(t, a.Header.Values("Vary"), "Origin")
	require.Equal(t, forbidden, s.Request("GET", peer.NewPolling, "", "Origin", "https://other.example").String())
}

// preflight asks as a browser does.
func (s *site) preflight(origin string) peer.Answer {
	s.T.Helper()
	return s.Request("OPTIONS", peer.NewPolling, "", "Origin", origin,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,x-extra")
}

func corsPreflight(t *testing.T) {
	s := serve(t, everwire.Config{Origins: []string{page}})
	a := s.preflight(page)
	require.Equal(t, "204 ", a.String())
	require.Equal(t, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true", "Allow-Methods": "GET, POST",
		"Allow-Headers": "content-type,x-extra", "Max-Age": "600"}, allows(a))
	require.Zero(t, s.srv.Sessions())
}

func corsPreflightForeign(t *testing.T) {
	a := serve(t, everwire.Config{Origins: []string{page}}).preflight("https://other.example")
	require.Equal(t, forbidden, a.String())
	require.Empty(t, allows(a))
}

func corsOptions(t *testing.T) {
	s := serve(t, everwire.Config{Origins: []string{page}, CORS: everwire.CORS{
		Methods: []string{"GET"}, Headers: []string{"X-One", "X-Two"}, Exposed: []string{"X-Three"},
		MaxAge: time.Minute, Status: 200, NoCredentials: true,
	}})
	a := s.preflight(page)
	require.Equal(t, "200 ", a.String())
	require.Equal(t, map[string]string{"Allow-Origin": page, "Allow-Methods": "GET", "Allow-Headers": "X-One, X-Two",
		"Expose-Headers": "X-Three", "Max-Age": "60"}, allows(a))
}

// corsDelegate: what looks like a pattern is none.
func corsDelegate(t *testing.T) {
	for _, pattern := range []string{"/example/", "https://*.example", "https://*"} {
		_, err := everwire.New(everwire.Config{Origins: []string{pattern}})
		require.Error(t, err, pattern)
	}
}

func corsAny(t *testing.T) {
	s := serve(t, everwire.Config{Origins: []string{"*"}})
	a := s.Request("GET", peer.NewPolling, "", "Origin", page)
	require.Equal(t, 200, a.Status)
	require.Equal(t, map[string]string{"Allow-Origin": "*"}, allows(a))
}

func corsRefusals(t *testing.T) {
	s := serve(t, everwire.Config{Origins: []string{page}})
	a := s.Request("GET", peer.NewPolling+"&sid=zzz", "", "Origin", page)
	require.Equal(t, peer.UnknownSID, a.String())
	require.Equal(t, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true"}, allows(a))
}
