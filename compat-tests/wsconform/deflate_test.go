// deflate_test.go: groups 12 and 13: permessage-deflate, by what is compressed and by what is offered.

package wsconform

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
)

// sizes are the cases of each part: bytes of a message and, where it is cut into frames, of a frame.
var sizes = []struct{ message, frame int }{
	{16, 0}, {64, 0}, {256, 0}, {1 << 10, 0}, {4 << 10, 0}, {8 << 10, 0}, {16 << 10, 0}, {32 << 10, 0}, {64 << 10, 0}, {128 << 10, 0},
	{8 << 10, 256}, {16 << 10, 256}, {32 << 10, 256}, {64 << 10, 256}, {128 << 10, 256}, {128 << 10, 1 << 10}, {128 << 10, 4 << 10}, {128 << 10, 32 << 10},
}

// compressedContents is group 12: five kinds of content.
func compressedContents() (all []conformCase) {
	for i, content := range []struct {
		message func(string) frame
		data    func() string
	}{
		{text, records}, {blob, picture}, {blob, prose}, {text, markup}, {blob, noise},
	} {
		all = append(all, ofSizes(fmt.Sprintf("12.%d.", i+1), "permessage-deflate; client_no_context_takeover; client_max_window_bits", 0,
			content.message, content.data)...)
	}
	return all
}

// compressedOffers is group 13: with and without server_no_context_takeover and server_max_window_bits.
func compressedOffers() (all []conformCase) {
	const offer = "permessage-deflate; client_no_context_takeover; client_max_window_bits"
	for i, c := range []struct {
		offer  string
		window int
	}{
		{offer, 0},
		{offer + "; server_no_context_takeover", 0},
		{offer + "; server_max_window_bits=9", 9},
		{offer + "; server_max_window_bits=15", 15},
		{offer + "; server_no_context_takeover; server_max_window_bits=9", 9},
		{offer + "; server_no_context_takeover; server_max_window_bits=15", 15},
		{offer + "; server_no_context_takeover; server_max_window_bits=9, " + offer + "; server_no_context_takeover, " + offer, 9},
	} {
		all = append(all, ofSizes(fmt.Sprintf("13.%d.", i+1), c.offer, c.window, text, records)...)
	}
	return all
}

func ofSizes(prefix, offer string, window int, message func(string) frame, data func() string) (all []conformCase) {
	for i, size := range sizes {
		all = append(all, conformCase{id: fmt.Sprint(prefix, i+1), offer: offer, window: window, script: compressedTrips(message, data, size.message, size.frame)})
	}
	for i := range all {
		all[i].end = closed
	}
	return all
}

// compressedTrips sends messages from all over the data, each when the one before has come back.
func compressedTrips(message func(string) frame, data func() string, size, cut int) func(*peer) ([]frame, bool, error) {
	const trips = 20
	return func(p *peer) ([]frame, bool, error) {
		all := data()
		for i := range trips {
			at := i * 7919 % (len(all) - size)
			f := message(strings.ToValidUTF8(all[at:at+size], "?"))
			if f.op == opBinary {
				f = message(all[at : at+size])
			}
			if err := p.trip(f, cut); err != nil {
				return nil, false, fmt.Errorf("message %d: %w", i+1, err)
			}
		}
		// 64 bytes and less may get longer by it, and so does noise.
		if size > 64 && all != noise() && p.fits(size+1) && p.inflated != trips {
			return nil, false, fmt.Errorf("of %d messages only %d came compressed", trips, p.inflated)
		}
		return nil, false, nil
	}
}

// trip sends a message, compressed if that was agreed on, in frames of cut bytes if that is not 0.
func (p *peer) trip(f frame, cut int) error {
	sent := f
	if p.deflates {
		sent = deflated(f)
	}
	frames := []frame{sent}
	if cut > 0 && len(sent.payload) > cut {
		frames = fragments(sent, cut)
		frames[0].rsv, frames[0].typed = sent.rsv, sent.typed
	}
	p.send(atOnce, frames...)
	back, err := p.message()
	if err == nil && !same(back, f) {
		err = fmt.Errorf("another message came back: %s", show([]frame{back}))
	}
	return err
}

const rsv1 = 4

// deflated returns the frame of a compressed message. The type character of a text is compressed with it.
func deflated(f frame) frame {
	payload := f.payload
	if f.op == opText {
		payload = append([]byte(messageType), payload...)
	}
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression) // the level is valid, and a buffer takes everything
	w.Write(payload)
	w.Flush()
	return frame{op: f.op, rsv: rsv1, payload: bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff")), typed: true}
}

// inflate inflates a message for itself: without the context of the one before. If it is no longer than the window,
// nothing in it can refer farther back.
func (p *peer) inflate(f *frame) (err error) {
	r := flate.NewReader(io.MultiReader(bytes.NewReader(f.payload), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	f.rsv = 0
	if f.payload, err = io.ReadAll(r); err != nil {
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	if p.inflated++; !p.fits(len(f.payload)) {
		return fmt.Errorf("%w: %d bytes were compressed for a window of %d bits", errFrame, len(f.payload), p.window)
	}
	return nil
}

// fits reports whether the server may compress a message of n bytes with what it has.
func (p *peer) fits(n int) bool { return p.window == 0 || p.window == 15 || n <= 1<<p.window }

// The contents, in the place of the files of the catalogue: always the same, and as compressible as those.
const contentSize = 200_000

func made(seed uint64, next func(b *strings.Builder, r *rand.Rand)) func() string {
	return sync.OnceValue(func() string {
		r := rand.New(rand.NewPCG(seed, 0))
		var b strings.Builder
		for b.Len() < contentSize {
			next(&b, r)
		}
		return b.String()
	})
}

var words = strings.Fields("Habe nun ach Philosophie Juristerei und Medizin durchaus studiert mit heißem Bemühn die Tür größer über")

var (
	records = made(1, func(b *strings.Builder, r *rand.Rand) {
		fmt.Fprintf(b, `{"id":%d,"name":"%s %s","score":%.4f,"tags":["ä","%s"]},`, r.IntN(1e6), word(r), word(r), r.Float64(), word(r))
	})
	picture = made(2, func(b *strings.Builder, r *rand.Rand) {
		for i := range 64 {
			b.Write([]byte{byte(i + r.IntN(4)), byte(2*i + r.IntN(4)), 0x80, 0xff})
		}
	})
	prose  = made(3, func(b *strings.Builder, r *rand.Rand) { b.WriteString(word(r) + " ") })
	markup = made(4, func(b *strings.Builder, r *rand.Rand) {
		fmt.Fprintf(b, "<li class=\"item\"><a href=\"/%d\">%s</a></li>\n", r.IntN(1e4), word(r))
	})
	noise = made(5, func(b *strings.Builder, r *rand.Rand) { b.WriteByte(byte(r.Uint32())) })
)

func word(r *rand.Rand) string { return words[r.IntN(len(words))] }
