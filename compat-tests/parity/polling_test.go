// polling_test.go: the rows about polls, upgrades, and the reasons for which sessions end.

package parity

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"reason-transport-error": reason("transport error", func(c *member) { c.Peer.(*peer.Poll).Half("GET", "", "").Close() }),
	"reason-transport-close": reason("transport close", func(c *member) { c.Peer.(*peer.Poll).Post("1") }),
	"reason-ping-timeout":    reasonPingTimeout,
	"reason-parse-error":     reasonParseError,
	"reason-forced-close":    reasonForcedClose,

	"polling-two-gets":        twoGets,
	"polling-two-posts":       twoPosts,
	"polling-binary-post":     binaryPost,
	"polling-post-answer":     postAnswer,
	"polling-get-headers":     getHeaders,
	"polling-xss-header":      xssHeader,
	"polling-payload":         payload,
	"polling-payload-size":    payloadSize,
	"polling-close-waits":     closeWaits,
	"polling-unreadable-post": refusesPost("abc", badRequest),
	"polling-not-utf8":        refusesPost("42[\"e\",\"\xff\"]", badRequest),
	"polling-many-packets":    manyPackets,
	"close-packet-websocket":  closePacket,
	"limit-slow-client":       slowClient,
	"limit-unjoined":          limitUnjoined,
	"upgrade-probe":           upgradeProbe,
	"upgrade-noop":            upgradeNoop,
	"upgrade-order":           upgradeOrder,
})

// reason asserts how a session ends over polling.
func reason(want string, end func(c *member)) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		told := endings(s)
		end(s.joinPolling())
		told.expect(want)
	}
}

func reasonPingTimeout(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		told := endings(s)
		w := s.join()
		w.expect("2", peer.End)
		told.expect("ping timeout")
	})
}

func reasonParseError(t *testing.T) {
	for _, packet := range []string{"abc", "2", "4abc"} { // nonsense; a ping, which clients do not send; a packet of no type
		s := serve(t, everwire.Config{})
		told := endings(s)
		s.join().ask(packet, peer.End)
		told.expect("parse error")
	}
}

// reasonForcedClose: a session that has joined nothing is closed by the server; its sockets are gone before.
func reasonForcedClose(t *testing.T) {
	o := observe(closed)
	bubble(t, everwire.Config{Observer: o, PingInterval: time.Hour}, func(t *testing.T, s *site) {
		s.Expect(s.Poll(""), peer.End)
		require.Equal(t, everwire.ForcedClose, o.next(t).Reason)
	})
}

func twoGets(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	p := s.joinPolling().Peer.(*peer.Poll)
	one, two := p.Wait(), p.Wait()
	answers := []string{s.Ended(one).String(), s.Ended(two).String()}
	slices.Sort(answers)
	require.Equal(t, []string{"200 1", badRequest}, answers)
	told.expect("transport error")
}

func twoPosts(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	p := s.joinPolling().Peer.(*peer.Poll)
	p.Half("POST", "Content-Length: 100\r\n", "4")
	// The first has no answer that would tell when it has arrived.
	require.Eventually(t, func() bool { return p.Post("3").Status == 400 }, peer.Patience, time.Millisecond)
	told.expect("transport error")
}

func binaryPost(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling().Peer.(*peer.Poll)
	a := s.Request("POST", p.Query, "42[1]", "Content-Type", "application/octet-stream")
	require.Equal(t, badRequest, a.String())
	require.Equal(t, peer.UnknownSID, p.Get().String())
}

func postAnswer(t *testing.T) {
	a := serve(t, everwire.Config{}).Poll("").Post("3")
	require.Equal(t, "200 ok", a.String())
	require.Equal(t, "text/html", a.Header.Get("Content-Type"))
}

func getHeaders(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	require.NoError(t, p.socket().Emit("e"))
	for _, a := range []peer.Answer{s.Request("GET", peer.NewPolling, ""), p.Peer.(*peer.Poll).Get()} {
		require.Equal(t, 200, a.Status)
		require.Equal(t, "text/plain; charset=UTF-8", a.Header.Get("Content-Type"))
		require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	}
}

