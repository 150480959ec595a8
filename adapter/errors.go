// errors.go: what can be wrong with the answers of other nodes.

package adapter

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Errors of an [Answer] that are told apart on any node.
var (
	// ErrDisconnected is that of a socket that is not connected any more.
	ErrDisconnected = errors.New("namespace: socket is disconnected")
	// ErrTimeout is that of a socket that did not acknowledge in time. It is a
	// context.DeadlineExceeded.
	ErrTimeout = fmt.Errorf("namespace: no acknowledgement in time: %w", context.DeadlineExceeded)
)

// MissingError is the error of an Ask that some nodes did not answer in full.
type MissingError struct {
	Count int      // how many nodes
	Nodes []string // their names, as far as the adapter knows them
}

// Error implements error.
func (e *MissingError) Error() string {
	text := fmt.Sprintf("adapter: %d nodes did not answer", e.Count)
	if e.Count == 1 {
		text = "adapter: 1 node did not answer"
	}
	if len(e.Nodes) > 0 {
		text += ": " + strings.Join(e.Nodes, ", ")
	}
	return text
}
