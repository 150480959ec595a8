// decode_test.go: messages that are refused, and what others than the official encoder may write.

package msgpack_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

// Parts of messages, in hex.
const (
	typeKey = "a474797065"
	dataKey = "a464617461"
	nspKey  = "a36e7370"
	idKey   = "a26964"
	nsp     = nspKey + "a12f"
	undef   = "d40000"
)

func nested(levels int) string { return strings.Repeat("91", levels-1) + "90" }

// text is a string in hex.
func text(s string) string {
	return "da" + hex.EncodeToString([]byte{byte(len(s) >> 8), byte(len(s))}) + hex.EncodeToString([]byte(s))
}

func TestDecode(t *testing.T) {
	long := strings.Repeat("x", 256)
	e := event("e")
	for _, test := range []struct {
		hex  string
		want sio.Header
		args []string
	}{
		// Members in another order, unknown ones, other spellings of heads and numbers.
		{"83" + nsp + dataKey + "92a16501" + typeKey + "02", e, []string{`1`}},
		{"84" + idKey + "05" + dataKey + "9101" + nsp + typeKey + "03", withID(header(sio.Ack, "/", ""), 5), []string{`1`}},
		{"df00000003" + "d904" + typeKey[2:] + "cc02" + "db00000004" + dataKey[2:] + "dd00000001" + "da000165" + "da0003" + nspKey[2:] + "d9012f", e, []string{}},
		{"85" + typeKey + "02" + dataKey + "91a165" + nsp + "a16181a16291c0" + "05c403010203", e, []string{}},
		{"83" + typeKey + "cb4000000000000000" + dataKey + "91a165" + nsp, e, []string{}},
		{"84" + typeKey + "02" + dataKey + "91a165" + nsp + idKey + "cb4028000000000000", withID(e, 12), []string{}},
		{"84" + typeKey + "02" + dataKey + "91a165" + nsp + idKey + "d30000000000000000", withID(e, 0), []string{}},
		// Names
		{"83" + typeKey + "02" + dataKey + "91f1" + nsp, event("-15"), []string{}},
		{"83" + typeKey + "02" + dataKey + "91cbc02e000000000000" + nsp, event("-15"), []string{}},
		{"83" + typeKey + "02" + dataKey + "91a0" + nsp, event(""), []string{}},
		{"83" + typeKey + "02" + dataKey + "91" + text(long) + nsp, event(long), []string{}},
		{"83" + typeKey + "02" + dataKey + "91" + text("__proto__") + nsp, event("__proto__"), []string{}},
		// Namespaces
		{"83" + typeKey + "02" + dataKey + "91a165" + nspKey + text("/"+long[1:]), header(sio.Event, "/"+long[1:], "e"), []string{}},
		{"83" + typeKey + "02" + dataKey + "91a165" + nspKey + text("/a?b=1,"), header(sio.Event, "/a", "e"), []string{}},
		// No data, in three ways
		{"82" + typeKey + "00" + nsp, header(sio.Connect, "/", ""), nil},
		{"83" + typeKey + "00" + dataKey + "c0" + nsp, header(sio.Connect, "/", ""), nil},
		{"82" + typeKey + "01" + nsp, header(sio.Disconnect, "/", ""), nil},
		{"83" + typeKey + "01" + dataKey + "c0" + nsp, header(sio.Disconnect, "/", ""), nil},
		{"83" + typeKey + "01" + dataKey + undef + nsp, header(sio.Disconnect, "/", ""), nil},
		// The first ack of an older client of Python
		{"83" + typeKey + "03" + dataKey + "9101" + nsp, withID(header(sio.Ack, "/", ""), 0), []string{`1`}},
		// Depth
		{"83" + typeKey + "02" + dataKey + "92a165" + nested(64) + nsp, e, []string{strings.Repeat("[", 64) + strings.Repeat("]", 64)}},
	} {
		pkt := decode(t, test.hex)
		assert.Equal(t, test.want, pkt.Header, test.hex)
		assert.Equal(t, test.args, rawArgs(t, pkt.Body), test.hex)
	}
}

