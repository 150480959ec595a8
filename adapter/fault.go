// fault.go: messages between nodes that did not get where they should.

package adapter

import "fmt"

// Fault tells of messages between nodes that did not get where they should. It is an
// error, so that it can be handed on as one.
type Fault struct {
	Kind     FaultKind
	Messages int   // how many; 0: nobody knows
	Err      error // why, if that is known
}

// FaultKind is what became of the messages of a [Fault].
type FaultKind uint8

// The kinds of faults.
const (
	Refused FaultKind = iota // not published, as an error has said: too much waits, one is too large
	Lost                     // taken to be published, and perhaps never published
	Missed                   // published by others and not received; 0: there was no connection for a while
	Ignored                  // received, and no messages of the protocol, or too many questions at a time
)

var faultWords = [...]string{
	Refused: "refused", Lost: "lost on the way out", Missed: "of others missed", Ignored: "ignored",
}

// String returns the kind in words.
func (k FaultKind) String() string {
	if int(k) < len(faultWords) {
		return faultWords[k]
	}
	return fmt.Sprintf("fault %d", k)
}

// Error implements error.
func (f Fault) Error() string {
	number := fmt.Sprint(f.Messages)
	if f.Messages == 0 {
		number = "perhaps some"
	}
	text := "adapter: messages " + f.Kind.String() + ": " + number
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (f Fault) Unwrap() error { return f.Err }

// Witness may be implemented by a [Local] that wants to hear of faults.
type Witness interface {
	// Fault is called concurrently, where it happens: it is quick, does not block and
	// does not call back.
	Fault(f Fault)
}
