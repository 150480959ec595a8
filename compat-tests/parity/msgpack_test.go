// msgpack_test.go: the rows about packets as MessagePack.

package parity

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

var _ = prove(map[string]func(*testing.T){
	"msgpack-parser":       msgpackParser,
	"msgpack-map":          msgpackMap,
	"msgpack-types":        msgpackTypes,
	"msgpack-options":      msgpackOptions,
	"msgpack-binary":       msgpackBinary,
	"msgpack-undefined":    msgpackUndefined,
	"msgpack-date":         msgpackDate,
	"msgpack-array-buffer": msgpackArrayBuffer,
})

// Members of a packet, in hexadecimal.
const (
	mType = "a474797065"
	mData = "a464617461"
	mNsp  = "a36e7370"
	mID   = "a26964"
	mMain = mNsp + "a12f"
)

// binary is a message as a peer takes and gives it.
func binary(t *testing.T, digits string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	require.NoError(t, err)
	return "b" + base64.StdEncoding.EncodeToString(b)
}

// digits is a message in hexadecimal.
func digits(t *testing.T, packet string) string {
	t.Helper()
	data, ok := strings.CutPrefix(packet, "b")
	require.True(t, ok, "%q is not binary", packet)
	b, err := base64.StdEncoding.DecodeString(data)
	require.NoError(t, err)
	return hex.EncodeToString(b)
}

// packed joins over a transport in MessagePack.
func packed(t *testing.T, s *site, transport string) *member {
	t.Helper()
	p := s.Open(transport, "")
	p.Send(binary(t, "82"+mType+"00"+mMain))
	answer := digits(t, p.Next())
	id, ok := strings.CutPrefix(answer, "83"+mType+"00"+mData+"81"+"a3736964"+"b4")
	require.True(t, ok, answer)
	id, ok = strings.CutSuffix(id, mMain)
	require.True(t, ok, answer)
	b, err := hex.DecodeString(id)
	require.NoError(t, err)
	return &member{p, s, s.srv.Namespace, string(b)}
}

// speaks starts a server of MessagePack that sends back what it gets.
func speaks(t *testing.T) *site {
	s := serve(t, everwire.Config{Codec: msgpack.Codec{}})
	echo(s, s.srv.Namespace)
	return s
}

// event is an EVENT of the main namespace with one argument.
func event(name, argument string) string {
	return "83" + mType + "02" + mData + "92" + hex.EncodeToString(append([]byte{0xa0 | byte(len(name))}, name...)) + argument + mMain
}

// returns asserts that an argument comes back as another.
func returns(t *testing.T, argument, want string) {
	t.Helper()
	s := speaks(t)
	c := packed(t, s, peer.Websocket)
	c.Send(binary(t, event("echo", argument)))
	require.Equal(t, event("echoed", want), digits(t, c.Next()))
}

func msgpackParser(t *testing.T) {
	s := speaks(t)
	for _, transport := range []string{peer.Polling, peer.Websocket} {
		c := packed(t, s, transport)
		require.NoError(t, c.socket().Emit("e", 1))
		require.Equal(t, event("e", "01"), digits(t, c.Next()), transport)
	}
	s.Ask(s.Websocket(""), "40", peer.End) // a client with another parser
}

func msgpackMap(t *testing.T) {
	s := speaks(t)
	c := packed(t, s, peer.Websocket)
	c.Send(binary(t, "84"+mType+"02"+mData+"92"+"a6616e73776572"+"07"+mMain+mID+"05"))
	require.Equal(t, "84"+mType+"03"+mData+"91"+"07"+mMain+mID+"05", digits(t, c.Next()))
}

func msgpackTypes(t *testing.T) {
	for _, number := range []string{"05", "06", "07"} {
		c := packed(t, speaks(t), peer.Websocket)
		c.Send(binary(t, "83"+mType+number+mData+"91"+"a165"+mMain))
		c.expect(peer.End)
	}
	c := packed(t, speaks(t), peer.Websocket)
	require.NoError(t, c.socket().Disconnect(false))
	require.Equal(t, "83"+mType+"01"+mData+"d40000"+mMain, digits(t, c.Next()))
	c.Send(binary(t, "82"+mType+"00"+mNsp+"a22f78")) // CONNECT to /x
	require.Contains(t, digits(t, c.Next()), "83"+mType+"04"+mData+"81"+hex.EncodeToString([]byte("\xa7message\xb1Invalid namespace")))
}

func msgpackOptions(t *testing.T) {
	c := packed(t, speaks(t), peer.Websocket)
	c.Send(binary(t, "84"+mType+"02"+mData+"92"+"a46563686f"+"07"+"a76f7074696f6e73"+"81"+"a8636f6d7072657373"+"c3"+mMain))
	require.Equal(t, event("echoed", "07"), digits(t, c.Next()))
}

func msgpackBinary(t *testing.T) { returns(t, "81a178c403010203", "81a178c403010203") }

func msgpackUndefined(t *testing.T) { returns(t, "92d4000007", "92c007") }

func msgpackDate(t *testing.T) {
	s := speaks(t)
	got := make(chan time.Time, 1)
	everwire.On(s.srv, everwire.Event[time.Time]("at"), func(_ *everwire.Ctx, at time.Time) error { got <- at; return nil })
	c := packed(t, s, peer.Websocket)
	const date = "d700" + "0000018bcfe56800" // 1,700,000,000,000 ms
	c.Send(binary(t, event("at", date)))
	at := <-got
	require.True(t, at.Equal(time.UnixMilli(1_700_000_000_000)), at)
	require.NoError(t, c.socket().Emit("at", at))
	require.Equal(t, event("at", date), digits(t, c.Next()))
}

func msgpackArrayBuffer(t *testing.T) { returns(t, "c70300010203", "c403010203") }