func TestDecodeRefuses(t *testing.T) {
	head := "83" + typeKey + "02" + dataKey
	arg := func(value string) string { return head + "92a165" + value + nsp }
	packet := func(typ, data string) string { return "83" + typeKey + typ + dataKey + data + nsp }
	long := strings.Repeat("x", 256)
	for _, hex := range []string{
		// no packet
		"", "c0", "02", "90", "91a165", "a165", undef, "80", "c1", "81", "8101", "83", head, head + "91a165",
		packet("02", "91a165") + "00", packet("02", "91a165") + packet("02", "91a165"),
		// members
		"82" + typeKey + "02" + dataKey + "91a165", "82" + dataKey + "91a165" + nsp, "82" + typeKey + "02" + nsp,
		"84" + typeKey + "02" + typeKey + "02" + dataKey + "91a165" + nsp, "84" + typeKey + "02" + dataKey + "91a165" + nsp + nsp,
		"84" + typeKey + "02" + dataKey + "91a165" + dataKey + "91a165" + nsp,
		"85" + typeKey + "02" + dataKey + "91a165" + nsp + idKey + "01" + idKey + undef,
		"84" + typeKey + "02" + dataKey + "91a165" + nsp + "90c0", "84" + typeKey + "02" + dataKey + "91a165" + nsp + "c0c1",
		"84" + typeKey + "02" + dataKey + "91a165" + nsp + "a178" + nested(65), "84" + typeKey + "02" + dataKey + "91a165" + nsp + "a1ffc0",
		// types
		packet("05", "91a165"), packet("06", "91a165"), packet("ff", "91a165"), packet("a132", "91a165"), packet("c0", "91a165"), packet(undef, "91a165"),
		packet("cb4004000000000000", "91a165"), packet("cb7ff8000000000000", "91a165"), packet("cfffffffffffffffff", "91a165"), packet("c3", "d40000"),
		// namespaces
		head + "91a165" + nspKey + "a0", head + "91a165" + nspKey + "a161", head + "91a165" + nspKey + "c0", head + "91a165" + nspKey + "01",
		head + "91a165" + nspKey + "c4012f", head + "91a165" + nspKey + "a22fff", head + "91a165" + nspKey + "a32f2c61", head + "91a165" + nspKey + "a13f",
		head + "91a165" + nspKey + text("/"+long),
		// ids
		"84" + head[2:] + "91a165" + nsp + idKey + "c0", "84" + head[2:] + "91a165" + nsp + idKey + "ff", "84" + head[2:] + "91a165" + nsp + idKey + "a131",
		"84" + head[2:] + "91a165" + nsp + idKey + "cb3ff8000000000000", "84" + head[2:] + "91a165" + nsp + idKey + "cf0020000000000000",
		"84" + head[2:] + "91a165" + nsp + idKey + "cfffffffffffffffff", "84" + head[2:] + "91a165" + nsp + idKey + "c2",
		"84" + typeKey + "00" + dataKey + undef + nsp + idKey + "01", "84" + typeKey + "01" + dataKey + undef + nsp + idKey + "01",
		"84" + typeKey + "04" + dataKey + "a178" + nsp + idKey + "01", "84" + typeKey + "03" + dataKey + "90" + nsp + idKey + undef,
		// payloads
		packet("00", "90"), packet("00", "a178"), packet("00", "01"), packet("00", "c400"), packet("00", "d7000000000000000000"),
		packet("01", "80"), packet("01", "90"), packet("01", "c3"), packet("04", undef), packet("04", "c0"), packet("04", "90"), packet("04", "05"),
		packet("02", undef), packet("02", "c0"), packet("02", "80"), packet("02", "a165"), packet("02", "c40165"), packet("02", "90"),
		"84" + typeKey + "03" + dataKey + "80" + nsp + idKey + "01", "83" + typeKey + "03" + nsp + idKey + "01", packet("03", "80"), packet("03", undef),
		// names
		packet("02", "91c0"), packet("02", "91c3"), packet("02", "91"+undef), packet("02", "9190"), packet("02", "9180"), packet("02", "91c40165"),
		packet("02", "91cb3ff8000000000000"), packet("02", "91cb4340000000000000"), packet("02", "91cf0020000000000000"), packet("02", "91d3ffe0000000000000"),
		packet("02", "91"+text(long+"x")), packet("02", "91a1ff"), packet("02", "91"+text("connect")), packet("02", "91"+text("connect_error")),
		packet("02", "91"+text("disconnect")), packet("02", "91"+text("disconnecting")), packet("02", "91"+text("newListener")), packet("02", "91"+text("removeListener")),
		// values
		arg("c1"), arg("a2c328"), arg("a3eda080"), arg("81a1ff01"), arg("8190c0"), arg("8180c0"), arg("81c40161c0"), arg("81cb3ff8000000000000c0"),
		arg("81" + undef + "01"), arg("81d7000000000000000000c0"), arg(nested(65)), arg(strings.Repeat("81a161", 64) + "90"),
		packet("00", strings.Repeat("81a161", 65)+"c0"), packet("04", strings.Repeat("81a161", 65)+"c0"),
	} {
		b := unhex(t, hex)
		_, done, err := msgpack.Codec{}.NewDecoder().Decode(eio.Binary(b))
		assert.False(t, done)
		assert.ErrorIs(t, err, sio.ErrMalformed, "%.200s", hex)
	}
	_, _, err := msgpack.Codec{}.NewDecoder().Decode(eio.Text(unhex(t, packet("02", "91a165"))))
	assert.ErrorIs(t, err, sio.ErrMalformed)
	_, _, err = msgpack.Codec{}.NewDecoder().Decode(eio.Packet{Type: eio.Ping, Binary: true, Data: unhex(t, packet("02", "91a165"))})
	assert.ErrorIs(t, err, sio.ErrMalformed)
	_, _, err = msgpack.Codec{}.NewDecoder().Decode(eio.Binary(unhex(t, packet("02", "91"+text("connect")))))
	assert.ErrorIs(t, err, sio.ErrReserved)
}

