// frame.go: a frame in bytes, most significant first.
//
//	4  number of the step
//	1  number of boats, and for each:
//	   1  slot
//	   2  x, in eighths of a unit
//	   2  y
//	   1  heading, in parts of 256 of a turn
//	   1  power, 255: all of it
//	   1  1: has lost its connection
//	1  number of lights, and for each:
//	   2  x
//	   2  y

package app

import (
	"encoding/binary"
	"math"
)

// frameLocked is the game as it is now: whoever gets this one frame knows where everything
// is, whatever was lost before.
func (g *game) frameLocked() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 160), g.step)
	at := len(b)
	b = append(b, 0)
	for slot, s := range g.slots {
		if s == nil {
			continue
		}
		b[at]++
		b = appendPoint(append(b, byte(slot)), s.at)
		away := byte(0)
		if s.away {
			away = 1
		}
		b = append(b, byte(int(math.Round(s.heading/(2*math.Pi)*256))), byte(s.power*255), away)
	}
	b = append(b, byte(len(g.lights)))
	for _, light := range g.lights {
		b = appendPoint(b, light)
	}
	return b
}

func appendPoint(b []byte, p vec) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(p.x*8))
	return binary.BigEndian.AppendUint16(b, uint16(p.y*8))
}
