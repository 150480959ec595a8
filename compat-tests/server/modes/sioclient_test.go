// sioclient_test.go: what the tests of socket.io-client expect of mode sio-client.

package modes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func client(t *testing.T) site { return serve(t, "sio-client", "/socket.io/") }

func TestClientOpen(t *testing.T) {
	s := client(t)
	start := time.Now()
	for transport, upgrades := range map[string][]any{"polling": {"websocket"}, "websocket": {}} {
		p := s.connect(transport, "")
		require.Equal(t, map[string]any{
			"sid": p.open["sid"], "upgrades": upgrades, "pingInterval": 2000., "pingTimeout": 20000., "maxPayload": 1e6,
		}, p.open, transport)
	}
	require.Greater(t, time.Since(start), 20*time.Millisecond, "each is let in after 10 ms")
}

func TestClientNamespaces(t *testing.T) {
	p := client(t).connect("websocket", "")
	for _, name := range []string{"/foo,", "/timeout_socket,", "/valid,", "/asd,"} {
		p.send("40" + name)
		p.joined("40" + name)
	}
	for _, name := range []string{"/timeout", "/bar", "/invalid", "/room1"} {
		p.send("40" + name)
		p.expect("44" + name + `,{"message":"Invalid namespace"}`)
	}
	p.send("40/no,")
	p.expect(`44/no,{"message":"Auth failed (custom namespace)"}`)
}

func TestClientMiddleware(t *testing.T) {
	s := client(t)
	for query, allowed := range map[string]bool{"": true, "&fail=": true, "&fail=true": false} {
		p := s.connect("polling", query)
		p.send("40")
		if allowed {
			p.joined("40")
		} else {
			p.expect(`44{"message":"Auth failed (main namespace)"}`)
		}
	}
}

func TestClientID(t *testing.T) {
	p := client(t).connect("websocket", "")
	for connect, name := range map[string]string{"40": "", "40/foo,": "/foo,"} {
		p.send(connect)
		id := p.joined(connect)
		p.send("42" + name + `7["getId"]`)
		p.expect("43" + name + `7["` + id + `"]`)
	}
}

func TestClientEvents(t *testing.T) {
	s := client(t)
	const binary = "bYXNkZmFzZGY=" // asdfasdf
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).join(transport, "40")
		for _, c := range []struct{ say, hear []string }{
			{[]string{`42["hi"]`}, []string{`42["hi"]`}},
			{[]string{`420["echo",null]`}, []string{`430[null]`}},
			{[]string{`421["echo","x"]`}, []string{`431["x"]`}},
			{[]string{`42["getUtf8"]`}, []string{
				`42["takeUtf8","てすと"]`, `42["takeUtf8","Я Б Г Д Ж Й"]`, `42["takeUtf8","Ä ä Ü ü ß"]`,
				`42["takeUtf8","utf8 — string"]`, `42["takeUtf8","utf8 — string"]`,
			}},
			{[]string{`42["false"]`}, []string{`42["false",false]`}},
			{[]string{`42["doge"]`}, []string{`451-["doge",{"_placeholder":true,"num":0}]`, binary}},
			{[]string{`42["getbin"]`}, []string{`451-["takebin",{"_placeholder":true,"num":0}]`, binary}},
			{[]string{`451-["buffa",{"_placeholder":true,"num":0}]`, binary}, []string{`42["buffack"]`}},
			{[]string{`42["buffa","text"]`, `42["hi"]`}, []string{`42["hi"]`}},
			{[]string{`451-["jsonbuff",{"hello":"lol","message":{"_placeholder":true,"num":0},"goodbye":"gotcha"}]`, binary},
				[]string{`42["jsonbuff-ack"]`}},
			{[]string{
				`451-["jsonbuff",{"hello":"no","message":{"_placeholder":true,"num":0},"goodbye":"gotcha"}]`, binary, `42["hi"]`,
			}, []string{`42["hi"]`}},
			{[]string{`42["abuff2"]`, `42["hi"]`}, []string{`42["hi"]`}},
			{[]string{`451-["abuff1",{"_placeholder":true,"num":0}]`, binary, `42["abuff2"]`}, []string{`42["abuff2-ack"]`}},
			{[]string{`428["unknown"]`, `429["my-event",1]`, `42["event"]`, `42["hi"]`}, []string{`42["hi"]`}},
		} {
			p.send(c.say...)
			t.Log(c.say)
			p.expect(c.hear...)
		}
	})
}

