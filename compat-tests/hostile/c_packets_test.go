// c_packets_test.go: rows C about what packets say: attachments, namespaces, rooms, keys, line breaks.

package hostile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

func tornBeforeConnect(a *attack) {
	s := a.open()
	s.send(half)
	s.mustClose()
	require.Empty(a, a.events())
}

// tornAndLeft leaves packets of which nine of ten attachments have come. Kept, they would be 18 MB.
func tornAndLeft(a *attack) {
	const sessions, attachments, size = 200, 9, 10_000
	places := make([]string, attachments+1)
	for i := range places {
		places[i] = fmt.Sprintf(`{"_placeholder":true,"num":%d}`, i)
	}
	head := fmt.Sprintf(`45%d-["e",%s]`, len(places), strings.Join(places, ","))
	data := slices.Repeat([]string{repeat("x", size)}, attachments)
	for i := range sessions {
		s := a.join()
		s.sendBinary(head, data...)
		switch {
		case s.ws != nil && i%2 == 0:
			s.ws.reset()
		default:
			s.send("1")
		}
		if s.ws != nil {
			_ = s.ws.tcp.Close()
		}
	}
	require.Empty(a, a.events())
}

// roomNames: rooms are what their names are, byte for byte, and those that were left are gone.
func roomNames(a *attack) {
	s := a.join()
	s.send(`42["join","Room"]`, `42["leave","room"]`, `42["leave","ROOM\u0000"]`, `42["leave","Room\u0000"]`)
	s.send(`42["say","room","to nobody"]`, `42["say","Room\u0000","to nobody"]`, `42["say","Room","to me"]`)
	require.Equal(a, `42["said","to me"]`, s.next())
	s.many(func(i int) string {
		name := []string{"ROOM-%d", "room-%d"}[i/2%2]
		return fmt.Sprintf(`42["%s","%s%s"]`, []string{"join", "leave"}[i%2], fmt.Sprintf(name, i/4), repeat("x", 200))
	}, 4000, 500)
	s.send(`42["say","Room","to me again"]`)
	require.Equal(a, `42["said","to me again"]`, s.next())
}

// tooManyNamespaces: a session is in 100 at most, of which "/" is one; who leaves one may enter another.
func tooManyNamespaces(a *attack) {
	const limit = 100
	s := a.join()
	for i := range limit - 1 {
		s.send(fmt.Sprintf("40/n%d,", i))
		require.Contains(a, s.next(), fmt.Sprintf(`40/n%d,{"sid":`, i))
	}
	s.send("40/n99,")
	require.Equal(a, `44/n99,{"message":"Too many namespaces"}`, s.next())
	s.send("41/n0,", "40/n99,")
	require.Contains(a, s.next(), `40/n99,{"sid":`)
	s.send("40/n100,")
	require.Equal(a, `44/n100,{"message":"Too many namespaces"}`, s.next())
	s.mustLive()
}

func prototypeKeys(a *attack) {
	const value = `{"__proto__":{"toString":1},"constructor":{"prototype":2},"hasOwnProperty":3,"":4,"toString":[{"__proto__":null}]}`
	s := a.join()
	s.send(`421["echo",` + value + `]`)
	got, ok := strings.CutPrefix(s.next(), `431[`)
	require.True(a, ok, got)
	require.JSONEq(a, value, strings.TrimSuffix(got, "]"))
	for _, room := range []string{"__proto__", "constructor", "hasOwnProperty", "toString"} {
		s.send(`42["say","`+room+`","to nobody"]`, `42["join","`+room+`"]`, `42["say","`+room+`","`+room+`"]`, `42["leave","`+room+`"]`)
		require.Equal(a, `42["said","`+room+`"]`, s.next())
	}
	s.mustLive()
}

// brokenNamespace: a name is told to the client who made it as it was, and does not end the line that it travels in.
func brokenNamespace(a *attack) {
	s := a.join()
	for _, name := range []string{"/x\r\nid: 9\r\ndata: 42[\"evil\"]\r\n\r\n", "/x\n\nevent: x\ndata: {}\n\n", "/\r", "/\n"} {
		s.send("40" + name + ",")
		require.Equal(a, "44"+name+`,{"message":"Invalid namespace"}`, s.next())
	}
	s.mustLive()
}

// lineBreaks: what a client wrote must not end the line, the event or the packet that it travels in.
func lineBreaks(a *attack) {
	for _, value := range []string{
		"x\r\nid: 9\r\ndata: 42[\"evil\"]\r\n\r\n",
		"x\nevent: x\ndata: 1\n\n",
		"x\rdata: 42[\"evil\"]\r\r",
		"x\x1e42[\"evil\"]\x1e1",
		"x\u2028\u0085\x00\x1e",
	} {
		wire, err := json.Marshal(value)
		require.NoError(a, err)
		s := a.join()
		s.send(`42["reflect",` + string(wire) + `]`)
		packet := s.next()
		require.NotContains(a, packet, "\n")
		require.NotContains(a, packet, "\r")
		var event []string
		require.NoError(a, json.Unmarshal([]byte(strings.TrimPrefix(packet, "42")), &event), packet)
		require.Equal(a, []string{"reflected", value}, event)
		s.mustLive()
	}
}
