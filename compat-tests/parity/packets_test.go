// packets_test.go: the rows about packets as text.

package parity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"packet-connect":             packetConnect,
	"packet-connect-auth":        packetConnectAuth,
	"packet-connect-size":        packetConnectSize,
	"packet-connect-hurried":     packetConnectHurried,
	"packet-disconnect":          packetDisconnect,
	"packet-event":               echoes(`42["echo",1,"2",[3],{"a":[null,true]},-0.0045]`, `42["echoed",1,"2",[3],{"a":[null,true]},-0.0045]`),
	"packet-event-ack":           echoes(`4212["answer"]`, `4312[]`),
	"packet-ack":                 echoes(`420["answer",1,{"a":2}]`, `430[1,{"a":2}]`),
	"packet-ack-id":              packetAckID,
	"packet-connect-error":       serverUseError,
	"packet-binary-event":        echoes(`451-["echo",{"_placeholder":true,"num":0}]`+"\x1e"+"bAQ==", `451-["echoed",{"_placeholder":true,"num":0}]`+"\x1e"+"bAQ=="),
	"packet-binary-ack":          echoes(`451-7["answer",{"_placeholder":true,"num":0}]`+"\x1e"+"bAQ==", `461-7[{"_placeholder":true,"num":0}]`+"\x1e"+"bAQ=="),
	"packet-namespace":           packetNamespace,
	"packet-namespace-query":     packetNamespaceQuery,
	"packet-numeric-event":       packetNumericEvent,
	"packet-placeholder":         packetPlaceholder,
	"packet-unknown-type":        violates("49"),
	"packet-bad-count":           violates(`45x-["e"]`),
	"packet-many-attachments":    packetManyAttachments,
	"packet-reserved-event":      violates(`42["disconnect"]`),
	"packet-no-list":             violates(`42{"a":1}`),
	"packet-name-type":           violates(`42[{}]`),
	"packet-text-for-attachment": violates(`451-["e",{"_placeholder":true,"num":0}]`, `42["e"]`),
	"packet-placeholder-range":   violates(`451-["e",{"_placeholder":true,"num":1}]`, "bAQ=="),
	"packet-binary-unasked":      violates("bAQ=="),
	"packet-bad-json":            violates(`42["e",}]`),
	"packet-depth":               packetDepth,
})

// echo has the server send back what it gets: "echo" as an event, "answer" as an acknowledgement.
func echo(s *site, n *everwire.Namespace) {
	args := func(c *everwire.Ctx) ([]any, error) {
		args, into := make([]any, c.Len()), make([]any, c.Len())
		for i := range args {
			into[i] = &args[i]
		}
		return args, c.Bind(into...)
	}
	n.On("echo", func(c *everwire.Ctx) error {
		list, err := args(c)
		if err != nil {
			return err
		}
		return c.Socket().Emit("echoed", list...)
	})
	n.On("answer", func(c *everwire.Ctx) error {
		list, err := args(c)
		if err != nil {
			return err
		}
		return c.Ack(list...)
	})
}

// echoes asserts what packets are answered with, over both transports.
func echoes(packets, want string) func(*testing.T) {
	return func(t *testing.T) {
		s := serve(t, everwire.Config{})
		echo(s, s.srv.Namespace)
		for _, c := range []*member{s.join(), s.joinPolling()} {
			c.Send(strings.Split(packets, peer.Separator)...)
			c.expect(strings.Split(want, peer.Separator)...)
			c.quiet()
		}
	}
}

func packetConnect(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, connect := range []string{"40", "40/,", "40{}", `40/,{"token":"x"}`} {
		w := s.Websocket("")
		w.Send(connect)
		require.Regexp(t, `^40\{"sid":"[A-Za-z0-9_-]{20}"\}$`, w.Next(), connect)
	}
}

func packetConnectAuth(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, connect := range []string{`40"text"`, "40[1]", "401"} {
		s.Ask(s.Websocket(""), connect, peer.End)
	}
}

func packetConnectSize(t *testing.T) {
	s := serve(t, everwire.Config{})
	auth := func(n int) string { return `40{"a":"` + strings.Repeat("x", n) + `"}` }
	w := s.Websocket("")
	w.Send(auth(15_000))
	require.Contains(t, w.Next(), `40{"sid":`)
	s.Ask(s.Websocket(""), auth(20_000), peer.End)
}

func packetConnectHurried(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	p.Send("41", "40") // in one POST
	require.Contains(t, p.Next(), `40{"sid":`)
}

func packetDisconnect(t *testing.T) {
	s := serve(t, everwire.Config{})
	n := s.srv.Of("/a")
	told := newNotes(t)
	n.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) { told.ch <- string(why) })
	c := s.join()
	in := s.enter(c, n, "")
	in.Send("41/a,")
	told.expect("client namespace disconnect")
	in = s.enter(c, n, "")
	require.NoError(t, in.socket().Disconnect(false))
	in.expect("41/a,")
	c.quiet()
}

func packetAckID(t *testing.T) {
	echoes(`429007199254740991["answer",1]`, `439007199254740991[1]`)(t)
	violates(`429007199254740992["answer",1]`)(t)
}

func packetNamespace(t *testing.T) {
	s := serve(t, everwire.Config{})
	n := s.srv.Of("/a")
	echo(s, s.srv.Namespace)
	echo(s, n)
	c := s.join()
	s.Enter(c, "/a", "")
	c.ask(`42/a,["echo",1]`, `42/a,["echoed",1]`)
	c.ask(`42/a,3["answer","x,y"]`, `43/a,3["x,y"]`)
	c.ask(`42/,["echo",2]`, `42["echoed",2]`)
}

func packetNamespaceQuery(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.Of("/a")
	w := s.Websocket("")
	w.Send("40/a?x=1,")
	require.Contains(t, w.Next(), `40/a,{"sid":"`)
}

func packetNumericEvent(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("17", func(c *everwire.Ctx) error { return c.Ack(c.Event()) })
	s.join().ask(`421[17]`, `431["17"]`)
}

func packetPlaceholder(t *testing.T) {
	const args = `{"a":[{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}]},{"_placeholder":true,"num":2}`
	const data = "\x1ebAQ==\x1eb\x1eb/w=="
	echoes(`453-["echo",`+args+`]`+data, `453-["echoed",`+args+`]`+data)(t)
}

func packetManyAttachments(t *testing.T) {
	violates(`4511-["e"]`)(t)
	s := serve(t, everwire.Config{})
	c := s.join()
	list := make([][]byte, 11)
	for i := range list {
		list[i] = []byte{1}
	}
	require.Error(t, c.socket().Emit("e", list))
	require.NoError(t, c.socket().Emit("e", list[:10]))
	require.Contains(t, c.Next(), "4510-")
}

func packetDepth(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	echoes(`421["answer",`+nested(64)+`]`, `431[`+nested(64)+`]`)(t)
	violates(`421["answer",` + nested(70) + `]`)(t)
}
