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

// appendEvent appends one event. A line break in the payload would end its line, so
// such a payload travels as a JSON string.
func appendEvent(dst []byte, last uint64, payload []byte) []byte {
	dst = append(dst, "id: "...)
	dst = strconv.AppendUint(dst, last, 10)
	if bytes.IndexByte(payload, '\n') >= 0 || bytes.IndexByte(payload, '\r') >= 0 {
		quoted, _ := json.Marshal(string(payload)) // a string always has a JSON form
		dst = append(dst, "\nevent: e"...)
		payload = quoted
	}
	dst = append(dst, "\ndata: "...)
	dst = append(dst, payload...)
	return append(dst, "\n\n"...)
}

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
