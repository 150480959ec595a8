// lab_test.go: what the suite in Python expects of mode lab.

package modes

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func lab(t *testing.T) site { return serve(t, "lab", "/socket.io/") }

// enter joins a namespace and takes the welcome; name is as in packets, "" or "/custom,".
func (s site) enter(transport, name, auth string) *peer {
	s.t.Helper()
	p := s.connect(transport, "")
	p.send("40" + name + auth)
	id := p.joined("40" + name + auth)
	nsp := "/"
	if name != "" {
		nsp = name[:len(name)-1]
	}
	if auth == "" {
		auth = "{}"
	}
	p.expect(`42` + name + `["welcome",{"id":"` + id + `","nsp":"` + nsp + `","auth":` + auth + `}]`)
	return p
}

func TestLabOpen(t *testing.T) {
	s := lab(t)
	for transport, upgrades := range map[string][]any{"polling": {"websocket"}, "websocket": {}} {
		p := s.connect(transport, "")
		require.Equal(t, map[string]any{
			"sid": p.open["sid"], "upgrades": upgrades, "pingInterval": 1000., "pingTimeout": 1000., "maxPayload": 1e6,
		}, p.open, transport)
	}
	a := s.ask("GET", "EIO=4&transport=polling", "", "Origin", "https://page.example")
	require.Contains(t, []string{"https://page.example", "*"}, a.header.Get("Access-Control-Allow-Origin"))
}

func TestLabAuth(t *testing.T) {
	s := lab(t)
	for _, auth := range []string{``, `{"token":"wrong"}`, `{"token":1}`, `{"token":["sesame"]}`, `{}`} {
		p := s.connect("websocket", "")
		p.send("40/auth," + auth)
		p.expect(`44/auth,{"message":"not authorized","data":{"code":"E42","retry":false}}`)
	}
	s.enter("websocket", "/auth,", `{"token":"sesame"}`)
	p := s.connect("websocket", "")
	p.send("40/nowhere,")
	p.expect(`44/nowhere,{"message":"Invalid namespace"}`)
}

// TestLabEvents: the same handlers in all namespaces.
func TestLabEvents(t *testing.T) {
	s := lab(t)
	for name, auth := range map[string]string{"": `{"a":1}`, "/custom,": ``, "/auth,": `{"token":"sesame"}`, "/dyn-7,": ``} {
		eachTransport(t, func(t *testing.T, transport string) {
			p := s.with(t).enter(transport, name, auth)
			event, ack, binary := "42"+name, "43"+name, "451-"+name
			for _, c := range []struct{ say, hear []string }{
				{[]string{event + `["message",1,"2",{"z":[null],"a":2.0}]`},
					[]string{event + `["message-back",1,"2",{"z":[null],"a":2.0}]`}},
				{[]string{event + `["message"]`}, []string{event + `["message-back"]`}},
				{[]string{binary + `["message",{"_placeholder":true,"num":0}]`, "bAQID"},
					[]string{binary + `["message-back",{"_placeholder":true,"num":0}]`, "bAQID"}},
				{[]string{event + `1["echo-ack","x",null]`}, []string{ack + `1["x",null]`}},
				{[]string{event + `2["echo-ack"]`}, []string{ack + `2[]`}},
				{[]string{event + `["get-binary"]`}, []string{
					"452-" + name + `["binary",{"_placeholder":true,"num":0},{"nested":{"_placeholder":true,"num":1}}]`,
					"bAAEC+v8=", "baMOpbGxv",
				}},
				{[]string{event + `3["join","b"]`, event + `4["join","a"]`, event + `5["leave","b"]`, event + `6["leave","a"]`},
					[]string{ack + `3[["b"]]`, ack + `4[["a","b"]]`, ack + `5[["a"]]`, ack + `6[[]]`}},
				{[]string{event + `7["transport"]`}, []string{ack + `7["` + transport + `"]`}},
				{[]string{event + `["bye"]`}, []string{"41" + name}},
			} {
				p.send(c.say...)
				t.Log(c.say)
				p.expect(c.hear...)
			}
			p.send("40" + name + auth) // the connection is there still
			p.joined("40" + name)
		})
	}
}

