// codec_test.go: what gen refuses although encoding/json takes it: the codec refuses it too.

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/gen/testdata/refused"
	"github.com/everwire/everwire/namespace/sio"
)

func TestCodecRefusesTheSame(t *testing.T) {
	for name, v := range refused.Values {
		_, err := sio.JSON{}.Encode(nil, sio.Header{Type: sio.Event, Event: "e"}, v)
		require.Error(t, err, name)
	}
}
