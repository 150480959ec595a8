// opening_test.go: what the application has a say in when a session is opened: who may, its ID, cookie, first message and
// headers; and at which path.

package wire

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/stretchr/testify/require"
)

func opening() (rows []row) {
	rows = []row{
		{name: "refused with a reason", on: options{Check: true}, check: refusedWith("no guests", "no guests")},
		{name: "refused without a reason", on: options{Check: true}, check: refusedWith("", "Forbidden")},
		{name: "a refused upgrade", on: options{Check: true}, check: refusedUpgrade},
		{name: "only the first request of a session is checked", on: options{Check: true}, check: checkedOnce},
		{name: "a generator of session IDs that fails", on: options{Names: true}, check: failingGenerator},
		{name: "no slash: the path alone, and below it", on: options{NoSlash: true}, check: withoutSlash},
		{name: "the path without its slash", check: pathAlone},
		{name: "headers of the first answer and of each", on: options{Headers: true}, check: pollingHeaders},
		{name: "headers in the 101", on: options{Headers: true}, check: upgradeHeaders},
		{name: "headers of a middleware in the 101", on: options{Front: "pass"}, check: middlewareHeadersOfUpgrade},
		{name: "cookie on a WebSocket's handshake", on: options{Cookie: &cookie{}}, check: cookieOfWebSocket},
	}
	for _, c := range []struct {
		name   string
		cookie cookie
		want   string
	}{
		{"default", cookie{}, "io=SID; Path=/; HttpOnly; SameSite=Lax"},
		{"name", cookie{Name: "node"}, "node=SID; Path=/; HttpOnly; SameSite=Lax"},
		{"path", cookie{Path: "/custom"}, "io=SID; Path=/custom; HttpOnly; SameSite=Lax"},
		{"no path", cookie{NoPath: true}, "io=SID; HttpOnly; SameSite=Lax"},
		{"no HttpOnly", cookie{Readable: true}, "io=SID; Path=/; SameSite=Lax"},
		{"strict", cookie{Strict: true}, "io=SID; Path=/; HttpOnly; SameSite=Strict"},
	} {
		rows = append(rows, row{name: "cookie: " + c.name, on: options{Cookie: &c.cookie}, check: cookieIs(c.want)})
	}
	return append(rows, inBoth(
		row{name: "OPEN has the ID of the generator", on: options{Names: true}, check: generatedID},
		row{name: "the initial packet", on: options{Initial: "faster!"}, check: initialPacket},
	)...)
}

func refusedWith(reason, told string) func(*server) {
	return func(s *server) {
		a := s.request("GET", newPolling+"&deny="+url.QueryEscape(reason), "")
		require.Equal(s.t, `403 {"code":4,"message":"`+told+`"}`, a.String())
		require.Equal(s.t, "application/json", a.header.Get("Content-Type"))
	}
}

func refusedUpgrade(s *server) {
	for reason, told := range map[string]string{"guests": "guests", "": "Forbidden"} {
		w, resp := s.dial(newWebsocket + "&deny=" + reason)
		body, err := io.ReadAll(resp.Body)
		require.NoError(s.t, err)
		require.Equal(s.t, "400 "+told, fmt.Sprint(resp.StatusCode, " ", string(body)))
		require.Equal(s.t, "text/html", resp.Header.Get("Content-Type"))
		_, err = w.in.ReadByte()
		require.Equal(s.t, io.EOF, err, "the connection goes on")
	}
}

func checkedOnce(s *server) {
	p := s.poll("")
	p.query += "&deny=no"
	s.enter(p, "/", "")
	s.alive(p)
	s.alive(p.upgrade())
}

// generatedID: the session goes on under it, also over the other transport.
func generatedID(s *server) {
	p := s.openWith("&name=Some-Name_1")
	require.Equal(s.t, "Some-Name_1", p.id())
	s.enter(p, "/", "")
	s.alive(p)
	if poll, ok := p.(*pollPeer); ok {
		s.alive(poll.upgrade())
	}
}

func failingGenerator(s *server) {
	require.Equal(s.t, badRequest, s.request("GET", newPolling, "").String())
	_, resp := s.dial(newWebsocket)
	require.Equal(s.t, s.want("a generator that fails, over WebSocket"), fmt.Sprint(resp.StatusCode))
}

// initialPacket is read from the raw answer: peers take OPEN for the whole of it.
func initialPacket(s *server) {
	if s.over == polling {
		a := s.request("GET", newPolling, "")
		open, rest, _ := strings.Cut(a.body, separator)
		s.parseOpen(open)
		require.Equal(s.t, "4faster!", rest)
		return
	}
	w := s.websocket("")
	s.expect(w, "4faster!")
}

func cookieIs(want string) func(*server) {
	return func(s *server) {
		a := s.request("GET", newPolling, "")
		sid := s.parseOpen(a.body).SID
		require.Equal(s.t, []string{strings.Replace(want, "SID", sid, 1)}, a.header.Values("Set-Cookie"))
		p := &pollPeer{s: s, sid: sid, query: newPolling + "&sid=" + sid}
		s.enter(p, "/", "")
		for _, later := range []answer{p.post(`42["echo"]`), p.get(), s.request("GET", newPolling+"&sid=zzz", "")} {
			require.Empty(s.t, later.header.Values("Set-Cookie"))
		}
	}
}

func cookieOfWebSocket(s *server) {
	w, resp := s.dial(newWebsocket)
	sid := s.parseOpen(w.next()).SID
	require.Equal(s.t, s.want("the cookie in the 101"), strings.Replace(resp.Header.Get("Set-Cookie"), sid, "SID", 1))
}

// at requests any path, and is not redirected.
func (s *server) at(path string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.base()+path, nil)
	require.NoError(s.t, err)
	resp, err := s.client.Transport.RoundTrip(r)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return answer{resp.StatusCode, resp.Header, string(body), nil}
}

func withoutSlash(s *server) {
	for _, path := range []string{"/socket.io", "/socket.io/foo/bar/"} {
		require.Equal(s.t, 200, s.at(path+"?"+newPolling).status, path)
	}
	s.path = "/socket.io"
	p := s.pollJoin()
	s.alive(p)
	s.alive(p.upgrade())
}

func pathAlone(s *server) {
	require.Equal(s.t, s.want("the path without its slash"), fmt.Sprint(s.at("/socket.io?"+newPolling).status))
}

func (s *server) headed(h http.Header, first string) {
	s.t.Helper()
	require.Equal(s.t, []string{first, "each"}, []string{h.Get("X-First"), h.Get("X-Each")})
}

func pollingHeaders(s *server) {
	a := s.request("GET", newPolling, "")
	s.headed(a.header, "first")
	sid := s.parseOpen(a.body).SID
	p := &pollPeer{s: s, sid: sid, query: newPolling + "&sid=" + sid}
	s.headed(p.post("40").header, "")
	s.headed(p.get().header, "")
}

func upgradeHeaders(s *server) {
	_, resp := s.dial(newWebsocket)
	s.headed(resp.Header, "first")
	p := s.poll("")
	_, resp = s.dial("EIO=4&transport=websocket&sid=" + p.sid)
	require.Equal(s.t, 101, resp.StatusCode)
	s.headed(resp.Header, "")
}

func middlewareHeadersOfUpgrade(s *server) {
	_, resp := s.dial(newWebsocket)
	require.Equal(s.t, 101, resp.StatusCode)
	require.Equal(s.t, "first,second", strings.Join(resp.Header.Values("X-Front"), ","))
}
