// frames_internal_test.go: gorilla is given no byte of the next frame.

package websocket

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// ends returns where each frame of b ends that does so.
func ends(b []byte) (all []uint64) {
	for at := uint64(0); uint64(len(b)) >= at+2; {
		head, size := uint64(2), uint64(b[at+1]&0x7f)
		more := map[uint64]uint64{126: 2, 127: 8}[size]
		if uint64(len(b)) < at+head+more {
			return all
		}
		switch length := b[at+2:]; more {
		case 2:
			size = uint64(binary.BigEndian.Uint16(length))
		case 8:
			size = binary.BigEndian.Uint64(length)
		}
		head += more
		if b[at+1]&0x80 != 0 {
			head += 4
		}
		if rest := uint64(len(b)) - at; head > rest || size > rest-head {
			return all
		}
		at += head + size
		all = append(all, at)
	}
	return all
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x81\x82\x00\x00\x00\x00hi\x89\x80\x00\x00\x00\x00"), []byte{1, 2, 3})
	f.Add([]byte("\x82\xfe\x00\x03\x00\x00\x00\x00abc\x81\x02hi\x81\xff\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00x"), []byte{7})
	f.Add([]byte("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"), []byte{255})
	f.Fuzz(func(t *testing.T, b, steps []byte) {
		var cuts []uint64
		var fr frames
		for at, i := 0, 0; at < len(b); i++ {
			n := len(b) - at
			if len(steps) > 0 {
				n = min(n, 1+int(steps[i%len(steps)])) // come at a time
			}
			k := fr.cut(b[at : at+n])
			at += k
			switch {
			case k == 0:
				t.Fatal("it takes nothing")
			case fr.have == 0:
				cuts = append(cuts, uint64(at))
			case k < n:
				t.Fatal("it leaves bytes of a frame that goes on")
			}
		}
		require.Equal(t, ends(b), cuts)
	})
}