func TestLabQuestions(t *testing.T) {
	s := lab(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).enter(transport, "", "")
		p.send(`42["ask-me","q",{"z":1,"a":2}]`)
		question := p.next()
		require.Regexp(t, `^42\d+\["question","q",\{"z":1,"a":2\}\]$`, question)
		p.send("43" + idOf(t, question) + `["yes",{"n":1.0}]`)
		p.expect(`42["answered","yes",{"n":1.0}]`)

		p.send(`42["ask-me"]`)
		p.send("461-"+idOf(t, p.next())+`[{"_placeholder":true,"num":0}]`, "bAQID")
		p.expect(`451-["answered",{"_placeholder":true,"num":0}]`, "bAQID")

		asked := time.Now()
		p.send(`42["ask-me-timeout"]`)
		idOf(t, p.next())
		heard := time.Now()
		p.expect(`42["timed-out",true]`)
		requireNow(t, 100*time.Millisecond, asked, heard)

		p.send(`42["ask-me-timeout"]`)
		p.send("43" + idOf(t, p.next()) + `[]`)
		p.expect(`42["timed-out",false]`)
	})
}

// idOf returns the ack id of an event of the main namespace.
func idOf(t *testing.T, packet string) string {
	t.Helper()
	found := regexp.MustCompile(`^42(\d+)\[`).FindStringSubmatch(packet)
	require.NotNil(t, found, packet)
	return found[1]
}

func TestLabRooms(t *testing.T) {
	s := lab(t)
	eachTransport(t, func(t *testing.T, transport string) {
		s := s.with(t)
		room := "room of " + transport
		ali, bea, cem := s.enter(transport, "", ""), s.enter(transport, "", ""), s.enter(transport, "", "")
		for _, p := range []*peer{ali, bea} {
			p.send(`421["join","` + room + `"]`)
			p.expect(`431[["` + room + `"]]`)
		}
		cem.send(`42["room-all","` + room + `",1,"x"]`)
		ali.expect(`42["room-msg","` + room + `",1,"x"]`)
		bea.expect(`42["room-msg","` + room + `",1,"x"]`)
		ali.send(`42["room-others","`+room+`"]`, `42["room-all","`+room+`","all"]`)
		bea.expect(`42["room-msg","`+room+`"]`, `42["room-msg","`+room+`","all"]`)
		ali.expect(`42["room-msg","` + room + `","all"]`)
		cem.send(`422["echo-ack","last"]`)
		cem.expect(`432["last"]`)
	})
}

func TestLabDynamic(t *testing.T) {
	s := lab(t)
	p := s.connect("websocket", "")
	for _, name := range []string{"/dyn-seven", "/dyn-", "/x/dyn-7", "/dyn-7/x"} {
		p.send("40" + name + ",")
		p.expect("44" + name + `,{"message":"Invalid namespace"}`)
	}
	ali, bea := s.enter("websocket", "/dyn-1,", ""), s.enter("polling", "/dyn-2,", "")
	for prefix, p := range map[string]*peer{"/dyn-1,": ali, "/dyn-2,": bea} {
		p.send("42" + prefix + `1["join","room"]`)
		p.expect("43" + prefix + `1[["room"]]`)
	}
	ali.send(`42/dyn-1,["room-all","room",1]`, `42/dyn-1,["broadcast"]`)
	ali.expect(`42/dyn-1,["room-msg","room",1]`)
	bea.send(`42/dyn-2,2["echo-ack","last"]`)
	bea.expect(`43/dyn-2,2["last"]`)
}

func TestLabBroadcast(t *testing.T) {
	s := lab(t)
	ali, bea, cem := s.enter("polling", "", ""), s.enter("websocket", "", ""), s.enter("websocket", "/custom,", "")
	ali.send(`42["broadcast",{"z":1,"a":2}]`, `421["echo-ack"]`)
	bea.expect(`42["bcast",{"z":1,"a":2}]`)
	ali.expect(`431[]`)
	cem.send(`42/custom,1["echo-ack"]`)
	cem.expect(`43/custom,1[]`)
}

func TestLabByeHard(t *testing.T) {
	s := lab(t)
	eachTransport(t, func(t *testing.T, transport string) {
		p := s.with(t).enter(transport, "", "")
		p.send(`42["bye-hard"]`)
		p.expect("41")
		p.ended()
		require.Less(t, time.Since(p.opened), 1500*time.Millisecond, "closed at once, not by its heartbeat")
	})
}

func TestLabUpgrade(t *testing.T) {
	p := lab(t).enter("polling", "", "")
	p.upgrade()
	p.send(`421["transport"]`)
	p.expect(`431["websocket"]`)
}
