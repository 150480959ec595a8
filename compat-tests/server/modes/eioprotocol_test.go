// eioprotocol_test.go: what the conformance suite of the Engine.IO protocol expects of mode eio-protocol.

package modes

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func engineProtocol(t *testing.T) site { return serve(t, "eio-protocol", "/engine.io/") }

func TestEngineProtocolOpen(t *testing.T) {
	s := engineProtocol(t)
	for transport, upgrades := range map[string][]any{"polling": {"websocket"}, "websocket": {}} {
		p := s.connect(transport, "")
		require.Equal(t, map[string]any{
			"sid": p.open["sid"], "upgrades": upgrades, "pingInterval": 300., "pingTimeout": 200., "maxPayload": 1e6,
		}, p.open, transport)
	}
}

func TestEngineProtocolRefusals(t *testing.T) {
	s := engineProtocol(t)
	for _, c := range []struct{ method, query string }{
		{"GET", "transport=polling"},
		{"GET", "EIO=abc&transport=polling"},
		{"GET", "EIO=4"},
		{"GET", "EIO=4&transport=abc"},
		{"POST", "EIO=4&transport=polling"},
		{"PUT", "EIO=4&transport=polling"},
		{"GET", "EIO=4&transport=websocket"},
		{"GET", "EIO=4&transport=polling&sid=unknown"},
	} {
		require.Equal(t, http.StatusBadRequest, s.ask(c.method, c.query, "").status, "%s %s", c.method, c.query)
	}
	for _, query := range []string{"transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"} {
		_, status, err := s.dial(query)
		require.Error(t, err, query)
		require.Equal(t, http.StatusBadRequest, status, query)
	}
}

func TestEngineProtocolCORS(t *testing.T) {
	s := engineProtocol(t)
	const page = "https://page.example"
	a := s.ask("GET", "EIO=4&transport=polling", "", "Origin", page)
	require.Equal(t, 200, a.status)
	require.Contains(t, []string{page, "*"}, a.header.Get("Access-Control-Allow-Origin"))
	a = s.ask("OPTIONS", "EIO=4&transport=polling", "", "Origin", page, "Access-Control-Request-Method", "POST")
	require.Equal(t, http.StatusNoContent, a.status)
	require.Contains(t, a.header.Get("Access-Control-Allow-Methods"), "POST")
}

func TestEngineProtocolEchoOnePoll(t *testing.T) {
	p := engineProtocol(t).connect("polling", "")
	payload := "4first\x1e4second\x1ebAQIDBA==\x1e4"
	p.send(payload)
	require.Equal(t, payload, p.site.get(p.query).body)
}

func TestEngineProtocolEchoWebSocket(t *testing.T) {
	p := engineProtocol(t).connect("websocket", "")
	packets := []string{"4first", "4second", "bAQIDBA==", "4"}
	p.send(packets...)
	p.expect(packets...)
}

func TestEngineProtocolBadPayload(t *testing.T) {
	s := engineProtocol(t)
	p := s.connect("polling", "")
	s.ask("POST", p.query, "abc")
	require.Equal(t, 400, s.get(p.query).status)

	p = s.connect("websocket", "")
	p.send("abc")
	status, _ := p.ended()
	require.NotZero(t, status)
	require.Less(t, time.Since(p.opened), 450*time.Millisecond, "closed at once, not by its heartbeat")
}

// TestEngineProtocolTwoPolls: whichever comes second.
func TestEngineProtocolTwoPolls(t *testing.T) {
	s := engineProtocol(t)
	p := s.connect("polling", "")
	one, other := p.pending(), p.pending()
	a, b := <-one, <-other
	if a.status != 200 {
		a, b = b, a
	}
	require.Equal(t, answer{200, "1", a.header}, a)
	require.Equal(t, 400, b.status)
	require.Equal(t, 400, s.get(p.query).status)
}

// TestEngineProtocolClose tries again when the POST has overtaken the poll on its way to the server.
func TestEngineProtocolClose(t *testing.T) {
	s := engineProtocol(t)
	var a answer
	for tries := 0; tries < 20 && a.status != 200; tries++ {
		p := s.connect("polling", "")
		polled := p.pending()
		p.send("1")
		a = <-polled
		require.Equal(t, 400, s.get(p.query).status)
	}
	require.Equal(t, answer{200, "6", a.header}, a)

	p := s.connect("websocket", "")
	p.send("1")
	p.ended()
	require.Less(t, time.Since(p.opened), 2*time.Second)
}

// TestEngineProtocolHeartbeatMissed: the moment is the point, so the test waits for it.
func TestEngineProtocolHeartbeatMissed(t *testing.T) {
	s := engineProtocol(t)
	p := s.connect("polling", "")
	require.Equal(t, "2", p.take())
	requireNow(t, 300*time.Millisecond, p.dialed, p.opened)
	<-time.After(time.Until(p.opened.Add(500 * time.Millisecond)))
	require.Equal(t, 400, s.get(p.query).status, "polled exactly 500 ms after the handshake")

	p = s.connect("websocket", "")
	require.Equal(t, "2", p.take())
	requireNow(t, 300*time.Millisecond, p.dialed, p.opened)
	p.ended()
	requireNow(t, 500*time.Millisecond, p.dialed, p.opened)
}

func TestEngineProtocolHeartbeatKept(t *testing.T) {
	s := engineProtocol(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).connect(transport, "")
		for range 3 {
			require.Equal(t, "2", p.take())
			p.send("3")
		}
		p.send("4alive")
		p.expect("4alive")
	})
}

func TestEngineProtocolUpgrade(t *testing.T) {
	s := engineProtocol(t)
	p := s.connect("polling", "")
	polling := p.query
	p.upgrade()
	p.send("4upgraded")
	p.expect("4upgraded")

	require.Equal(t, 400, s.get(polling).status, "poll after the upgrade")
	again, _, err := s.dial(strings.Replace(polling, "polling", "websocket", 1))
	require.NoError(t, err, "clients do not survive an HTTP error here")
	(&peer{t: t, site: s, ws: again}).ended()
	p.send("4still there")
	p.expect("4still there")
}
