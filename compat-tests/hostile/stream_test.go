// stream_test.go: streams of server-sent events, read by the letter of PROTOCOL.md, section 6.

package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
)

// An event is one of a stream.
type event struct {
	name string // "", "e" or "x"
	id   int
	data string // as it was before it was quoted
}

// refusal is the name of the event that a stream is refused by.
const refusal = "x"

// isStream tells whether an answer is one that does not end.
func isStream(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/event-stream")
}

// stream takes the body of an answer for a stream and reads its first event. Since a stream has no status to be refused
// by, one that is refused by an event gets that of the same refusal in polling: rows need not know the difference.
func (w *wire) stream(resp *http.Response) answer {
	w.events = bufio.NewReaderSize(resp.Body, 16<<10)
	e, err := w.event()
	got := answer{resp.StatusCode, resp.Header, e.data, err}
	if e.name == refusal && err == nil && resp.StatusCode == http.StatusOK {
		got.status = http.StatusBadRequest
		if _, err := w.events.ReadByte(); err != io.EOF {
			got.err, got.status = fmt.Errorf("a stream goes on after its refusal: %w", err), 0
		}
	}
	return got
}

// event reads the next event. Each line must be one that the protocol has, at its place: what somebody else wrote would
// not be.
func (w *wire) event() (e event, err error) {
	e.id = -1
	for seen := ""; ; {
		line, err := w.events.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ": ")
		switch {
		case err != nil:
			return e, err
		case strings.Contains(line, "\r"):
			return e, fmt.Errorf("a line with a CR: %q", line)
		case line == ":" && seen == "", line == "" && seen == "":
			continue // a comment, and what follows it
		case line == "":
			return e, e.unquote(seen)
		case field == "id" && seen == "":
			e.id, err = strconv.Atoi(value)
		case field == "event" && (seen == "id" && value == "e" || seen == "" && value == refusal):
			e.name = value
		case field == "data" && (seen == "id" || seen == "event"):
			e.data = value
		default:
			err = fmt.Errorf("the line %q after %q", line, seen)
		}
		if err != nil {
			return e, err
		}
		seen = field
	}
}

func (e *event) unquote(last string) error {
	if last != "data" {
		return fmt.Errorf("an event ends with its %s", last)
	}
	if e.name == "e" {
		return json.Unmarshal([]byte(e.data), &e.data)
	}
	return nil
}

// stream opens a stream, which stays open. It is nil if the request was refused.
func (a *attack) stream(target string, head ...string) (answer, *wire) {
	w := a.dial()
	got := w.request(http.MethodGet, target, header(head...), "")
	if got.status != http.StatusOK {
		_ = w.tcp.Close()
		return got, nil
	}
	require.NotNil(a, w.events, "no stream: %s", got)
	return got, w
}

// payload reads the packets of the next event of a stream.
func (w *wire) payload() ([]string, error) {
	e, err := w.event()
	if err == nil && e.name == refusal {
		err = fmt.Errorf("the stream is refused after its beginning: %s", e.data)
	}
	return strings.Split(e.data, separator), err
}

// untilEnd reads a stream to its end and returns its last packet.
func (w *wire) untilEnd() (last string, err error) {
	for {
		packets, err := w.payload()
		if err == io.EOF {
			return last, nil
		}
		if err != nil {
			return last, err
		}
		last = packets[len(packets)-1]
	}
}
