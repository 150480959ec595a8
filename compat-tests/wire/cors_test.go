// cors_test.go: what pages of other origins are told.

package wire

import (
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
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
func (a answer) cors() map[string]string {
	seen := map[string]string{}
	for name, values := range a.header {
		if short, ok := strings.CutPrefix(name, "Access-Control-"); ok {
			seen[short] = strings.ReplaceAll(strings.Join(values, ","), ", ", ",")
		}
	}
	return seen
}

func (a answer) varies(by string) bool {
	for _, list := range a.header.Values("Vary") {
		for name := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(name), by) {
				return true
			}
		}
	}
	return false
}

// ask makes the request that a browser makes before a POST with a header of the page's own.
func (s *server) askFirst(origin string) answer {
	s.t.Helper()
	return s.request(http.MethodOptions, newPolling, "", "Origin", origin, "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "my-header")
}

func (s *server) allowing(a answer, allowedHeader string) {
	s.t.Helper()
	require.Equal(s.t, "204 ", a.String())
	got := a.cors()
	delete(got, "Max-Age")
	require.Equal(s.t, map[string]string{
		"Allow-Origin": page, "Allow-Methods": "GET,POST", "Allow-Headers": allowedHeader, "Allow-Credentials": "true",
	}, got)
	require.True(s.t, a.varies("Origin"))
	require.False(s.t, a.varies("Access-Control-Request-Headers"))
}

func preflight(s *server) {
	a := s.askFirst(page)
	s.allowing(a, "my-header")
	require.Equal(s.t, s.want("how long a preflight is remembered"), a.header.Get("Access-Control-Max-Age"))
}

func preflightOfTheClient(s *server) { s.allowing(s.askFirst(page), "content-type") }

func allowedGet(s *server) {
	a := s.request("GET", newPolling, "", "Origin", page)
	require.Equal(s.t, 200, a.status)
	require.Equal(s.t, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true"}, a.cors())
	require.True(s.t, a.varies("Origin"))
}

func readableRefusals(s *server) {
	for query, want := range map[string]string{
		"EIO=4&transport=websocket": badRequest,
		newPolling + "&sid=zzz":     unknownSID,
		newPolling + "&deny=no":     `403 {"code":4,"message":"no"}`,
	} {
		a := s.request("GET", query, "", "Origin", page)
		require.Equal(s.t, want, a.String())
		require.Equal(s.t, map[string]string{"Allow-Origin": page, "Allow-Credentials": "true"}, a.cors())
	}
}

func foreignPreflight(s *server) {
	a := s.askFirst("http://elsewhere.example")
	require.Equal(s.t, s.want("a preflight of an origin that is not listed"), a.String())
	require.NotContains(s.t, a.cors(), "Allow-Origin")
}

func corsDetails(s *server) {
	a := s.askFirst(page)
	require.Equal(s.t, 200, a.status)
	require.Equal(s.t, []string{"123", "x-one,x-two", ""}, []string{a.cors()["Max-Age"], a.cors()["Expose-Headers"], a.cors()["Allow-Credentials"]})
	get := s.request("GET", newPolling, "", "Origin", page)
	require.Equal(s.t, map[string]string{"Allow-Origin": page, "Expose-Headers": "x-one,x-two"}, get.cors())
}

func reflectedHeaders(s *server) {
	a := s.askFirst(page)
	require.Equal(s.t, "my-header", a.cors()["Allow-Headers"])
	require.True(s.t, a.varies("Access-Control-Request-Headers"))
	require.True(s.t, a.varies("Origin"))
	require.Equal(s.t, s.want("the methods that a preflight allows by default"), a.cors()["Allow-Methods"])
}

func anyOrigin(s *server) {
	for _, a := range []answer{s.askFirst(page), s.request("GET", newPolling, "", "Origin", page)} {
		require.Equal(s.t, "*", a.cors()["Allow-Origin"])
		require.Empty(s.t, a.cors()["Allow-Credentials"])
		require.False(s.t, a.varies("Origin"))
	}
}
