// c_msgpack_test.go: rows C about MessagePack, against a second server beside the one that the bystanders use.

package hostile

import (
	"encoding/base64"
	"net/http"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	msgpackConnect = "\x82\xa4type\x00\xa3nsp\xa1/"
	msgpackEvent   = "\x83\xa4type\x02\xa3nsp\xa1/\xa4data" // and its data
	million        = 1_000_000
)

// Binary messages, and texts, each of which must end its session.
var (
	msgpackNested = []string{
		repeat("\x91", million),
		repeat("\x81", million),
		msgpackEvent + repeat("\x91", million),
		msgpackEvent + "\x92\xa1e" + repeat("\x91", million),
		msgpackEvent + "\x92\xa1e" + repeat("\x81\x01", million/2),
		msgpackEvent + "\x92\xa1e" + repeat("\xdd\x00\x00\x00\x01", million/5),
		"\x84" + msgpackEvent[1:] + "\x91\xa1e\xa7options" + repeat("\x91", million),
	}
	msgpackAnnounced = []string{
		"\xdf\xff\xff\xff\xff",
		msgpackEvent + "\xdd\xff\xff\xff\xff\xa1e",
		msgpackEvent + "\x92\xa1e\xdf\x80\x00\x00\x00",
		msgpackEvent + "\x92\xa1e\xc6\xff\xff\xff\xff",
		msgpackEvent + "\x92\xa1e\xdb\xff\xff\xff\xff" + repeat("x", 1000),
		msgpackEvent + "\x92\xa1e\xc9\xff\xff\xff\xff\x00",
		msgpackEvent + "\xdd\x00\x0f\x42\x40" + repeat("\xdd\x00\x00\xff\xff", million/5),
	}
	msgpackNoPacket = []string{
		"", "\x80", "\xc0", "\xc1", "\x02", repeat("\xc0", million),
		msgpackEvent + "\x91\xa7connect",
		msgpackEvent + "\x90",
		msgpackEvent + "\x92\xa1e\xa2\xc3\x28",
		msgpackEvent + "\x92\xa1e\x81\x90\xc0",
		msgpackEvent + "\x91\xa1e" + "\xc0",
		"\x83\xa4type\x05\xa3nsp\xa1/\xa4data\x91\xa1e",
		"\x83\xa4type\x02\xa3nsp\xa1/\xa4type\x02",
	}
)

// msgpackRefused sends each message to a session of its own that has connected.
func msgpackRefused(messages []string) func(a *attack) {
	return func(a *attack) {
		defer a.secondServer(settings{Msgpack: true, MaxPayload: 2 * million})()
		for _, m := range messages {
			s := a.open()
			s.sendMessage(msgpackConnect)
			_ = s.next()
			s.wait()
			a.atMost(cost{cpu: 50 * time.Millisecond, peak: 16 << 20}, a.spent(func() {
				a.within(50*time.Millisecond, func() {
					s.sendMessage(m)
					s.mustClose()
				})
			}))
		}
		s := a.open()
		s.sendMessage(msgpackConnect)
		_ = s.next()
		s.wait()
		s.send(`42["e"]`)
		s.mustClose()
		require.Empty(a, a.events())
	}
}

// secondServer starts one for the attack, until the function that it returns is called.
func (a *attack) secondServer(s settings) (stop func()) {
	var started struct{ ID, Addr string }
	require.NoError(a, a.target.call(http.MethodPost, "/servers", s, &started))
	id, addr := a.id, a.addr
	a.id, a.addr = started.ID, started.Addr
	return func() {
		a.id, a.addr = id, addr
		for _, w := range a.wires {
			_ = w.tcp.Close()
		}
		require.NoError(a, a.target.call(http.MethodDelete, "/servers/"+started.ID, nil, nil))
	}
}

// sendMessage sends a binary message.
func (s *session) sendMessage(data string) {
	if s.ws != nil {
		s.write(frame(final|opBinary, data))
		return
	}
	s.post("b" + base64.StdEncoding.EncodeToString([]byte(data)))
}
