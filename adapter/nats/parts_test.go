// parts_test.go: messages in parts, whole ones and others.

package nats_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/nats"
)

const ann, ben = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"

func header(publisher string, message, index, count int) string {
	return fmt.Sprintf("%s.%d.%d.%d", publisher, message, index, count)
}

func TestPartsOfSeveralPublishers(t *testing.T) {
	p := nats.NewParts(100)
	for i := range 3 {
		for sub := range 2 { // both subscribers get all parts
			for _, publisher := range []string{ann, ben} {
				whole, ok := p.Add(sub, header(publisher, 1, i, 3), []byte(publisher[:1]+fmt.Sprint(i)))
				require.True(t, ok)
				if i < 2 {
					require.Nil(t, whole)
				} else {
					require.Equal(t, strings.NewReplacer("x", publisher[:1]).Replace("x0x1x2"), string(whole))
				}
			}
		}
	}
	messages, size := p.Unfinished()
	require.Zero(t, messages)
	require.Zero(t, size)
}

func TestPartsThatDoNotFit(t *testing.T) {
	begin := header(ann, 1, 0, 3)
	for name, second := range map[string]string{
		"missing part":      header(ann, 1, 2, 3),
		"twice":             header(ann, 1, 0, 3),
		"other message":     header(ann, 2, 1, 3),
		"other count":       header(ann, 1, 1, 4),
		"other publisher":   header(ben, 1, 1, 3),
		"next message":      header(ann, 2, 0, 3),
		"behind the end":    header(ann, 1, 3, 3),
		"too many parts":    header(ann, 1, 1, 1025),
		"negative":          header(ann, 1, -1, 3),
		"no numbers":        ann + ".1.x.3",
		"huge numbers":      ann + ".99999999999999999999.1.3",
		"short":             ann + ".1",
		"no publisher":      ".1.1.3",
		"long":              ann + "." + strings.Repeat("0", 300) + "1.1.3",
		"empty":             "",
		"words with spaces": ann + ". 1.1.3",
	} {
		p := nats.NewParts(100)
		_, ok := p.Add(0, begin, []byte("one"))
		require.True(t, ok)
		whole, ok := p.Add(0, second, []byte("two"))
		require.False(t, ok, name)
		require.Nil(t, whole, name)
	}
	p := nats.NewParts(100)
	_, ok := p.Add(0, begin, make([]byte, 60))
	require.True(t, ok)
	_, ok = p.Add(0, header(ann, 1, 1, 3), make([]byte, 60))
	require.False(t, ok, "too large")
	messages, _ := p.Unfinished()
	require.Zero(t, messages)
}

// Whoever can publish can begin messages and never end them.
func TestUnfinishedParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := nats.NewParts(1000)
		for i := range 10_000 {
			p.Add(i%2, header(fmt.Sprintf("%016d", i), 1, 0, 1024), make([]byte, 900))
			messages, size := p.Unfinished()
			require.LessOrEqual(t, messages, 64)
			require.LessOrEqual(t, size, 3000)
		}
		time.Sleep(time.Minute)
		p.Add(0, header(ann, 1, 0, 2), []byte("one"))
		messages, _ := p.Unfinished()
		require.Equal(t, 1, messages, "what is old is dropped")
		whole, ok := p.Add(0, header(ann, 1, 1, 2), []byte("two"))
		require.True(t, ok)
		require.Equal(t, "onetwo", string(whole))
	})
}

func FuzzParts(f *testing.F) {
	f.Add(header(ann, 1, 0, 2), header(ann, 1, 1, 2), []byte("data"))
	f.Add(header(ann, 1, 0, 1024), header(ann, 1, 1, 1024), []byte{})
	f.Add(ann+".1.0.1", "....", []byte("x"))
	f.Add(ann+".18446744073709551615.0.2", ann+".-1.+1.2", []byte("x"))
	f.Fuzz(func(t *testing.T, first, second string, data []byte) {
		p := nats.NewParts(100)
		given := 0
		for i, h := range []string{first, second, first, second, second} {
			whole, _ := p.Add(i%2, h, data)
			given += len(data)
			if len(whole) > 100 || len(whole) > given || len(whole) > 0 && !bytes.HasSuffix(whole, data) {
				t.Fatalf("%d bytes came out of %d", len(whole), given)
			}
		}
		if messages, size := p.Unfinished(); messages > 4 || size > 2000 {
			t.Fatalf("%d messages of %d bytes are kept", messages, size)
		}
	})
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		size  int
		limit int64
		want  bool
	}{
		{0, 0, true}, {16 << 20, 0, true}, {1 << 20, 1 << 20, true}, {16 << 20, 1 << 20, true}, {16 << 20, 64 << 10, true},
		{16 << 20, 8 << 10, false}, {256, 256, true}, {257, 256, false}, {1024, 257, true}, {1025, 257, false},
	} {
		require.Equal(t, c.want, nats.Fits(c.size, c.limit), "%d bytes, %d at a time", c.size, c.limit)
	}
}
