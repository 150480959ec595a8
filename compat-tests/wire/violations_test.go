// violations_test.go: clients that break the Socket.IO protocol, and the end of the whole server.

package wire

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func violations() []row {
	rows := inBoth(
		row{name: "EVENT before CONNECT", check: violates("", `42["note","x"]`)},
		row{name: "EVENT for a namespace that was not joined", check: violates("/", `42/a,["note","x"]`)},
		row{name: "the server shuts down", check: shutsDown},
	)
	for _, v := range []struct{ name, packet string }{
		{"two CONNECTs for a namespace", "40"},
		{"undecodable packet", "4abc"},
		{"unknown type", "49"},
		{"CONNECT_ERROR of a client", `44["handle me please"]`},
		{"BINARY_EVENT without a count", "45woooot"},
		{"EVENT with a reserved name", `42["disconnect"]`},
		{"EVENT that is no list", `42{"a":1}`},
		{"EVENT whose name is an object", `42[{}]`},
		{"more than 10 attachments", `4511-["echo"]`},
		{"text in the place of an attachment", `451-["echo",{"_placeholder":true,"num":0}]` + peer.Separator + `42["note","x"]`},
		{"a placeholder without attachment", `451-["echo",{"_placeholder":true,"num":5}]` + peer.Separator + "bAA=="},
	} {
		rows = append(rows, inBoth(row{name: v.name, check: violates("/", v.packet)})...)
	}
	return slices.Concat(rows, []row{
		{name: "the end of a violation over polling, packet for packet", check: violationPayload},
		{name: "a poll that waits during a violation", check: violationPoll},
		{name: "the listener is closed by a shutdown", check: listenerCloses},
		{name: "clients come back after a restart", check: restart},
		{name: "messages that wait when the server shuts down", check: shutdownDelivers,
			alone: "it forgets them, and has closed its listener"},
	})
}

// violates sends a packet that ends the session, after a CONNECT if a namespace is given.
func violates(namespace, packet string) func(*server) {
	return func(s *server) {
		other := s.join()
		p := s.open()
		if namespace != "" {
			s.Enter(p, namespace, "")
		}
		p.Send(strings.Split(packet, peer.Separator)...)
		s.Expect(p, peer.End)
		if w, ok := p.(*peer.WS); ok {
			require.Contains(s.T, []int{peer.NoStatus, 1000}, w.Code, "close frame")
		} else {
			s.gone(p.ID())
		}
		s.neverLogs("note / x")
		s.alive(other)
	}
}

func violationPayload(s *server) {
	p := s.pollJoin()
	p.Send("4abc")
	require.Equal(s.T, s.want("a poll after the server has closed"), p.Get().String())
	s.gone(p.SID)
	s.logs("disconnect / " + s.want("the reason of a violation") + " []")
}

func violationPoll(s *server) {
	p := s.pollJoin()
	poll := p.Wait()
	p.Send("4abc")
	require.Equal(s.T, "200 1", s.Ended(poll).String())
	s.gone(p.SID)
}

func shutsDown(s *server) {
	p := s.join()
	if w, ok := p.(*peer.WS); ok {
		halted := s.halting()
		s.Expect(w, peer.End)
		<-halted
		require.Contains(s.T, []int{peer.NoStatus, 1000}, w.Code, "close frame")
		return
	}
	poll := p.(*peer.Poll).Wait()
	halted := s.halting()
	require.Equal(s.T, "200 1", s.Ended(poll).String())
	<-halted
}

// halting closes the server; the channel is closed when that is done.
func (s *server) halting() <-chan struct{} {
	halted := make(chan struct{})
	go func() { // ends with the shutdown
		defer close(halted)
		s.halt()
	}()
	return halted
}

func listenerCloses(s *server) {
	s.halt()
	_, err := net.DialTimeout("tcp", s.Addr, time.Second)
	require.Error(s.T, err)
}

func restart(s *server) {
	p := s.pollJoin()
	poll := p.Wait()
	s.halt()
	s.Ended(poll)
	o := s.on
	_, port, err := net.SplitHostPort(s.Addr)
	require.NoError(s.T, err)
	o.Port, err = strconv.Atoi(port)
	require.NoError(s.T, err)
	again := s.again(o)
	again.gone(p.SID)
	q := again.pollJoin()
	again.alive(q)
}

func shutdownDelivers(s *server) {
	p := s.pollJoin()
	p.Send(`42["echo",1]`, `42["note","sent"]`)
	s.logs("note / sent")
	halted := s.halting()
	s.Expect(p, s.want("messages that wait for a poll when the server shuts down"), peer.End)
	<-halted
}
