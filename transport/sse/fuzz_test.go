// fuzz_test.go: events, there and back.

package sse

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// parsed is an event as browsers read it: lines end with CR, LF or both.
type parsed struct{ name, id, data string }

func parse(t *testing.T, stream string) (events []parsed) {
	t.Helper()
	r := bufio.NewReader(strings.NewReader(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(stream)))
	var e parsed
	var data []string
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			require.Empty(t, line, "an event that does not end")
			return events
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "":
			e.data = strings.Join(data, "\n")
			events, e, data = append(events, e), parsed{}, nil
		case "data":
			data = append(data, value)
		case "event":
			e.name = value
		case "id":
			e.id = value
		default:
			t.Fatalf("a line that is none of ours: %q", line)
		}
	}
}

// Whatever the payload, it is one event, with our ID, and comes out as it went in.
func FuzzEvent(f *testing.F) {
	for _, payload := range []string{
		`42["e"]`, "", "\n", "\r", "\r\n\r\n", "x\r\nid: 9\r\ndata: 42[\"evil\"]\r\n\r\n", " leading", "\u2028\u2029", "4\x1eb AQI=", "\x00", `"quoted" <&>`,
	} {
		f.Add(uint64(7), payload)
	}
	f.Fuzz(func(t *testing.T, last uint64, payload string) {
		if !utf8.ValidString(payload) {
			return // no packet of ours
		}
		b := engine.Batch{Last: last, Messages: []*engine.Message{engine.NewMessage(eio.Text([]byte(payload)))}}
		events := parse(t, string(appendEvent(nil, &b)))
		require.Len(t, events, 1)
		require.Equal(t, strconv.FormatUint(last, 10), events[0].id)
		got := events[0].data
		if events[0].name == "e" {
			require.NoError(t, json.Unmarshal([]byte(got), &got))
		}
		require.Equal(t, "4"+payload, got)
	})
}
