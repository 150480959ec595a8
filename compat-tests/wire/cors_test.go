// cors_test.go: what pages of other origins are told.

package wire

import (
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

const page = "http://page.example"

func crossOrigin() []row {
	listed := options{CORS: &cors{Origin: []string{page}, Methods: []string{"GET", "POST"}, Headers: []string{"my-header"}, Credentials: true}}
	reflecting := options{CORS: &cors{Origin: []string{page}}}
	details := options{CORS: &cors{Origin: []string{page}, Exposed: []string{"x-one", "x-two"}, MaxAge: 123, Status: 200}}
	refusing := listed
	refusing.Check = true
	return []row{
		{name: "a preflight", on: listed, check: preflight},
		{name: "a preflight, for the client's content type", check: preflightOfTheClient,
			on: options{CORS: &cors{Origin: []string{page}, Methods: []string{"GET", "POST"}, Headers: []string{"content-type"}, Credentials: true}}},
		{name: "a GET of an allowed origin", on: listed, check: allowedGet},
		{name: "a refusal", on: refusing, check: readableRefusals},
		{name: "a preflight of another origin", on: listed, check: foreignPreflight},
		{name: "exposed headers, maximal age and status", on: details, check: corsDetails},
		{name: "headers that are reflected", on: reflecting, check: reflectedHeaders},
		{name: "any origin", on: options{CORS: &cors{Origin: []string{"*"}}}, check: anyOrigin},
	}
}

// of returns the CORS headers of an answer, lists without their blanks.
func corsOf(a peer.Answer) map[string]string {
	seen := map[string]string{}
	for name, values := range a.Header {
		if short, ok := strings.CutPrefix(name, "Access-Control-"); ok {
			seen[short] = strings.ReplaceAll(strings.Join(values, ","), ", ", ",")
		}
	}
	return seen
}

func varies(a peer.Answer, by string) bool {
	for _, list := range a.Header.Values("Vary") {
		for name := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(name), by) {
				return true
			}
		}
	}
	return false
}

// ask makes the request that a browser makes before a POST with a header of the page's own.
func (s *server) askFirst(origin string) peer.Answer {
	s.T.Helper()
	return s.Request(http.MethodOptions, peer.NewPolling, "", "Origin", origin, "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "my-header")
}

func (s *server) allowing(a peer.Answer, allowedHeader string) {
	s.T.Helper()
	require.Equal(s.T, "204 ", a.String())
	got := corsOf(a)
	delete(got, "Max-Age")
	require.Equal(s.T, map[string]string{
		"Allow-Origin": page, "Allow-Methods": "GET,POST", "Allow-Headers": allowedHeader, "Allow-Credentials": "true",
	}, got)
	require.True(s.T, varies(a, "Origin"))
	require.False(s.T, varies(a, "Access-Control-Request-Headers"))
}

func preflight(s *server) {
	a := s.askFirst(page)
	s.allowing(a, "my-header")
	require.Equal(s.T, s.want("how long a preflight is remembered"), a.Header.Get("Access-Control-Max-Age"))
}

func preflightOfTheClient(s *server) { s.allowing(s.askFirst(page), "content-type") }

func allowedGet(s *server) {
	a := s.Request("GET", peer.NewPolling, "", "Origin", page)
	require.Equal(s.T, 200, a.Status)
	require.Equal(s.T, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true"}, corsOf(a))
	require.True(s.T, varies(a, "Origin"))
}

func readableRefusals(s *server) {
	for query, want := range map[string]string{
		"EIO=4&transport=websocket":  badRequest,
		peer.NewPolling + "&sid=zzz": peer.UnknownSID,
		peer.NewPolling + "&deny=no": `403 {"code":4,"message":"no"}`,
	} {
		a := s.Request("GET", query, "", "Origin", page)
		require.Equal(s.T, want, a.String())
		require.Equal(s.T, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true"}, corsOf(a))
	}
}

func foreignPreflight(s *server) {
	a := s.askFirst("http://elsewhere.example")
	require.Equal(s.T, s.want("a preflight of an origin that is not listed"), a.String())
	require.NotContains(s.T, corsOf(a), "Allow-Origin")
}

func corsDetails(s *server) {
	a := s.askFirst(page)
	require.Equal(s.T, 200, a.Status)
	require.Equal(s.T, []string{"123", "x-one,x-two", ""}, []string{corsOf(a)["Max-Age"], corsOf(a)["Expose-Headers"], corsOf(a)["Allow-Credentials"]})
	get := s.Request("GET", peer.NewPolling, "", "Origin", page)
	require.Equal(s.T, map[string]string{"Allow-Origin": page, "Expose-Headers": "x-one,x-two"}, corsOf(get))
}

func reflectedHeaders(s *server) {
	a := s.askFirst(page)
	require.Equal(s.T, "my-header", corsOf(a)["Allow-Headers"])
	require.True(s.T, varies(a, "Access-Control-Request-Headers"))
	require.True(s.T, varies(a, "Origin"))
	require.Equal(s.T, s.want("the methods that a preflight allows by default"), corsOf(a)["Allow-Methods"])
}

func anyOrigin(s *server) {
	for _, a := range []peer.Answer{s.askFirst(page), s.Request("GET", peer.NewPolling, "", "Origin", page)} {
		require.Equal(s.T, "*", corsOf(a)["Allow-Origin"])
		require.Empty(s.T, corsOf(a)["Allow-Credentials"])
		require.False(s.T, varies(a, "Origin"))
	}
}
