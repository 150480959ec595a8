// peer_test.go: the client of these tests: HTTP requests, and one session over polling or WebSocket.

package modes

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// patience is how long something may take that should be there at once.
const patience = 10 * time.Second

// transports are what a session can run over.
var transports = []string{"polling", "websocket"}

// eachTransport runs a test over both transports.
func eachTransport(t *testing.T, run func(t *testing.T, transport string)) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			run(t, transport)
		})
	}
}

// A site is a mode that runs.
type site struct {
	t        *testing.T
	url      string // with the path of the server
	recovers bool   // clients may come back
}

// serve runs a mode until the test ends.
func serve(t *testing.T, mode, path string) site {
	t.Helper()
	t.Parallel()
	server, err := Start(mode)
	require.NoError(t, err)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		web.CloseClientConnections()
		web.Close()
	})
	return site{t, web.URL + path, mode == "sio-client"}
}

// with returns the site for a part of the test.
func (s site) with(t *testing.T) site { return site{t, s.url, s.recovers} }

// An answer is that of an HTTP request.
type answer struct {
	status int
	body   string
	header http.Header
}

// ask makes a request; header are names and values.
func (s site) ask(method, query, body string, header ...string) answer {
	s.t.Helper()
	a, err := request(s.t, method, s.url+"?"+query, body, header...)
	require.NoError(s.t, err)
	return a
}

func (s site) get(query string) answer { s.t.Helper(); return s.ask("GET", query, "") }

// request is ask for goroutines, which must not end the test.
func request(t *testing.T, method, url, body string, header ...string) (answer, error) {
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Timeout: patience}
	res, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, string(b), res.Header}, err
}

// dial opens a WebSocket; an HTTP answer other than 101 is an error and its status.
func (s site) dial(query string) (*websocket.Conn, int, error) {
	s.t.Helper()
	url := "ws" + strings.TrimPrefix(s.url, "http") + "?" + query
	ws, res, err := websocket.DefaultDialer.DialContext(s.t.Context(), url, nil)
	if err != nil {
		require.NotNil(s.t, res, err)
		return nil, res.StatusCode, err
	}
	s.t.Cleanup(func() { _ = ws.Close() })
	require.NoError(s.t, ws.SetReadDeadline(time.Now().Add(patience)))
	return ws, res.StatusCode, nil
}

// A peer is a client with one session. Packets are in the form of a payload: binary ones are 'b' and base64.
type peer struct {
	t      *testing.T
	site   site
	query  string          // of the requests of its session
	ws     *websocket.Conn // nil over polling
	dialed time.Time       // before it asked for a session
	opened time.Time       // when it had the OPEN packet
	open   map[string]any  // the OPEN packet
	queue  []string        // received, not taken by the test
	pid    string          // where clients may come back
	offset string          // of the last event
}

// connect opens a session; query is added to the usual one.
func (s site) connect(transport, query string) *peer {
	s.t.Helper()
	p := &peer{t: s.t, site: s, query: "EIO=4&transport=" + transport + query, dialed: time.Now()}
	if transport == "websocket" {
		var err error
		p.ws, _, err = s.dial(p.query)
		require.NoError(s.t, err)
	}
	packet := p.take()
	p.opened = time.Now()
	require.Equal(s.t, byte('0'), packet[0], packet)
	require.NoError(s.t, json.Unmarshal([]byte(packet[1:]), &p.open))
	p.query += "&sid=" + p.open["sid"].(string)
	s.t.Cleanup(p.leave)
	return p
}

// leave closes a session over polling, if it is there still: the server would wait for it.
func (p *peer) leave() {
	if p.ws == nil {
		if res, err := http.Post(p.site.url+"?"+p.query, "text/plain", strings.NewReader("1")); err == nil {
			_ = res.Body.Close()
		}
	}
}

// join opens a session and joins a namespace with an answer that it checks for its keys.
func (s site) join(transport, connect string) *peer {
	s.t.Helper()
	p := s.connect(transport, "")
	p.send(connect)
	p.joined(connect)
	return p
}

