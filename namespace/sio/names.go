// names.go: what names of events and namespaces may look like.

package sio

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Reserved reports whether the protocol keeps an event name for itself. Such
// events are neither sent nor accepted.
func Reserved(event string) bool {
	switch event {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return true
	}
	return false
}

// checkHeader refuses what the decoder of the peer would not read back as it is.
func checkHeader(h Header) error {
	switch {
	case h.Type > ConnectError:
		return errType
	case h.Type == Event && Reserved(h.Event):
		return fmt.Errorf("%w: %s", ErrReserved, h.Event)
	case h.Type == Event && len(h.Event) > MaxName:
		return fmt.Errorf("%w: it has %d bytes, and may have %d at most", errName, len(h.Event), MaxName)
	case h.Type == Ack && !h.HasID:
		return errNoID
	case h.HasID && h.Type != Event && h.Type != Ack, h.HasID && h.ID > MaxID:
		return errID
	case h.Namespace != "" && !ValidNamespace(h.Namespace):
		return errNamespace
	}
	return nil
}

// ValidNamespace reports whether name can be the name of a namespace: a slash, and
// perhaps more, of at most [MaxName] bytes of UTF-8 without comma and question mark.
func ValidNamespace(name string) bool {
	return strings.HasPrefix(name, "/") && len(name) <= MaxName &&
		!strings.ContainsAny(name, ",?") && utf8.ValidString(name)
}
