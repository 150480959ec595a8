// fuzz_test.go: arbitrary messages, and the way there and back.

package msgpack_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		"84a47479706500a464617461d40000a36e7370a12fa76f7074696f6e7380",
		"83a47479706501a464617461c0a36e7370a22f61",
		"83a47479706502a46461746193a165d7000000018bcfe5687b81a164d700ffffffffffffffffa36e7370a12f",
		"83a47479706502a46461746193a16582ac5f706c616365686f6c646572c3a36e756d00c40178a36e7370a12f",
		"84a47479706503a4646174619201cb3fb999999999999aa2696407a36e7370a12f",
		"83a47479706504a464617461a26e6fa36e7370a12f",
		"83a47479706502a464617461dc0002fdd5057879a36e7370d9012f",
	} {
		f.Add(unhex(f, text))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		received := bytes.Clone(message)
		pkt, done, err := msgpack.Codec{}.NewDecoder().Decode(eio.Binary(received))
		require.Equal(t, err == nil, done)
		if err != nil {
			require.ErrorIs(t, err, sio.ErrMalformed)
			return
		}
		clear(received) // Decode keeps none of it
		var args []any
		if pkt.Body != nil {
			args = bound(t, pkt.Body)
		}
		for _, raw := range rawArgs(t, pkt.Body) {
			require.True(t, json.Valid([]byte(raw)), "%s", raw)
		}
		twin := again(t, pkt.Header, args...)
		require.Equal(t, pkt.Header, twin.Header)
		if pkt.Body == nil {
			assert.Nil(t, twin.Body)
			return
		}
		require.Equal(t, args, bound(t, twin.Body))
	})
}
