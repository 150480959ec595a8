// compress.go: answers in fewer bytes, for clients that take them (RFC 9110 12.5.3).

package polling

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"github.com/everwire/everwire/engine"
)

// encode puts the compressed answer in place of the plain one if the client takes it,
// and if nobody in front of us compresses already.
func (b *batch) encode(h http.Header, r *http.Request) {
	coding := codingFor(r.Header["Accept-Encoding"])
	if coding == "" || len(h["Content-Encoding"]) > 0 || !b.compressible() {
		return
	}
	blocks := b.deflate()
	if blocks == nil {
		return // it would be no shorter
	}
	h["Content-Encoding"] = []string{coding}
	if coding == "gzip" {
		b.body = appendGzip(make([]byte, 0, len(blocks)+24), blocks, b.body)
	} else {
		b.body = appendZlib(make([]byte, 0, len(blocks)+12), blocks, b.body)
	}
}

// compressible reports whether all messages may be compressed: one that may not could
// be guessed beside text of strangers.
func (b *batch) compressible() bool {
	for _, m := range b.Messages {
		if !m.Compressible() {
			return false
		}
	}
	return true
}

// deflate compresses the answer. One that is a single message, as in a broadcast, is
// the same for all clients.
func (b *batch) deflate() []byte {
	if len(b.Messages) == 1 && len(b.Control) == 0 && len(b.Tail) == 0 && b.End == 0 {
		return b.Messages[0].DeflatedPayload()
	}
	return engine.Deflate(b.body)
}

// last is what follows the blocks of a flush: the bytes that end it, which were cut off,
// and a last block with nothing in it.
const last = "\x00\x00\xff\xff\x03\x00"

// appendGzip appends DEFLATE blocks as gzip (RFC 1952); plain is what they hold.
func appendGzip(dst, blocks, plain []byte) []byte {
	dst = append(dst, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255) // no time, fastest, no system
	dst = append(append(dst, blocks...), last...)
	dst = binary.LittleEndian.AppendUint32(dst, crc32.ChecksumIEEE(plain))
	return binary.LittleEndian.AppendUint32(dst, uint32(len(plain)))
}

// appendZlib appends DEFLATE blocks as zlib (RFC 1950), which HTTP calls deflate.
func appendZlib(dst, blocks, plain []byte) []byte {
	dst = append(dst, 0x78, 0x01) // a window of 32 KiB, fastest
	dst = append(append(dst, blocks...), last...)
	return binary.BigEndian.AppendUint32(dst, adler32.Checksum(plain))
}

// codingFor returns the coding that a client takes, by its Accept-Encoding: gzip, unless
// it likes deflate better; "" for neither.
func codingFor(accepted []string) string {
	gzip, deflate, other := -1.0, -1.0, 0.0
	for _, list := range accepted {
		for item := range strings.SplitSeq(list, ",") {
			name, q := parseCoding(item)
			switch name {
			case "gzip", "x-gzip":
				gzip = q
			case "deflate":
				deflate = q
			case "*":
				other = q
			}
		}
	}
	if gzip < 0 {
		gzip = other
	}
	if deflate < 0 {
		deflate = other
	}
	switch {
	case gzip > 0 && gzip >= deflate:
		return "gzip"
	case deflate > 0:
		return "deflate"
	}
	return ""
}

// parseCoding reads "gzip;q=0.5". What cannot be read is not liked.
func parseCoding(item string) (name string, q float64) {
	name, parameter, weighted := strings.Cut(item, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if !weighted {
		return name, 1
	}
	key, value, _ := strings.Cut(parameter, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !strings.EqualFold(strings.TrimSpace(key), "q") || !(q >= 0 && q <= 1) {
		return name, 0
	}
	return name, q
}
