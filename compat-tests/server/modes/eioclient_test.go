// eioclient_test.go: what the tests of engine.io-client expect of mode eio-client.

package modes

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func engineClient(t *testing.T) site { return serve(t, "eio-client", "/engine.io/") }

func TestEngineClientOpen(t *testing.T) {
	s := engineClient(t)
	for transport, upgrades := range map[string][]any{"polling": {"websocket"}, "websocket": {}} {
		p := s.connect(transport, "")
		require.Equal(t, map[string]any{
			"sid": p.open["sid"], "upgrades": upgrades, "pingInterval": 500., "pingTimeout": 20000., "maxPayload": 100.,
		}, p.open, transport)
		p.expect("4hi")
	}
}

func TestEngineClientAnswers(t *testing.T) {
	s := engineClient(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).connect(transport, "")
		p.expect("4hi")
		for _, c := range []struct{ say, hear string }{
			{"4give binary", "bAAECAwQ="},
			{"4give utf8", "4пойду спать всем спокойной ночи"},
			{"4anything else €", "4anything else €"},
			{"bAQID", "bAQID"},
			{"bZ2l2ZSBiaW5hcnk=", "bZ2l2ZSBiaW5hcnk="}, // the same words as bytes
			{"4" + strings.Repeat("x", 99), "4" + strings.Repeat("x", 99)},
		} {
			p.send(c.say)
			p.expect(c.hear)
		}
	})
}

func TestEngineClientSendHeaders(t *testing.T) {
	p := engineClient(t).connect("polling", "")
	p.expect("4hi")
	a := p.site.ask("POST", p.query, "4sendHeaders", "X-Custom", "yes", "Cookie", "1=1; 2=2")
	require.Equal(t, "ok", a.body)
	var header map[string]string
	require.NoError(t, json.Unmarshal([]byte(p.next()[1:]), &header))
	require.Equal(t, "yes", header["x-custom"])
	require.Equal(t, "1=1; 2=2", header["cookie"])
	require.NotContains(t, header, "X-Custom")
}

func TestEngineClientCookies(t *testing.T) {
	s := engineClient(t)
	handshake := s.get("EIO=4&transport=polling")
	got := handshake.header["Set-Cookie"]
	require.Len(t, got, 4)
	require.Equal(t, []string{"1=1; Max-Age=86400", "2=2; Path=/; HttpOnly; Secure; SameSite=Strict", "3=3; Max-Age=0"}, got[:3])
	date, found := strings.CutPrefix(got[3], "4=4; Expires=")
	require.True(t, found, got[3])
	expires, err := http.ParseTime(date)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), expires, patience)

	p := s.connect("polling", "")
	p.expect("4hi")
	post := s.ask("POST", p.query, "4x")
	refusal := s.get("EIO=4&transport=x")
	for what, a := range map[string]answer{"poll": s.get(p.query), "POST": post, "refusal": refusal} {
		require.Empty(t, a.header["Set-Cookie"], what)
	}
}

func TestEngineClientTooLarge(t *testing.T) {
	s := engineClient(t)
	p := s.connect("polling", "")
	p.expect("4hi")
	a := s.ask("POST", p.query, "4"+strings.Repeat("x", 100))
	require.Equal(t, answer{413, "", a.header}, a)

	p = s.connect("websocket", "")
	p.expect("4hi")
	p.send("4" + strings.Repeat("x", 100))
	code, reason := p.ended()
	require.Equal(t, 1009, code)
	require.Empty(t, reason)
}

func TestEngineClientRefusals(t *testing.T) {
	s := engineClient(t)
	for query, want := range map[string]answer{
		"EIO=4&transport=polling&sid=nobody": {400, `{"code":1,"message":"Session ID unknown"}`, nil},
		"EIO=4&transport=polling&deny=1":     {403, `{"code":4,"message":"Forbidden"}`, nil},
		"EIO=4&transport=polling&deny":       {403, `{"code":4,"message":"Forbidden"}`, nil},
	} {
		a := s.get(query)
		want.header = a.header
		require.Equal(t, want, a, query)
		_, status, err := s.dial(strings.Replace(query, "polling", "websocket", 1))
		require.Error(t, err, query)
		require.GreaterOrEqual(t, status, 400, query)
	}
}

func TestEngineClientPing(t *testing.T) {
	p := engineClient(t).connect("websocket", "")
	require.Equal(t, "4hi", p.take())
	require.Equal(t, "2", p.take())
	requireNow(t, 500*time.Millisecond, p.dialed, p.opened)
}
