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

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
		a := s.Request("GET", peer.NewPolling+"&deny="+url.QueryEscape(reason), "")
		require.Equal(s.T, `403 {"code":4,"message":"`+told+`"}`, a.String())
		require.Equal(s.T, "application/json", a.Header.Get("Content-Type"))
	}
}

func refusedUpgrade(s *server) {
	for reason, told := range map[string]string{"guests": "guests", "": "Forbidden"} {
		w, resp := s.DialWebsocket(peer.NewWebsocket + "&deny=" + reason)
		body, err := io.ReadAll(resp.Body)
		require.NoError(s.T, err)
		require.Equal(s.T, "400 "+told, fmt.Sprint(resp.StatusCode, " ", string(body)))
		require.Equal(s.T, "text/html", resp.Header.Get("Content-Type"))
		_, err = w.In.ReadByte()
		require.Equal(s.T, io.EOF, err, "the connection goes on")
	}
}

func checkedOnce(s *server) {
	p := s.Poll("")
	p.Query += "&deny=no"
	s.Enter(p, "/", "")
	s.alive(p)
	s.alive(p.Upgrade())
}

// generatedID: the session goes on under it, also over the other transport.
func generatedID(s *server) {
	p := s.Open(s.over, "&name=Some-Name_1")
	require.Equal(s.T, "Some-Name_1", p.ID())
	s.Enter(p, "/", "")
	s.alive(p)
	if poll, ok := p.(*peer.Poll); ok {
		s.alive(poll.Upgrade())
	}
}

func failingGenerator(s *server) {
	require.Equal(s.T, badRequest, s.Request("GET", peer.NewPolling, "").String())
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(s.T, s.want("a generator that fails, over WebSocket"), fmt.Sprint(resp.StatusCode))
}

// initialPacket is read from the raw answer: peers take OPEN for the whole of it.
func initialPacket(s *server) {
	if s.over == peer.Polling {
		a := s.Request("GET", peer.NewPolling, "")
		open, rest, _ := strings.Cut(a.Body, peer.Separator)
		s.ParseOpen(open)
		require.Equal(s.T, "4faster!", rest)
		return
	}
	w := s.Websocket("")
	s.Expect(w, "4faster!")
}

func cookieIs(want string) func(*server) {
	return func(s *server) {
		a := s.Request("GET", peer.NewPolling, "")
		sid := s.ParseOpen(a.Body).SID
		require.Equal(s.T, []string{strings.Replace(want, "SID", sid, 1)}, a.Header.Values("Set-Cookie"))
		p := s.Polls(a.Body)
		s.Enter(p, "/", "")
		for _, later := range []peer.Answer{p.Post(`42["echo"]`), p.Get(), s.Request("GET", peer.NewPolling+"&sid=zzz", "")} {
			require.Empty(s.T, later.Header.Values("Set-Cookie"))
		}
	}
}

func cookieOfWebSocket(s *server) {
	w, resp := s.DialWebsocket(peer.NewWebsocket)
	sid := s.ParseOpen(w.Next()).SID
	require.Equal(s.T, s.want("the cookie in the 101"), strings.Replace(resp.Header.Get("Set-Cookie"), sid, "SID", 1))
}

// at requests any path, and is not redirected.
func (s *server) at(path string) peer.Answer {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), http.MethodGet, s.Base()+path, nil)
	require.NoError(s.T, err)
	a := peer.AnswerOf(s.HTTP.Transport.RoundTrip(r))
	require.NoError(s.T, a.Err)
	return a
}

func withoutSlash(s *server) {
	for _, path := range []string{"/socket.io", "/socket.io/foo/bar/"} {
		require.Equal(s.T, 200, s.at(path+"?"+peer.NewPolling).Status, path)
	}
	s.Path = "/socket.io"
	p := s.pollJoin()
	s.alive(p)
	s.alive(p.Upgrade())
}

func pathAlone(s *server) {
	require.Equal(s.T, s.want("the path without its slash"), fmt.Sprint(s.at("/socket.io?"+peer.NewPolling).Status))
}

func (s *server) headed(h http.Header, first string) {
	s.T.Helper()
	require.Equal(s.T, []string{first, "each"}, []string{h.Get("X-First"), h.Get("X-Each")})
}

func pollingHeaders(s *server) {
	a := s.Request("GET", peer.NewPolling, "")
	s.headed(a.Header, "first")
	p := s.Polls(a.Body)
	s.headed(p.Post("40").Header, "")
	s.headed(p.Get().Header, "")
}

func upgradeHeaders(s *server) {
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	s.headed(resp.Header, "first")
	p := s.Poll("")
	_, resp = s.DialWebsocket("EIO=4&transport=websocket&sid=" + p.SID)
	require.Equal(s.T, 101, resp.StatusCode)
	s.headed(resp.Header, "")
}

func middlewareHeadersOfUpgrade(s *server) {
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(s.T, 101, resp.StatusCode)
	require.Equal(s.T, "first,second", strings.Join(resp.Header.Values("X-Front"), ","))
}
