// messages_test.go: payloads, their limits, and the order of messages.

package wire

import (
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func messages() []row {
	small := options{MaxPayload: 1000}
	return slices.Concat(inBoth(
		row{name: "many messages keep their order", check: manyMessages},
		row{name: "text and binary mixed keep their order", check: mixedMessages},
		row{name: "UTF-8 and emoji", check: unicode},
		row{name: "binary", check: binaryEcho("AQID/v8=")},
		row{name: "binary of no bytes", check: binaryEcho("")},
		row{name: "a message of exactly the limit", on: small, check: exactlyTheLimit},
	), []row{
		{name: "POST above the limit, by Content-Length", on: small, check: tooLargePost(false)},
		{name: "POST above the limit, in chunks", on: small, check: tooLargePost(true)},
		{name: "message above the limit over websocket", on: small, check: tooLargeMessage},
		{name: "POST in chunks", check: chunkedPost},
		{name: "a character that is split over chunks", check: splitCharacter},
		{name: "several packets in a POST", check: severalPackets},
		{name: "binary is base64 in a payload", check: binaryInPayload},
		{name: "a poll answers with 16 packets at most", check: sixteenPackets},
	})
}

func manyMessages(s *server) {
	p := s.join()
	var want []string
	for i := range 60 {
		p.Send(fmt.Sprintf(`42["echo",%d]`, i))
		want = append(want, fmt.Sprintf(`42["echoed",%d]`, i))
	}
	s.Expect(p, want...)
}

func mixedMessages(s *server) {
	p := s.join()
	var want []string
	for i := range 20 {
		text, data := fmt.Sprintf(`["echo",%d]`, 2*i), "b"+base64.StdEncoding.EncodeToString([]byte{byte(i)})
		p.Send("42"+text, `451-["echo",{"_placeholder":true,"num":0}]`, data)
		want = append(want, strings.Replace("42"+text, "echo", "echoed", 1), `451-["echoed",{"_placeholder":true,"num":0}]`, data)
	}
	s.Expect(p, want...)
}

func unicode(s *server) {
	p := s.join()
	for _, text := range []string{"€ äöü ß", "\u65e5\u672c\u8a9e", "\U0001f680\U0001f469\u200d\U0001f52c", "\uffff\u2028\u2029"} {
		s.Ask(p, `42["echo","`+text+`"]`, `42["echoed","`+text+`"]`)
	}
}

func binaryEcho(data string) func(*server) {
	return func(s *server) {
		p := s.join()
		p.Send(`451-["echo",{"_placeholder":true,"num":0},"x"]`, "b"+data)
		s.Expect(p, `451-["echoed",{"_placeholder":true,"num":0},"x"]`, "b"+data)
	}
}

// note makes a packet of n bytes whose arrival the application notes.
func note(n int) (packet, line string) {
	const head, tail = `42["note","`, `"]`
	what := strings.Repeat("x", n-len(head)-len(tail))
	return head + what + tail, "note / " + what
}

func exactlyTheLimit(s *server) {
	p := s.join()
	packet, line := note(1000)
	p.Send(packet)
	s.logs(line)
	s.alive(p)
}

func tooLargePost(chunked bool) func(*server) {
	return func(s *server) {
		p := s.pollJoin()
		packet, line := note(1001)
		var body io.Reader = strings.NewReader(packet)
		if chunked {
			body = io.MultiReader(body) // whose length net/http does not know
		}
		require.Equal(s.T, "413 ", s.Try("POST", p.Query, body).String())
		s.alive(p)
		s.neverLogs(line)
	}
}

func tooLargeMessage(s *server) {
	w := s.Websocket("")
	s.Enter(w, "/", "")
	packet, line := note(1001)
	w.Send(packet)
	s.Expect(w, peer.End)
	require.Equal(s.T, 1009, w.Code)
	require.Empty(s.T, w.Reason)
	s.logs("disconnect / transport error []")
	s.neverLogs(line)
}

// pieces sends a POST whose body comes in these chunks.
func (s *server) pieces(p *peer.Poll, chunks ...string) peer.Answer {
	r, w := io.Pipe()
	done := make(chan peer.Answer, 1)
	go func() { done <- s.Try("POST", p.Query, r) }() // ends with the answer, or with the row
	for _, c := range chunks {
		io.WriteString(w, c)
	}
	w.Close()
	return s.Ended(done)
}

func chunkedPost(s *server) {
	p := s.pollJoin()
	require.Equal(s.T, "200 ok", s.pieces(p, `42["echo",`, `"a`, `b"]`).String())
	s.Expect(p, `42["echoed","ab"]`)
}

func splitCharacter(s *server) {
	p := s.pollJoin()
	require.Equal(s.T, "200 ok", s.pieces(p, "42[\"echo\",\"\xf0\x9f", "\x9a", "\x80 \xe2", "\x82\xac\"]").String())
	s.Expect(p, "42[\"echoed\",\"\U0001f680 €\"]")
}

func severalPackets(s *server) {
	p := s.pollJoin()
	p.Send(`42["echo",1]`, "3", `42["echo",2]`, `451-["echo",{"_placeholder":true,"num":0}]`, "bAA==", `42["echo",3]`)
	s.Expect(p, `42["echoed",1]`, `42["echoed",2]`, `451-["echoed",{"_placeholder":true,"num":0}]`, "bAA==", `42["echoed",3]`)
}

func binaryInPayload(s *server) {
	p := s.pollJoin()
	p.Send(`451-["echo",{"_placeholder":true,"num":0}]`, "bAQID")
	var body string
	for !strings.Contains(body, "bAQID") { // the attachment may come in a poll of its own
		a := p.Get()
		require.Equal(s.T, 200, a.Status)
		require.Equal(s.T, "text/plain; charset=UTF-8", a.Header.Get("Content-Type"))
		body += a.Body + peer.Separator
	}
	require.Equal(s.T, `451-["echoed",{"_placeholder":true,"num":0}]`+peer.Separator+"bAQID"+peer.Separator, body)
}

// sixteenPackets: python-engineio ends a connection whose polls have more.
func sixteenPackets(s *server) {
	p := s.pollJoin()
	p.Send(`42["many",40,1]`, `42["note","sent"]`)
	s.logs("note / sent")
	var sizes []string
	for total := 0; total < 40; {
		n := strings.Count(p.Get().Body, peer.Separator) + 1
		sizes, total = append(sizes, decimal(n)), total+n
	}
	require.Equal(s.T, s.want("40 packets that wait for a poll"), strings.Join(sizes, " "))
}