// joined takes the answer to a CONNECT and returns the socket's id.
func (p *peer) joined(connect string) string {
	p.t.Helper()
	name, _, _ := strings.Cut(strings.TrimPrefix(connect, "40"), "{")
	payload, found := strings.CutPrefix(p.next(), "40"+name)
	require.True(p.t, found, payload)
	var got map[string]string
	require.NoError(p.t, json.Unmarshal([]byte(payload), &got), payload)
	keys := 1
	if p.site.recovers {
		keys = 2
		require.NotEmpty(p.t, got["pid"], payload)
	}
	require.Len(p.t, got, keys, payload)
	require.NotEmpty(p.t, got["sid"], payload)
	p.pid = got["pid"]
	return got["sid"]
}

// event matches an event of the main namespace that wants no acknowledgement, as it is where clients may come back.
var event = regexp.MustCompile(`^((?:42|451-)\["[^"]+".*?),?"([\w-]{8,})"\]$`)

// plain takes the offset out of an event.
func (p *peer) plain(packet string) string {
	p.t.Helper()
	if !p.site.recovers || !strings.HasPrefix(packet, "42[") && !strings.HasPrefix(packet, "451-[") {
		return packet
	}
	found := event.FindStringSubmatch(packet)
	require.NotNil(p.t, found, "no offset: %s", packet)
	p.offset = found[2]
	return found[1] + "]"
}

// send sends packets, over polling in one POST.
func (p *peer) send(packets ...string) {
	p.t.Helper()
	if p.ws == nil {
		a := p.site.ask("POST", p.query, strings.Join(packets, "\x1e"))
		require.Equal(p.t, answer{200, "ok", a.header}, a)
		return
	}
	for _, packet := range packets {
		kind, data := websocket.TextMessage, []byte(packet)
		if rest, binary := strings.CutPrefix(packet, "b"); binary {
			var err error
			kind = websocket.BinaryMessage
			data, err = base64.StdEncoding.DecodeString(rest)
			require.NoError(p.t, err)
		}
		require.NoError(p.t, p.ws.WriteMessage(kind, data))
	}
}

// take returns the next packet of any type.
func (p *peer) take() string {
	p.t.Helper()
	if p.ws != nil {
		kind, data, err := p.ws.ReadMessage()
		require.NoError(p.t, err)
		if kind == websocket.BinaryMessage {
			return "b" + base64.StdEncoding.EncodeToString(data)
		}
		return string(data)
	}
	if len(p.queue) == 0 {
		a := p.site.get(p.query)
		require.Equal(p.t, 200, a.status, a.body)
		p.queue = strings.Split(a.body, "\x1e")
	}
	packet := p.queue[0]
	p.queue = p.queue[1:]
	return packet
}

// next returns the next packet that is no ping, which it answers.
func (p *peer) next() string {
	p.t.Helper()
	for {
		packet := p.take()
		if packet != "2" {
			return packet
		}
		p.send("3")
	}
}

// expect takes packets one by one.
func (p *peer) expect(packets ...string) {
	p.t.Helper()
	for _, want := range packets {
		require.Equal(p.t, want, p.plain(p.next()))
	}
}

// ended waits for the end of the session and returns the status of a poll then, or the code of the close frame and its
// reason. What comes before the end is dropped; pings are not answered.
func (p *peer) ended() (status int, reason string) {
	p.t.Helper()
	for {
		if p.ws == nil {
			if a := p.site.get(p.query); a.status != 200 {
				return a.status, ""
			}
			continue
		}
		_, _, err := p.ws.ReadMessage()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		require.ErrorAs(p.t, err, &closed)
		return closed.Code, closed.Text
	}
}

// lateness is how late something may be on a busy machine.
const lateness = 500 * time.Millisecond

// requireNow requires that what happens now came so long after a moment between from and to.
func requireNow(t *testing.T, after time.Duration, from, to time.Time) {
	t.Helper()
	now := time.Now()
	require.GreaterOrEqual(t, now.Sub(from), after, "too early")
	require.Less(t, now.Sub(to), after+lateness, "too late")
}