func TestClientAck(t *testing.T) {
	p := client(t).join("websocket", "40")
	p.send(`42["ack"]`)
	p.expect(`420["ack"]`)
	p.send(`430[5,{"test":true}]`)
	p.expect(`42["got it"]`)
	p.send(`42["ack"]`)
	p.expect(`421["ack"]`)
	p.send(`431[4,{"test":true}]`, `42["hi"]`)
	p.expect(`42["hi"]`)
}

func TestClientDates(t *testing.T) {
	p := client(t).join("websocket", "40")
	for _, c := range []struct{ say, before, after string }{
		{`423["getAckDate",{"a":1}]`, `433["`, `"]`},
		{`42["getDate"]`, `42["takeDate","`, `"]`},
		{`42["getDateObj"]`, `42["takeDateObj",{"date":"`, `"}]`},
	} {
		p.send(c.say)
		packet := p.plain(p.next())
		require.Len(t, packet, len(c.before)+len("2006-01-02T15:04:05.000Z")+len(c.after), packet)
		require.Equal(t, c.before+c.after, packet[:len(c.before)]+packet[len(packet)-len(c.after):])
		date, err := time.Parse("2006-01-02T15:04:05.000Z", packet[len(c.before):len(packet)-len(c.after)])
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), date, patience)
	}
}

func TestClientHandshake(t *testing.T) {
	s := client(t)
	p := s.connect("websocket", "&key1=1&key2=&%26a=%26%3D%3Fa&key1=last")
	p.send(`40{"token":1}`)
	p.joined(`40{`)
	p.send(`426["getHandshake"]`)
	ack := p.next()
	require.Regexp(t, `^436\[\{"headers":\{.*"host":"127.0.0.1:\d+".*,"query":\{.*\},"auth":\{"token":1\}\}\]$`, ack)
	require.Contains(t, ack, `"query":{"&a":"&=?a","EIO":"4","key1":"last","key2":"","transport":"websocket"}`)
	require.Contains(t, ack, `"url":"/socket.io/?EIO=4&transport=websocket&key1=1`)
	for _, member := range []string{`"time":"`, `"address":"127.0.0.1"`, `"xdomain":false`, `"secure":false`, `"issued":1`} {
		require.Contains(t, ack, member)
	}
	p.send("40/abc,")
	p.joined("40/abc,")
	require.Regexp(t, `^42/abc,\["handshake",\{"headers":.*"auth":\{\}\},"[\w-]+"\]$`, p.next())
}

func TestClientComesBack(t *testing.T) {
	s := client(t)
	eachTransport(t, func(t *testing.T, transport string) {
		s := s.with(t)
		p := s.connect(transport, "")
		p.send("40")
		id, pid := p.joined("40"), p.pid
		p.send(`42["hi"]`)
		p.expect(`42["hi"]`)
		p.send("1")
		back := s.connect(transport, "")
		back.send(`40{"pid":"` + pid + `","offset":"` + p.offset + `"}`)
		require.Equal(t, id, back.joined("40{"))
		require.Equal(t, pid, back.pid)
		back.send(`421["getId"]`)
		back.expect(`431["` + id + `"]`)

		stranger := s.connect(transport, "")
		stranger.send(`40{"pid":"unknown","offset":"unknown"}`)
		require.NotEqual(t, id, stranger.joined("40{"))
	})
}
