// fuzz_test.go: arbitrary input is refused or understood, and what is understood
// can be written again.

package eio_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

func FuzzParse(f *testing.F) {
	for _, c := range golden {
		f.Add([]byte(c.text))
	}
	for _, s := range []string{"", "bA", "bAQI", "7", "b====", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := eio.Parse(text)
		if err != nil {
			return
		}
		again := eio.Append(nil, p)
		require.Len(t, again, p.Len())
		q, err := eio.Parse(again)
		require.NoError(t, err)
		require.Equal(t, p, q)
		if !p.Binary {
			require.Equal(t, string(text), string(again))
		}
	})
}

func FuzzPayload(f *testing.F) {
	for _, s := range []string{"", "4a", "4a\x1e4b", "4a\x1ebAQ\x1e2", "6\x1e1", "\x1e", "4a\x1e", "b\x1eb", "4a\x1ex"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		packets, err := collect(payload)
		if err != nil {
			return
		}
		require.NotEmpty(t, packets)
		again, err := collect(encode(packets))
		require.NoError(t, err)
		require.Equal(t, packets, again)
	})
}
