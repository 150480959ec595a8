// sioprotocol_test.go: what the conformance suite of the Socket.IO protocol expects of mode sio-protocol.

package modes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func protocol(t *testing.T) site { return serve(t, "sio-protocol", "/socket.io/") }

func TestProtocolOpen(t *testing.T) {
	s := protocol(t)
	for transport, upgrades := range map[string][]any{"polling": {"websocket"}, "websocket": {}} {
		p := s.connect(transport, "")
		require.Equal(t, map[string]any{
			"sid": p.open["sid"], "upgrades": upgrades, "pingInterval": 300., "pingTimeout": 200., "maxPayload": 1e6,
		}, p.open, transport)
	}
}

func TestProtocolConnect(t *testing.T) {
	s := protocol(t)
	eachTransport(t, func(t *testing.T, transport string) {
		for connect, auth := range map[string]string{
			`40`:                                   `42["auth",{}]`,
			`40{"token":"123"}`:                    `42["auth",{"token":"123"}]`,
			`40{"z":1,"a":{"n":9007199254740991}}`: `42["auth",{"z":1,"a":{"n":9007199254740991}}]`,
			`40/custom,`:                           `42/custom,["auth",{}]`,
			`40/custom,{"token":"abc"}`:            `42/custom,["auth",{"token":"abc"}]`,
		} {
			s.with(t).join(transport, connect).expect(auth)
		}
	})
}

func TestProtocolInvalidNamespace(t *testing.T) {
	s := protocol(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).connect(transport, "")
		p.send("40/random")
		p.expect(`44/random,{"message":"Invalid namespace"}`)
	})
}

func TestProtocolMessages(t *testing.T) {
	s := protocol(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).join(transport, "40")
		p.expect(`42["auth",{}]`)
		for _, c := range []struct {
			name string
			say  []string
			hear []string
		}{
			{"text", []string{`42["message",1,"2",{"3":[true]}]`}, []string{`42["message-back",1,"2",{"3":[true]}]`}},
			{"no arguments", []string{`42["message"]`}, []string{`42["message-back"]`}},
			{"order, integers", []string{`42["message",{"z":12345678901234567,"a":null,"m":[]}]`},
				[]string{`42["message-back",{"z":12345678901234567,"a":null,"m":[]}]`}},
			{"spaces", []string{`42["message", {"z" : 1,  "a":[ 2 ]}, "a  b"]`},
				[]string{`42["message-back",{"z":1,"a":[2]},"a  b"]`}},
			{"ack", []string{`42456["message-with-ack",1,"2",{"3":[false]}]`}, []string{`43456[1,"2",{"3":[false]}]`}},
			{"ack without arguments", []string{`420["message-with-ack"]`}, []string{`430[]`}},
			{"binary",
				[]string{`452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, "bAQID", "bBAUG"},
				[]string{`452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, "bAQID", "bBAUG"}},
			{"binary ack",
				[]string{`452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, "bAQID", "bBAUG"},
				[]string{`462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, "bAQID", "bBAUG"}},
			{"binary beside text", []string{`451-["message",{"z":1.50,"a":2},{"_placeholder":true,"num":0}]`, "b"},
				[]string{`451-["message-back",{"z":1.50,"a":2},{"_placeholder":true,"num":0}]`, "b"}},
			{"unknown event, then a known one", []string{`429["unknown"]`, `42["message",0]`}, []string{`42["message-back",0]`}},
		} {
			p.send(c.say...)
			t.Log(c.name)
			p.expect(c.hear...)
		}
	})
}

// TestProtocolMessagesMainOnly: the custom namespace echoes nothing.
func TestProtocolMessagesMainOnly(t *testing.T) {
	p := protocol(t).join("websocket", "40/custom,")
	p.expect(`42/custom,["auth",{}]`)
	p.send(`42/custom,["message","lost"]`, `42/custom,5["message-with-ack","lost"]`, "40")
	p.joined("40")
	p.expect(`42["auth",{}]`)
	p.send(`42["message","back"]`)
	p.expect(`42["message-back","back"]`)
}

func TestProtocolLeave(t *testing.T) {
	s := protocol(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).join(transport, "40")
		p.expect(`42["auth",{}]`)
		p.send("41")
		require.Equal(t, "2", p.take(), "the connection stays")
	})
}

func TestProtocolBadPackets(t *testing.T) {
	s := protocol(t)
	eachTransport(t, func(t *testing.T, transport string) {
		for _, packet := range []string{`4abc`, `42{}`, `42abc["message-with-ack",1,"2",{"3":[false]}]`} {
			p := s.with(t).connect(transport, "")
			p.send(packet)
			p.ended()
			require.Less(t, time.Since(p.opened), 450*time.Millisecond, "%s before CONNECT", packet)

			p = s.with(t).join(transport, "40")
			p.expect(`42["auth",{}]`)
			p.send(packet)
			p.ended()
			require.Less(t, time.Since(p.opened), 450*time.Millisecond, "%s after CONNECT", packet)
		}
	})
}

func TestProtocolNoConnect(t *testing.T) {
	s := protocol(t)
	p := s.connect("websocket", "")
	for {
		kind, packet, err := p.ws.ReadMessage()
		if err != nil {
			break
		}
		require.Equal(t, "2", string(packet), kind)
		p.send("3")
	}
	requireNow(t, time.Second, p.dialed, p.opened)
}
