// frames.go: where the frames of a client end.

package websocket

import "encoding/binary"

// frames follows the frames in what gorilla is given. Whether they are right is for
// gorilla to say: it ends the connection if not, and then this does not matter.
type frames struct {
	head [10]byte // of the current frame, without the mask
	have int      // bytes of its header that were seen
	left uint64   // bytes of its payload that were not
}

// cut goes over the first bytes of b, up to the end of the current frame at most, and
// returns how many those are.
func (f *frames) cut(b []byte) (n int) {
	for n < len(b) {
		if f.left == 0 {
			if f.have < len(f.head) {
				f.head[f.have] = b[n]
			}
			f.have++
			n++
			if f.have < f.size() {
				continue
			}
			f.left = f.length()
		}
		k := min(f.left, uint64(len(b)-n))
		f.left -= k
		if n += int(k); f.left == 0 {
			f.have = 0
			break
		}
	}
	return n
}

// extended returns how many bytes of the length stand behind the first two.
func (f *frames) extended() int {
	switch f.head[1] & 0x7f {
	case 126:
		return 2
	case 127:
		return 8
	}
	return 0
}

// size returns how many bytes the header has.
func (f *frames) size() int {
	if f.have < 2 {
		return 2
	}
	n := 2 + f.extended()
	if f.head[1]&0x80 != 0 {
		n += 4 // the mask
	}
	return n
}

// length returns how many bytes the payload has.
func (f *frames) length() uint64 {
	switch f.extended() {
	case 2:
		return uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 8:
		return binary.BigEndian.Uint64(f.head[2:])
	}
	return uint64(f.head[1] & 0x7f)
}