// A message that ends anywhere before its end is refused, wherever that is.
func TestDecodeCutShort(t *testing.T) {
	whole := unhex(t, "84"+typeKey+"02"+dataKey+"dc0013"+text("e")+
		"01ccffcdffffceffffffffcfffffffffffffffffd0ffd1ffffd2ffffffffd3ffffffffffffffff"+"ca00000000"+"cb0000000000000000"+
		"c40101"+"c500010a"+"c6000000010a"+"d4010a"+"d70000000000000000ff"+"81a16191c3"+"d8010102030405060708090a0b0c0d0e0f10"+nsp+idKey+"01")
	decodeBytes(t, whole)
	for n := range whole {
		_, _, err := msgpack.Codec{}.NewDecoder().Decode(eio.Binary(whole[:n]))
		assert.ErrorIs(t, err, sio.ErrMalformed, "%d bytes", n)
	}
}

func TestDecodeKeepsNothing(t *testing.T) {
	b := unhex(t, "83"+typeKey+"02"+dataKey+"93"+text("event")+text("text")+"c40464617461"+nspKey+text("/nsp"))
	pkt := decodeBytes(t, b)
	clear(b)
	assert.Equal(t, header(sio.Event, "/nsp", "event"), pkt.Header)
	var s string
	var data []byte
	require.NoError(t, pkt.Body.Bind(0, &s, &data))
	assert.Equal(t, []string{"text", "data"}, []string{s, string(data)})
}

// Hostile input must cost no more than reading it once, and no memory.
func TestDecodeFailsFast(t *testing.T) {
	const size = 1_000_000
	message := func(head string, fill byte) []byte {
		return append(unhex(t, head), bytes.Repeat([]byte{fill}, size)...)
	}
	args := "83" + typeKey + "02" + dataKey
	for name, b := range map[string][]byte{
		"arrays":          message("", 0x91),
		"arrays inside":   message(args, 0x91),
		"maps":            message("", 0x81),
		"maps inside":     message(args+"92a165", 0x81),
		"long array":      message(args+"ddffffffff", 0xc0),
		"long map":        message(args+"92a165dfffffffff", 0xc0),
		"map beyond 2^31": message(args+"92a165df80000000", 0xc0),
		"long string":     message(args+"92a165dbffffffff", 'x'),
		"long binary":     message(args+"92a165c6ffffffff", 0),
		"long extension":  message(args+"92a165c9ffffffff05", 0),
		"name":            message(args+"91db000f4240", 'x'),
		"namespace":       message("82"+typeKey+"00"+nspKey+"db000f4240", '/'),
		"many members":    message("df0007a120", 0x01),
		"nils, cut short": message(args+"dd000f4240", 0xc0),
	} {
		p := eio.Binary(b)
		fastest := time.Hour
		for range 5 { // the fastest of a few, as the machine may be busy
			start := time.Now()
			_, _, err := msgpack.Codec{}.NewDecoder().Decode(p)
			fastest = min(fastest, time.Since(start))
			require.ErrorIs(t, err, sio.ErrMalformed, name)
		}
		t.Logf("%s: %v", name, fastest)
		allocs := testing.AllocsPerRun(3, func() { _, _, _ = msgpack.Codec{}.NewDecoder().Decode(p) })
		if !raceEnabled {
			assert.Less(t, fastest, 20*time.Millisecond, name)
			assert.LessOrEqual(t, allocs, 1.0, name) // the decoder itself
		}
	}
}
