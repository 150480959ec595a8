// event.go: the bytes of an event (PROTOCOL.md section 6).

package sse

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/everwire/everwire/engine"
)

// appendEvent appends what b holds as one event, or nothing. A line break in the payload
// would end its line, so such a payload travels as a JSON string.
func appendEvent(dst []byte, b *engine.Batch) []byte {
	start := len(dst)
	dst = append(dst, "id: "...)
	dst = strconv.AppendUint(dst, b.Last, 10)
	line := len(dst)
	dst = append(dst, "\ndata: "...)
	data := len(dst)
	dst = b.AppendPayload(dst)
	switch payload := dst[data:]; {
	case len(payload) == 0:
		return dst[:start]
	case bytes.IndexByte(payload, '\n') >= 0, bytes.IndexByte(payload, '\r') >= 0:
		quoted, _ := json.Marshal(string(payload)) // a string always has a JSON form
		dst = append(append(dst[:line], "\nevent: e\ndata: "...), quoted...)
	}
	return append(dst, "\n\n"...)
}

// comment is sent in silence. It is no event.
const comment = ":\n\n"

func appendRefusal(dst []byte, e *engine.Error) []byte {
	dst = append(dst, "event: x\ndata: "...)
	dst = append(dst, e.Body()...)
	return append(dst, "\n\n"...)
}

// limit is what a stream may carry before it ends and is attached anew; 0: any.
type limit struct {
	bytes int64
	time  time.Duration
}

// limitOf returns the limit for the client of a request. One that reads by the
// progress of an XMLHttpRequest keeps all that it has read. A client without
// resumption would lose its session.
func limitOf(r *http.Request, resumes bool) limit {
	switch {
	case !resumes:
		return limit{}
	case r.URL.Query().Get("xs") == "1":
		return limit{1 << 20, time.Hour}
	}
	return limit{64 << 20, time.Hour}
}