func xssHeader(t *testing.T) {
	s := serve(t, everwire.Config{})
	for agent, want := range map[string]string{"Mozilla/5.0 (Windows NT 10.0; Trident/7.0)": "0", "Mozilla/5.0 Firefox/140.0": ""} {
		a := s.Request("GET", peer.NewPolling, "", "User-Agent", agent)
		require.Equal(t, want, a.Header.Get("X-XSS-Protection"), agent)
	}
}

func payload(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("echo", func(c *everwire.Ctx) error {
		var data []byte
		if err := c.Bind(&data); err != nil {
			return err
		}
		return c.Socket().Emit("echoed", data)
	})
	p := s.joinPolling()
	p.Send(`451-["echo",{"_placeholder":true,"num":0}]`, "bAQID", `421["sync"]`)
	p.expect(`451-["echoed",{"_placeholder":true,"num":0}]`, "bAQID", "431[]")
}

func payloadSize(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	for i := range 40 {
		require.NoError(t, p.socket().Emit("e", i))
	}
	for _, want := range []int{16, 16, 8} {
		a := p.Peer.(*peer.Poll).Get()
		require.Len(t, splitPayload(a.Body), want)
	}
}

// refusesPost asserts that a POST ends its session with a refusal.
func refusesPost(body, want string) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		p := s.joinPolling().Peer.(*peer.Poll)
		require.Equal(t, want, p.Post(body).String())
		require.Equal(t, peer.UnknownSID, p.Get().String())
	}
}

func manyPackets(t *testing.T) {
	s := serve(t, everwire.Config{})
	event := `42["e"]`
	p := s.joinPolling()
	require.Equal(t, "200 ok", p.Peer.(*peer.Poll).Post(strings.Repeat(event+peer.Separator, 999)+event).String())
	p.quiet()
	require.Equal(t, 413, p.Peer.(*peer.Poll).Post(strings.Repeat(event+peer.Separator, 1000)+event).Status)
}

func closePacket(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := endings(s)
	w := s.join()
	start := time.Now()
	w.ask("1", peer.End)
	told.expect("transport close")
	require.Less(t, time.Since(start), 10*time.Second)
}

func limitUnjoined(t *testing.T) {
	s := serve(t, everwire.Config{MaxUnjoined: 2})
	one, _ := s.Poll(""), s.Websocket("")
	require.Equal(t, 429, s.Request("GET", peer.NewPolling, "").Status)
	s.enter(one, s.srv.Namespace, "")
	s.Poll("") // there is room again
}

func closeWaits(t *testing.T) {
	for wait, want := range map[time.Duration][]string{29 * time.Second: {"41", peer.End}, 31 * time.Second: {peer.End}} {
		bubble(t, everwire.Config{PingInterval: time.Hour}, func(t *testing.T, s *site) {
			p := s.joinPolling()
			require.NoError(t, p.socket().Disconnect(true))
			time.Sleep(wait)
			p.expect(want...)
		})
	}
}

func upgradeProbe(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	w := p.Peer.(*peer.Poll).Trial()
	w.Send("2probe")
	require.Equal(t, "3probe", w.Next())
	w.Send("5")
	p.Peer = w
	p.quiet()
}

func upgradeNoop(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling().Peer.(*peer.Poll)
	poll := p.Wait()
	p.Probe()
	require.Equal(t, "200 6", s.Ended(poll).String())
	require.Equal(t, "200 6", p.Get().String())
}

func upgradeOrder(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	w := p.Peer.(*peer.Poll).Probe()
	for i := range 3 {
		require.NoError(t, p.socket().Emit("e", i))
	}
	w.Send("5")
	for i := range 3 {
		s.Expect(w, fmt.Sprintf(`42["e",%d]`, i))
	}
}

func splitPayload(body string) []string { return strings.Split(body, peer.Separator) }
